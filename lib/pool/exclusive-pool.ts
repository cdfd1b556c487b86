import { Connection, type ConnectionConfig } from '../connection/connection.js';
import { DeadlineQueue } from '../connection/deadline-queue.js';
import { releaseUsage, timeoutError } from '../connection/deadlines.js';
import { log } from '../diagnostics.js';
import { ClosedError, ConnectionLostError, type SlotwiseError, type TimeoutError } from '../errors.js';
import type { Credentials } from '../options/access.js';
import type { Call, Exclusive } from '../protocol/call.js';
import { backoffMs } from '../util/backoff.js';
import { clock, type Holder } from '../util/clock.js';
import { BlockedCall } from './blocked-call.js';
import { Lease, type Lender } from './lease.js';
import { UnblockConnection } from './unblock-channel.js';

export interface ExclusivePoolConfig {
  readonly connection: ConnectionConfig;
  /** How many connections at most. */
  readonly max: number;
  /** How many unused ones stay open. */
  readonly min: number;
  /** How many are opened at the same time. */
  readonly maxConnecting: number;
  /** An unused connection closes after this, in ms. */
  readonly idleMs: number;
  /** A connection is not lent again after this, in ms, less a random tenth so that they do not all end together. 0: no limit. */
  readonly maxLifetimeMs: number;
  /** Longest wait for a connection, in ms; 0: until the call's deadline. */
  readonly acquireTimeoutMs: number;
  readonly reconnect: { readonly minMs: number; readonly maxMs: number };
}

export interface ExclusivePoolEvents {
  /** Calls that were handed back may come again. */
  again(): void;
  /** The node owes an answer while calls block on it. */
  suspect(): void;
}

/** What we know of a connection. */
interface PooledConnection {
  readonly generation: number;
  readonly expiresAt: number;
  /** The credentials changed while it was lent, and AUTH cannot be sent inside of what the borrower does. */
  outdated: boolean;
  /** Closes it when it has been idle too long. */
  idleTimer: NodeJS.Timeout | null;
}

/**
 * Connections to one address that belong to one caller at a time: idle ones are reused, at most `max` exist, callers beyond wait in order.
 *
 * Each belongs to the generation in which it was opened. `clear` begins a new one: connections of an older generation close when they come back,
 * and calls that wait or block go back to their owners, who find the right node.
 */
export class ExclusivePool implements Holder, Lender {
  readonly #config: ExclusivePoolConfig;
  readonly #events: ExclusivePoolEvents;
  readonly #connections = new Map<Connection, PooledConnection>();
  /** Most recently used last. */
  readonly #idle = new Set<Connection>();
  readonly #lent = new Set<Lease>();
  readonly #blocked = new Set<BlockedCall>();
  readonly #waiting: DeadlineQueue;
  #connecting = 0;
  #generation = 0;
  /** Why none could be opened; calls are handed back until the time for another attempt has come. */
  unreachableReason: SlotwiseError | null = null;
  #failures = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  #unblock: UnblockConnection | null = null;
  #unblockTimer: NodeJS.Timeout | undefined;
  /** With the one of older generations, as long as calls need them. */
  readonly #unblocks = new Set<UnblockConnection>();
  #closed: SlotwiseError | null = null;

  constructor(config: ExclusivePoolConfig, events: ExclusivePoolEvents) {
    this.#config = config;
    this.#events = events;
    this.#waiting = new DeadlineQueue((call) => this.#timeoutOf(call), config.acquireTimeoutMs);
  }

