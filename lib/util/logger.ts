/** What a logger of `debug` is to us; its own types are not among a user's dependencies. */
type Write = ((format: string, ...args: unknown[]) => void) & { readonly enabled: boolean };

export interface Log {
  (format: string, ...args: unknown[]): void;
  readonly namespace: string;
  readonly enabled: boolean;
}

/**
 * | state | means | next |
 * |---|---|---|
 * | absent | nobody has asked for logs yet | loading: the first line written while `DEBUG` is set |
 * | loading | lines are kept | loaded, missing |
 * | loaded | `debug` decides, line by line | – |
 * | missing | it cannot be loaded, in a program bundled without it | – |
 *
 * `debug` takes as long to load as a quarter of this library, so only who wants logs loads it. `DEBUG` is looked at line by line, because that is
 * where `debug.enable()` keeps what it is told: https://github.com/debug-js/debug/blob/4.4.3/src/node.js
 */
let state: 'absent' | 'loading' | 'loaded' | 'missing' = 'absent';
let create: (namespace: string) => Write;
/** The lines written while it loads. */
let kept: (() => void)[] = [];

const isWanted = (): boolean => Boolean(process.env.DEBUG);

/** A logger that is nothing until somebody wants logs. */
export function logger(namespace: string): Log {
  let own: Write | null = null;
  const toDebug = (): Write => {
    own ??= create(namespace);
    return own;
  };
  const write = (format: string, ...args: unknown[]): void => {
    if (state === 'loaded') toDebug()(format, ...args);
    else if (state === 'loading' || (state === 'absent' && isWanted())) {
      kept.push(() => toDebug()(format, ...args));
      if (state === 'absent') load();
    }
  };
  const properties: PropertyDescriptorMap & ThisType<Log> = {
    namespace: { value: namespace, enumerable: true },
    enabled: { get: () => (state === 'loaded' ? toDebug().enabled : state !== 'missing' && isWanted()), enumerable: true },
  };
  return Object.defineProperties(write, properties) as Log; // both properties are defined
}

function load(): void {
  state = 'loading';
  import('debug').then(
    (module) => {
      create = module.default;
      state = 'loaded';
      flush();
    },
    () => {
      state = 'missing';
      kept = [];
      process.emitWarning("DEBUG is set, but the package 'debug' cannot be loaded: slotwise writes no logs", { type: 'SlotwiseWarning' });
    },
  );
}

function flush(): void {
  const lines = kept;
  kept = [];
  for (const line of lines) line();
}
