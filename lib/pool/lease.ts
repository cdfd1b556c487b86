import type { Connection } from '../connection/connection.js';
import { ClosedError, type SlotwiseError } from '../errors.js';
import type { Call } from '../protocol/call.js';
import { type Transitions, transition } from '../util/state-machine.js';
import type { PooledConnection } from './pooled-connection.js';

/** The pool, as its leases know it. */
export interface LeasePool {
  checkIn(lease: Lease, dirty: boolean): void;
  block(call: Call, lease: Lease): void;
}

/** What a lease that is kept for long is told. */
export interface LeaseEvents {
  /** Its connection is closed; comes before the calls on it go back to their owners. */
  closed(error: SlotwiseError | null): void;
  /** Its node is not the right one any more, or the address may lead to another server. */
  outdated(error: SlotwiseError): void;
}

type LeaseStatus = 'active' | 'ended' | 'released';

const TRANSITIONS: Transitions<LeaseStatus> = { active: ['ended', 'released'], ended: ['released'], released: [] };

/**
 * Lease of one connection to one caller.
 *
 * | status | means | next |
 * |---|---|---|
 * | active | the caller may send on it | ended, released |
 * | ended | the pool closes: what is in flight is answered, nothing more is sent | released |
 * | released | the connection is the pool's again | – |
 */
export class Lease {
  readonly connection: Connection;
  status: LeaseStatus = 'active';
  /** Who is told what becomes of the connection; null: nobody. */
  events: LeaseEvents | null = null;
  /** Reason for which the pool has ended the lease. */
  ended: SlotwiseError | null = null;

  constructor(
    readonly pooled: PooledConnection,
    private readonly pool: LeasePool,
  ) {
    this.connection = pooled.connection;
  }

  /** Sends a call that may block, so that cancelling it loses nothing that was popped. */
  block(call: Call): void {
    this.pool.block(call, this);
  }

  /** The first reason counts. */
  end(reason: SlotwiseError): void {
    if (this.status !== 'active') return;
    this.#change('ended');
    this.ended = reason;
    this.events?.outdated(reason);
  }

  /** `dirty`: its state is not that of a fresh connection (in MULTI, WATCHing, subscribed, blocked …): it is closed, never reused. */
  release(dirty: boolean): void {
    if (this.status === 'released') throw new ClosedError('this lease was released before');
    this.#change('released');
    this.pool.checkIn(this, dirty);
  }

  #change(next: LeaseStatus): void {
    this.status = transition(TRANSITIONS, this.status, next);
  }
}
