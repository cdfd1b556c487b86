import type { Executed, SlotwiseError } from '../errors.js';

/** Timeout of a command that blocks: how long the server may let it wait, and which argument says so. */
export interface Blocking {
  /** Index of the argument in `args`. */
  readonly at: number;
  /** Unit of the argument. */
  readonly unit: 's' | 'ms';
  /** The timeout in ms; 0: without limit. */
  readonly ms: number;
}

/** Facts of a call that needs a connection of its own. */
export interface Exclusive {
  /** The outcome of a `lease` is the connection itself. A call that is `alone` does not block: connections are lost at it. */
  readonly kind: 'blocking' | 'lease' | 'alone';
  /** Timeout of the command; null: the server decides how long it waits. */
  readonly blocking: Blocking | null;
  /** Longest silence of a node that owes an answer while the call blocks on it, in ms; then the node is given up. 0: without limit. */
  silenceMs: number;
  /** Name of the connection while the call has it; undefined: as all are called. */
  name?: string | null | undefined;
  /** When the call first reached a server, on the clock, in ms; 0 before. */
  since: number;
  /** When it was last sent, on the clock, in ms. */
  sentAt: number;
  /** `processEpoch` of the node that was last given the call. */
  processEpoch: number;
  /**
   * Ends the call while it is on a connection; null else. The server is asked to end the wait, and an element that was popped in the
   * meantime is delivered; otherwise the call fails with the error that `makeError` makes.
   */
  cancel: ((makeError: (executed: Executed) => SlotwiseError) => void) | null;
}
