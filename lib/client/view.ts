import type { Domain, Options, ViewOptions } from '../options.js';
import { DECODE_BIGINT, DECODE_BUFFERS, DECODE_INTEGER_TEXT, DECODE_OBJECTS } from '../protocol/command.js';
import type { PolicyTable, ReadPolicy } from '../routing/read-preference.js';

/** How the calls of one view of the client are treated; made once a view, read by every call. */
export interface View {
  /** In ms, 0: none. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | null;
  /** Null: everything goes to the primary. */
  readonly policy: ReadPolicy | null;
  readonly idempotent: boolean;
  /** Sum of `DECODE_*` bits. */
  readonly mode: number;
  /** What the caller asked for, domains aside. */
  readonly options: ViewOptions;
  /** Named with `domain()`, or found by key. */
  readonly domain: Domain | null;
}

const INTEGER_MODES = { number: 0, bigint: DECODE_BIGINT, string: DECODE_INTEGER_TEXT } as const;

export function makeView(client: Options, policies: PolicyTable, options: ViewOptions, domain: Domain | null): View {
  const policy = policies.of(domain, options.reads);
  return Object.freeze({
    timeoutMs: options.timeoutMs ?? domain?.timeoutMs ?? client.timeoutMs,
    signal: options.signal ?? null,
    policy: policy.reads === 'primary' ? null : policy,
    idempotent: options.idempotent ?? false,
    mode: (options.buffers === true ? DECODE_BUFFERS : 0) | INTEGER_MODES[options.integers ?? client.integers],
    options,
    domain,
  });
}

/** For commands without a typed method: RESP3 maps become objects. */
export function withObjects(view: View): View {
  return { ...view, mode: view.mode | DECODE_OBJECTS };
}