  /** Open connections, those on their way included. */
  get size(): number {
    return this.#connections.size;
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

  // --- lending

  /** Gives the call a connection of its own: a blocking one is sent there, for a lease the connection is the outcome. */
  send(call: Call): void {
    if (this.#closed !== null) {
      this.#refuse(call, this.#closed);
      return;
    }
    clock.watch(this);
    this.#waiting.push(call, clock.now());
    this.#serve();
    if (this.unreachableReason !== null) this.#handBack(this.unreachableReason);
  }

  /** Idle connections go to those who wait; for the others some are opened. */
  #serve(): void {
    while (this.#waiting.length > 0) {
      const connection = this.#takeIdle();
      if (connection === null) break;
      const call = this.#waiting.shift();
      if (call === null) this.#keepIdle(connection);
      else this.#start(call, connection);
    }
    const { max, maxConnecting } = this.#config;
    if (this.unreachableReason !== null || this.#closed !== null) return;
    while (this.#connecting < Math.min(this.#waiting.length, maxConnecting) && this.#connections.size < max) this.#open();
  }

  #start(call: Call, connection: Connection): void {
    const lease = new Lease(connection, this);
    this.#lent.add(lease);
    if (call.extras?.exclusive?.kind === 'blocking') this.#block(call, call.extras.exclusive, lease, true);
    else {
      releaseUsage(call);
      call.settle(lease);
    }
  }

  /** For `Lease`: a call that may block on a connection that somebody has. */
  block(call: Call, lease: Lease): void {
    const exclusive = call.extras?.exclusive;
    if (this.#closed !== null) this.#refuse(call, this.#closed);
    else if (exclusive) this.#block(call, exclusive, lease, false);
  }

  #block(call: Call, exclusive: Exclusive, lease: Lease, ours: boolean): void {
    const unblock = this.#acquireUnblock();
    const blocked = new BlockedCall(call, exclusive, lease, unblock, (_, dirty) => {
      this.#blocked.delete(blocked);
      this.#releaseUnblock(unblock);
      if (ours) lease.release(dirty);
      else if (dirty) lease.connection.destroy(null);
    });
    this.#blocked.add(blocked);
    clock.watch(this);
  }

  takeBack(lease: Lease, dirty: boolean): void {
    this.#lent.delete(lease);
    const { connection } = lease;
    const member = this.#connections.get(connection);
    if (member === undefined) return;
    const old = member.outdated || member.generation !== this.#generation || clock.now() >= member.expiresAt;
    if (dirty || old || this.#closed !== null || connection.load > 0) {
      connection.destroy(null);
      return;
    }
    this.#keepIdle(connection);
    this.#serve();
    if (this.unreachableReason !== null) this.#tryAgain();
  }

  /** Has the idle connections log in again; the others are not reused. Rejects if the server refuses. */
  async reauthenticate(credentials: Credentials): Promise<void> {
    for (const [connection, member] of this.#connections) member.outdated ||= !this.#idle.has(connection);
    const logins = [...this.#idle].map(async (connection) => {
      try {
        await connection.reauthenticate(credentials);
      } catch (error) {
        void connection.close();
        throw error;
      }
    });
    await Promise.all([...logins, this.#unblock?.reauthenticate(credentials)]);
  }

  // --- idle connections

  #keepIdle(connection: Connection): void {
    const member = this.#connections.get(connection);
    if (member === undefined) return;
    this.#idle.add(connection);
    this.#closeLater(connection, member);
  }

  #closeLater(connection: Connection, member: PooledConnection): void {
    member.idleTimer = setTimeout(() => {
      // The longest unused first: those that stay are in use the most.
      if (this.#idle.size > this.#config.min || clock.now() >= member.expiresAt) void connection.close();
      else this.#closeLater(connection, member);
    }, this.#config.idleMs);
    member.idleTimer.unref();
  }

  #takeIdle(): Connection | null {
    for (;;) {
      const connection = [...this.#idle].at(-1);
      if (connection === undefined) return null;
      const member = this.#forget(connection);
      if (member !== undefined && clock.now() < member.expiresAt) return connection;
      connection.destroy(null);
    }
  }

  /** It is not idle any more. */
  #forget(connection: Connection): PooledConnection | undefined {
    this.#idle.delete(connection);
    const member = this.#connections.get(connection);
    if (member !== undefined && member.idleTimer !== null) clearTimeout(member.idleTimer);
    return member;
  }

  // --- opening

  #open(): void {
    const { maxLifetimeMs } = this.#config;
    const lifetimeMs = maxLifetimeMs === 0 ? Number.POSITIVE_INFINITY : maxLifetimeMs * (1 - Math.random() / 10);
    const member: PooledConnection = {
      generation: this.#generation,
      expiresAt: clock.now() + lifetimeMs,
      outdated: false,
      idleTimer: null,
    };
    let ready = false;
    this.#connecting++;
    const connection = new Connection(this.#config.connection, {
      ready: () => {
        this.#identify(connection).then(() => {
          ready = true;
          this.#opened(connection, member);
        });
      },
      closed: (_, error) => {
        this.#forget(connection);
        this.#connections.delete(connection);
        if (ready) this.#serve();
        else {
          this.#connecting--;
          this.#notOpened(error, member);
        }
      },
    });
    this.#connections.set(connection, member);
  }

  /** Without HELLO the id of the connection must be asked for. It may stay unknown: the server is old, or forbids the question. */
  async #identify(connection: Connection): Promise<void> {
    const { server } = connection;
    if (server.id !== null) return;
    const id = await connection.request(['CLIENT', 'ID']).catch(() => null);
    if (typeof id === 'number') connection.server = { ...server, id };
  }

  #opened(connection: Connection, member: PooledConnection): void {
    if (!this.#connections.has(connection)) return;
    this.#connecting--;
    this.#failures = 0;
    if (member.generation !== this.#generation || this.#closed !== null) {
      connection.destroy(null);
      return;
    }
    this.#keepIdle(connection);
    this.#serve();
  }

  #notOpened(error: SlotwiseError | null, member: PooledConnection): void {
    if (this.#closed !== null) return;
    if (error === null || member.generation !== this.#generation) {
      this.#serve();
      return;
    }
    this.unreachableReason = error;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#tryAgain(), backoffMs(this.#failures++, this.#config.reconnect));
    this.#retryTimer.unref();
    log.pool('%s: no connection for one caller alone: %s', this.#key, error.message);
    this.#handBack(error);
  }

  #tryAgain(): void {
    clearTimeout(this.#retryTimer);
    this.unreachableReason = null;
    this.#events.again();
  }

  /** The owners find another node, or come again. */
  #handBack(error: SlotwiseError): void {
    for (const call of this.#waiting.takeAll()) call.owner.failed(call, { kind: 'not-sent', error });
  }

  // --- the lifeline

  #acquireUnblock(): UnblockConnection {
    clearTimeout(this.#unblockTimer);
    if (this.#unblock === null) {
      this.#unblock = new UnblockConnection(this.#config.connection, () => this.#events.suspect());
      this.#unblocks.add(this.#unblock);
    }
    this.#unblock.users++;
    return this.#unblock;
  }

  #releaseUnblock(unblock: UnblockConnection): void {
    if (--unblock.users > 0) return;
    if (unblock !== this.#unblock || this.#closed !== null) this.#closeUnblock(unblock);
    else {
      this.#unblockTimer = setTimeout(() => this.#closeUnblock(unblock), this.#config.idleMs);
      this.#unblockTimer.unref();
    }
  }

  #closeUnblock(unblock: UnblockConnection): void {
    this.#unblocks.delete(unblock);
    if (this.#unblock === unblock) this.#unblock = null;
    unblock.destroy();
  }

  // --- time

  tick(now: number): boolean {
    this.#waiting.tick(now);
    for (const unblock of this.#unblocks) if (unblock.users > 0) unblock.tick();
    for (const blocked of [...this.#blocked]) blocked.tick(now);
    return this.#waiting.length > 0 || this.#blocked.size > 0;
  }

  #timeoutOf(call: Call): TimeoutError {
    const why =
      this.#connections.size < this.#config.max
        ? 'no connection of its own could be had'
        : `all ${this.#config.max} connections that one caller may have alone are in use`;
    return timeoutError(call, `${why} (${this.#key})`, this.#key);
  }

  get #key(): string {
    const { address } = this.#config.connection;
    return 'path' in address ? address.path : `${address.host}:${address.port}`;
  }

  // --- ends

  /** The node is not the right one any more, or the address may lead to another server: what waits goes back, what blocks is made to leave. */
  clear(error: SlotwiseError): void {
    this.#generation++;
    for (const connection of [...this.#idle]) {
      this.#forget(connection);
      connection.destroy(null);
    }
    const old = this.#unblock;
    this.#unblock = null;
    for (const blocked of [...this.#blocked]) blocked.leave(error);
    if (old !== null && old.users === 0) this.#closeUnblock(old);
    this.#handBack(error);
  }

  /** The client closes: nobody waits or blocks any longer. Popped elements are still delivered. */
  end(error: ClosedError): void {
    this.#closed ??= error;
    for (const lease of this.#lent) lease.ended ??= error;
    for (const call of this.#waiting.takeAll()) this.#refuse(call, error);
    for (const blocked of [...this.#blocked]) {
      const { name } = blocked.call.spec;
      blocked.giveUp((executed) => new ClosedError(`${name}: ${error.message}`, { command: name, executed, cause: error }));
    }
  }

  #refuse(call: Call, error: SlotwiseError): void {
    call.owner.failed(call, { kind: 'not-sent', error });
  }

  /** Takes no more, lets what is in flight be answered, closes. */
  async close(): Promise<void> {
    const error = new ConnectionLostError(`the connections to ${this.#key} close`, { node: this.#key });
    this.#stop(error);
    for (const blocked of [...this.#blocked]) blocked.leave(error);
    for (const connection of [...this.#idle]) connection.destroy(null);
    await Promise.all([...this.#connections.keys()].map((connection) => connection.close()));
    for (const unblock of [...this.#unblocks]) this.#closeUnblock(unblock);
  }

  destroy(error: SlotwiseError): void {
    this.#stop(error);
    for (const connection of [...this.#connections.keys()]) connection.destroy(error);
    for (const unblock of [...this.#unblocks]) this.#closeUnblock(unblock);
  }

  #stop(error: SlotwiseError): void {
    this.#closed ??= error;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#unblockTimer);
    for (const lease of this.#lent) lease.ended ??= error;
    for (const call of this.#waiting.takeAll()) this.#refuse(call, this.#closed);
  }
}
