import type { ConnectionConfig } from '../connection/connection.js';
import { DeadlineQueue } from '../connection/deadline-queue.js';
import { releaseUsage, timeoutError, timeSpent } from '../connection/deadlines.js';
import { reauthenticateAll } from '../connection/reauthenticate-all.js';
import { Reconnector } from '../connection/reconnector.js';
import { log } from '../diagnostics.js';
import { ClosedError, ConnectionLostError, type SlotwiseError, type TimeoutError } from '../errors.js';
import type { Credentials } from '../options/access.js';
import { addressKey } from '../options/address.js';
import type { Call } from '../protocol/call.js';
import type { Exclusive } from '../protocol/exclusive.js';
import type { BackoffLimits } from '../util/backoff.js';
import { clock, type Holder } from '../util/clock.js';
import { BlockedCall } from './blocked-call.js';
import { Lease, type LeasePool } from './lease.js';
import { PooledConnection, type PooledConnectionEvents } from './pooled-connection.js';
import { UnblockConnections } from './unblock-connections.js';

export interface ExclusivePoolConfig {
  readonly connection: ConnectionConfig;
  /** Greatest number of connections. */
  readonly max: number;
  /** Number of unused connections that stay open. */
  readonly min: number;
  /** Number of connections that are opened at the same time. */
  readonly maxConnecting: number;
  /** An unused connection closes after this, in ms. */
  readonly idleMs: number;
  /** A connection is not checked out again after this, in ms, less a random tenth so that they do not all end together. 0: no limit. */
  readonly maxLifetimeMs: number;
  /** Longest wait for a connection, in ms; 0: until the call's deadline. */
  readonly acquireTimeoutMs: number;
  readonly reconnect: BackoffLimits;
}

interface ExclusivePoolEvents {
  /** Calls that were handed back may come again. */
  backoffEnded(): void;
  /** The pool has become warm, see `isWarm`. */
  warm?(): void;
  /** The node owes an answer while calls block on it. */
  suspect(): void;
}

/**
 * Connections to one address that belong to one caller at a time: idle ones are reused, at most `max` exist, callers beyond wait in order.
 *
 * Each belongs to the generation in which it was opened. `clear` begins a new one: connections of an older generation close when they are
 * checked in, and calls that wait or block go back to their owners, which find the right node.
 */
export class ExclusivePool implements Holder, LeasePool {
  readonly #config: ExclusivePoolConfig;
  readonly #key: string;
  readonly #connections = new Set<PooledConnection>();
  /** The most recently used last. */
  readonly #available = new Set<PooledConnection>();
  readonly #leases = new Set<Lease>();
  readonly #blocked = new Set<BlockedCall>();
  readonly #waiting: DeadlineQueue;
  readonly #unblockConnections: UnblockConnections;
  readonly #events: ExclusivePoolEvents;
  /** Open from the first attempt on; waiting while `unreachableReason` is set. */
  readonly #reconnector: Reconnector;
  #pending = 0;
  #generation = 0;
  /** `min` connections are opened, and others in the place of those that grow too old. */
  #isKeptWarm = false;
  /** Reason why no connection could be opened; calls are handed back until the backoff is over. */
  unreachableReason: SlotwiseError | null = null;
  #closed: SlotwiseError | null = null;

  constructor(config: ExclusivePoolConfig, events: ExclusivePoolEvents) {
    this.#config = config;
    this.#key = addressKey(config.connection.address);
    this.#events = events;
    this.#waiting = new DeadlineQueue(
      (call) => noConnectionError(call, this.#key, this.#connections.size, config.max),
      config.acquireTimeoutMs,
    );
    this.#unblockConnections = new UnblockConnections(config.connection, config.idleMs, () => events.suspect());
    const retry = (): void => {
      this.unreachableReason = null;
      events.backoffEnded();
    };
    this.#reconnector = new Reconnector(config.reconnect, retry, false);
  }

  /** Connections that are open or on their way. */
  get size(): number {
    return this.#connections.size;
  }

