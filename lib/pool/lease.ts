import type { Connection } from '../connection/connection.js';
import { ClosedError, type SlotwiseError } from '../errors.js';
import type { Call } from '../protocol/call.js';

/** Who lends. */
export interface Lender {
  takeBack(lease: Lease, dirty: boolean): void;
  block(call: Call, lease: Lease): void;
}

/** One connection, lent to one caller. */
export class Lease {
  /** Why the lender wants it to end: nothing more is sent on it. */
  ended: SlotwiseError | null = null;
  #released = false;

  constructor(
    readonly connection: Connection,
    private readonly lender: Lender,
  ) {}

  /** Sends a call that may block, so that giving up loses nothing that was popped. */
  block(call: Call): void {
    this.lender.block(call, this);
  }

  /** `dirty`: its state is not that of a fresh connection (in MULTI, WATCHing, subscribed, blocked …): it is closed, never reused. */
  release(dirty: boolean): void {
    if (this.#released) throw new ClosedError('this lease was released before');
    this.#released = true;
    this.lender.takeBack(this, dirty);
  }
}
