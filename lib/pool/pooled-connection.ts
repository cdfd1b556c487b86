import { Connection, type ConnectionConfig } from '../connection/connection.js';
import type { SlotwiseError } from '../errors.js';
import { clearTimeout, random as runtimeRandom, setTimeout } from '../runtime/runtime.js';
import { clock } from '../util/clock.js';
import { type Transitions, transition } from '../util/state-machine.js';

export interface PooledConnectionEvents {
  /** The connection is available for the first time. */
  opened(pooled: PooledConnection): void;
  /** The connection is closed; called exactly once. `wasPending`: it was never available. */
  closed(pooled: PooledConnection, error: SlotwiseError | null, wasPending: boolean): void;
}

type PooledConnectionState = 'pending' | 'available' | 'in use' | 'closed';

const TRANSITIONS: Transitions<PooledConnectionState> = {
  pending: ['available', 'closed'],
  available: ['in use', 'closed'],
  'in use': ['available', 'closed'],
  closed: [],
};

/**
 * Connection of an exclusive pool.
 *
 * | state | means | next |
 * |---|---|---|
 * | pending | opening | available, closed |
 * | available | idle, for the next caller | in use, closed |
 * | in use | checked out | available, closed |
 * | closed | | – |
 */
export class PooledConnection {
  readonly connection: Connection;
  state: PooledConnectionState = 'pending';
  /** Whether the credentials changed while the connection could not log in again: AUTH cannot be sent inside of what a caller does. */
  hasOldCredentials = false;
  readonly #expiresAt: number;
  /** How long the server may take to tell the id, in ms. */
  #idleTimer: NodeJS.Timeout | undefined;

  /** `maxLifetimeMs`: see `ExclusivePoolConfig`. */
  constructor(
    config: ConnectionConfig,
    readonly generation: number,
    maxLifetimeMs: number,
    events: PooledConnectionEvents,
  ) {
    const lifetimeMs = maxLifetimeMs === 0 ? Number.POSITIVE_INFINITY : maxLifetimeMs * (1 - runtimeRandom() / 10);
    this.#expiresAt = clock.now() + lifetimeMs;
    this.connection = new Connection(config, {
      ready: () => {
        this.#change('available');
        events.opened(this);
      },
      closed: (_, error) => {
        const wasPending = this.state === 'pending';
        this.#change('closed');
        events.closed(this, error, wasPending);
      },
    });
  }

  /** Whether the connection is too old to be checked out again. */
  get isExpired(): boolean {
    return clock.now() >= this.#expiresAt;
  }

  /** `name`: what the caller's connection is called; default as all. */
  checkOut(name: string | null | undefined): void {
    this.#change('in use');
    this.connection.name.lend(name);
  }

  checkIn(): void {
    this.#change('available');
    this.connection.name.giveBack();
  }

  /** Closes it when it has been idle for `idleMs` and is not needed, or when it is too old. */
  closeWhenIdle(idleMs: number, isNeeded: () => boolean): void {
    this.#idleTimer = setTimeout(() => {
      // Nothing else may go on in this process.
      clock.expireNow();
      if (this.isExpired || !isNeeded()) void this.connection.close();
      else this.closeWhenIdle(idleMs, isNeeded);
    }, idleMs).unref();
  }

  #change(next: PooledConnectionState): void {
    clearTimeout(this.#idleTimer);
    this.state = transition(TRANSITIONS, this.state, next);
  }
}