  /** Nobody has a connection, waits for one, or is about to get one. */
  get isIdle(): boolean {
    return this.#leases.size === 0 && this.#waiting.length === 0 && this.#pending === 0;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Calls that wait for a connection. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Calls that a server holds back. */
  get blocked(): number {
    return this.#blocked.size;
  }

  // --- checking out and in

  /** Gives the call a connection of its own: a blocking one is sent there, for a lease the connection is the outcome. */
  send(call: Call): void {
    if (this.#closed !== null) {
      returnUnsent(call, this.#closed);
      return;
    }
    clock.watch(this);
    this.#waiting.push(call, clock.now());
    this.#serve();
    if (this.unreachableReason !== null) this.#returnWaiting(this.unreachableReason);
  }

  /** Calls that wait get the available connections; for the others connections are opened. */
  #serve(): void {
    while (this.#waiting.length > 0) {
      const pooled = lastUsed(this.#available);
      const call = pooled === null ? null : this.#waiting.shift();
      if (pooled === null || call === null) break;
      this.#checkOut(pooled, call);
    }
    const { max, min, maxConnecting } = this.#config;
    if (this.unreachableReason !== null || this.#closed !== null) return;
    while (this.#pending < Math.min(this.#waiting.length, maxConnecting) && this.#connections.size < max) this.#open();
    while (this.#isKeptWarm && this.#pending < maxConnecting && this.#connections.size < Math.min(min, max)) this.#open();
  }

  /** Opens connections until there are `min`, in use or not, so that calls that block need not wait for one. */
  warmUp(): void {
    this.#isKeptWarm = this.#config.min > 0;
    this.#serve();
  }

  /** Whether there are `min` connections, or none can be had. */
  get isWarm(): boolean {
    const { max, min } = this.#config;
    return this.#connections.size - this.#pending >= Math.min(min, max) || this.unreachableReason !== null || this.#closed !== null;
  }

  #checkOut(pooled: PooledConnection, call: Call): void {
    this.#available.delete(pooled);
    pooled.checkOut(call.extras?.exclusive?.name);
    const lease = new Lease(pooled, this);
    this.#leases.add(lease);
    const exclusive = call.extras?.exclusive;
    if (exclusive && exclusive.kind !== 'lease') {
      this.#block(call, exclusive, lease, (dirty) => lease.release(dirty));
    } else {
      releaseUsage(call);
      call.settle(lease);
    }
  }

  /** Sends a call that may block on a connection that is checked out. */
  block(call: Call, lease: Lease): void {
    const exclusive = call.extras?.exclusive;
    if (this.#closed !== null) returnUnsent(call, this.#closed);
    else if (exclusive) {
      this.#block(call, exclusive, lease, (dirty) => {
        if (dirty) lease.connection.destroy(null);
      });
    }
  }

  #block(call: Call, exclusive: Exclusive, lease: Lease, finished: (dirty: boolean) => void): void {
    const unblock = this.#unblockConnections.acquire();
    const blocked = new BlockedCall(call, exclusive, lease, unblock, (dirty) => {
      this.#blocked.delete(blocked);
      this.#unblockConnections.release(unblock);
      finished(dirty);
    });
    this.#blocked.add(blocked);
    clock.watch(this);
    blocked.send();
  }

  checkIn(lease: Lease, dirty: boolean): void {
    this.#leases.delete(lease);
    const { pooled } = lease;
    if (pooled.state === 'closed') return;
    const isOld = pooled.hasOldCredentials || pooled.generation !== this.#generation || pooled.isExpired;
    if (dirty || isOld || this.#closed !== null || pooled.connection.load > 0) {
      pooled.connection.destroy(null);
      return;
    }
    pooled.checkIn();
    this.#makeAvailable(pooled);
    this.#reconnector.reopenNow();
  }

  #makeAvailable(pooled: PooledConnection): void {
    this.#available.add(pooled);
    // The longest unused closes first: those that stay are in use the most.
    pooled.closeWhenIdle(this.#config.idleMs, () => this.#available.size <= this.#config.min);
    this.#serve();
  }

  /** Has the connections log in again that nobody has; the others are not reused. Rejects if the server refuses. */
  reauthenticate(credentials: Credentials): Promise<void> {
    for (const pooled of this.#connections) pooled.hasOldCredentials ||= pooled.state === 'in use';
    const free = [...this.#connections].filter(({ state, connection }) => state !== 'in use' && connection.state === 'ready');
    const connections = [...free.map(({ connection }) => connection), ...this.#unblockConnections.ready];
    return reauthenticateAll(connections, credentials, (refused) => void refused.close());
  }

  // --- opening

  #open(): void {
    if (this.#reconnector.state !== 'open') this.#reconnector.opened();
    this.#pending++;
    const { connection, maxLifetimeMs } = this.#config;
    this.#connections.add(new PooledConnection(connection, this.#generation, maxLifetimeMs, this.#connectionEvents));
  }

  readonly #connectionEvents: PooledConnectionEvents = {
    opened: (pooled) => {
      this.#pending--;
      this.#reconnector.ready();
      if (pooled.generation === this.#generation && this.#closed === null) this.#makeAvailable(pooled);
      else pooled.connection.destroy(null);
      if (this.#isKeptWarm && this.isWarm) this.#events.warm?.();
    },
    closed: (pooled, error, wasPending) => {
      this.#connections.delete(pooled);
      this.#available.delete(pooled);
      if (wasPending) this.#pending--;
      [...this.#leases].find((lease) => lease.pooled === pooled)?.events?.closed(error);
      // An attempt that began before the backoff says nothing new.
      const isNew = wasPending && pooled.generation === this.#generation && this.#reconnector.state === 'open';
      // One that breaks comes again with the next call, or when the node is reached again: its server may hang up on any.
      if (!wasPending && !pooled.isExpired) this.#isKeptWarm = false;
      if (isNew && error !== null && this.#closed === null) this.#notOpened(error);
      else this.#serve();
    },
  };

  #notOpened(error: SlotwiseError): void {
    const wasKeptWarm = this.#isKeptWarm;
    this.#isKeptWarm = false;
    this.unreachableReason = error;
    this.#reconnector.failed();
    log.pool('%s: no connection for one caller alone: %s', this.#key, error.message);
    this.#returnWaiting(error);
    if (wasKeptWarm) this.#events.warm?.();
  }

  /** The owners find another node, or come again. */
  #returnWaiting(error: SlotwiseError): void {
    for (const call of this.#waiting.takeAll()) returnUnsent(call, error);
  }

  // --- time

  tick(now: number): boolean {
    this.#waiting.tick(now);
    this.#unblockConnections.tick();
    for (const blocked of [...this.#blocked]) blocked.tick(now);
    return this.#waiting.length > 0 || this.#blocked.size > 0;
  }

  // --- ends

  /**
   * The node is not the right one any more, or the address may lead to another server: calls that wait or block go back to their owners.
   * `blockedStay`: those that block stay.
   */
  clear(error: SlotwiseError, blockedStay = false): void {
    this.#generation++;
    this.#isKeptWarm = false;
    for (const { connection } of [...this.#available]) connection.destroy(null);
    this.#unblockConnections.clear();
    if (!blockedStay) for (const blocked of [...this.#blocked]) blocked.reroute(error);
    this.#returnWaiting(error);
    if (!blockedStay) for (const lease of [...this.#leases]) lease.events?.outdated(error);
  }

  /** The client closes: calls neither wait nor block any longer. Popped elements are still delivered. */
  end(error: ClosedError): void {
    this.#refuse(error);
    for (const blocked of [...this.#blocked]) cancelFor(error, blocked);
  }

  /** Takes no more, lets what is in flight be answered, closes. */
  async close(): Promise<void> {
    const error = new ConnectionLostError(`the connections to ${this.#key} close`, { node: this.#key });
    this.#stop(error);
    for (const blocked of [...this.#blocked]) blocked.reroute(error);
    for (const { connection } of [...this.#available]) connection.destroy(null);
    await Promise.all([...this.#connections].map(({ connection }) => connection.close()));
    this.#unblockConnections.destroy();
  }

  destroy(error: SlotwiseError): void {
    this.#stop(error);
    for (const { connection } of [...this.#connections]) connection.destroy(error);
    this.#unblockConnections.destroy();
  }

  #stop(error: SlotwiseError): void {
    this.#refuse(error);
    this.#reconnector.stop();
  }

  /** Refuses all calls: nothing is sent until the backoff is over. */
  #refuse(error: SlotwiseError): void {
    this.#closed ??= error;
    this.#unblockConnections.stop();
    for (const lease of this.#leases) lease.end(error);
    this.#returnWaiting(this.#closed);
  }
}

function noConnectionError(call: Call, node: string, size: number, max: number): TimeoutError {
  const why = size < max ? 'no connection of its own could be had' : `all ${max} connections that one caller may have alone are in use`;
  return timeoutError(call, `${why} (${node})${timeSpent(call, {})}`, node);
}

/** The one that was used last and is not too old. What is too old closes, and thereby is not available any more. */
function lastUsed(available: ReadonlySet<PooledConnection>): PooledConnection | null {
  for (;;) {
    const pooled = [...available].at(-1);
    if (pooled === undefined) return null;
    if (!pooled.isExpired) return pooled;
    pooled.connection.destroy(null);
  }
}

function cancelFor(error: ClosedError, blocked: BlockedCall): void {
  const { name } = blocked.call.spec;
  blocked.cancel((executed) => new ClosedError(`${name}: ${error.message}`, { command: name, executed, cause: error }));
}

function returnUnsent(call: Call, error: SlotwiseError): void {
  call.owner.failed(call, { kind: 'not-sent', error });
}
