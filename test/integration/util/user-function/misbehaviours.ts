/** What a user's function may do instead of what it should. */
export interface Misbehaviour {
  readonly run: () => unknown;
  /** What it throws, or its promise rejects with; null: neither. */
  readonly failure: object | null;
  /** Its promise never settles: whoever waits for it has a limit. */
  readonly hangs?: true;
}

const failing = (failure: object, how: 'throws' | 'rejects'): Misbehaviour => ({
  failure,
  run: () => {
    if (how === 'rejects') return Promise.reject(failure);
    throw failure;
  },
});

/** An error that cannot be looked at. */
class HostileError extends Error {
  override get message(): string {
    throw new Error('its message cannot be read');
  }
  override get stack(): string {
    throw new Error('its stack cannot be read');
  }
}

const hostile = new Proxy(
  {},
  {
    get: () => {
      throw new Error('none of its fields can be read');
    },
    has: () => {
      throw new Error('nobody can ask for its fields');
    },
    ownKeys: () => {
      throw new Error('its fields cannot be listed');
    },
  },
);

const returning = (value: unknown): Misbehaviour => ({ run: () => value, failure: null });

export const MISBEHAVIOURS: Readonly<Record<string, Misbehaviour>> = {
  'throws an error': failing(new Error('boom'), 'throws'),
  'throws an object without a text': failing(Object.create(null) as object, 'throws'),
  'throws an error that cannot be shown': failing(new HostileError(), 'throws'),
  'returns a promise that rejects': failing(new Error('boom, later'), 'rejects'),
  'returns a promise that rejects with an object without a text': failing(Object.create(null) as object, 'rejects'),
  'returns a promise that never settles': { run: () => new Promise(() => {}), failure: null, hangs: true },
  'returns undefined': returning(undefined),
  'returns NaN': returning(Number.NaN),
  'returns an object': returning({ unexpected: true }),
  'returns an object that cannot be looked at': returning(hostile),
  'returns a thenable that throws': returning(
    Object.defineProperty({}, 'then', {
      value: () => {
        throw new Error('boom, from then');
      },
    }),
  ),
};

/** Whether `failure` is the error, or one of its causes. */
export function isCauseOf(failure: object, error: unknown): boolean {
  for (let at: unknown = error, depth = 0; depth < 10; depth++) {
    if (at === failure) return true;
    if (!(at instanceof Error) || at instanceof HostileError) return false;
    at = at.cause;
  }
  return false;
}
