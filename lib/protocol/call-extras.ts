import type { SlotwiseError } from '../errors.js';
import type { CallTarget } from './call-target.js';
import type { Arg, CommandSpec, Raw } from './command-spec.js';
import type { Exclusive } from './exclusive.js';
import type { OutcomeSink } from './outcome.js';

/** Commands that reach one server in one piece, right before the call's own: MULTI and the queued commands before an EXEC. */
export interface AtomicBatch {
  readonly commands: readonly { readonly spec: CommandSpec; readonly args: readonly Arg[] }[];
  /** Replies to the commands of the running attempt, then the call's own. */
  replies: Raw[];
}

/** Fields of a call that most calls never need, so that those do not carry them. */
export interface CallExtras {
  firstError: SlotwiseError | null;
  /** Whether `ASKING` is sent right before the call, once. */
  asking: boolean;
  batch: AtomicBatch | null;
  /** Target of the call; null: the keys decide. */
  target: CallTarget | null;
  /** Why and how the call needs a connection of its own; null: it does not. */
  exclusive: Exclusive | null;
  /** Sink that gets the outcome instead of a promise, as that of `index`. */
  sink: OutcomeSink | null;
  index: number;
  /** Since when its deadline counts, on the clock in ms: what it is a part of was issued then. null: since it is made. */
  issuedAt: number | null;
}

/** Extras that say nothing yet. */
export function newExtras(firstError: SlotwiseError | null = null): CallExtras {
  return { firstError, asking: false, batch: null, target: null, exclusive: null, sink: null, index: 0, issuedAt: null };
}

/** Extras of a call whose outcome goes to a sink. */
export function sinkExtras(sink: OutcomeSink, index = 0): CallExtras {
  const extras = newExtras();
  extras.sink = sink;
  extras.index = index;
  return extras;
}

/** Extras with these fields set. They keep their one shape: the connection reads them for every call that has any. */
export function extrasOf(given: Partial<CallExtras>): CallExtras {
  return Object.assign(newExtras(), given);
}
