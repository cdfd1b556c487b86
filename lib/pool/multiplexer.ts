import { countAbandoned } from '../connection/call-queues.js';
import { Connection, type ConnectionConfig } from '../connection/connection.js';
import { connectionLostError } from '../connection/connection-error.js';
import { reauthenticateAll } from '../connection/reauthenticate-all.js';
import { Reconnector } from '../connection/reconnector.js';
import type { SlotwiseError } from '../errors.js';
import type { Credentials } from '../options/access.js';
import type { AttemptFailure, Call, QueueUsage } from '../protocol/call.js';
import type { BackoffLimits } from '../util/backoff.js';
import { HalfOpenCheck } from './half-open-check.js';

interface MultiplexerConfig {
  readonly connection: ConnectionConfig;
  /** Number of multiplexed connections. */
  readonly size: number;
  readonly reconnect: BackoffLimits;
}

export interface MultiplexerEvents {
  up(): void;
  /** A connection attempt failed: until `up`, calls are handed back at once. */
  down(error: SlotwiseError): void;
  /** A connection is stalled. */
  suspect(): void;
  /** A connection owes replies and may be about to stall. */
  stalling(): void;
  /** A ready connection broke; a new one is already opening. */
  lost(error: SlotwiseError): void;
  /** A call that waited here passed its deadline. */
  overdue(): void;
}

/**
 * Multiplexed connections to one address, opened by the first call and kept from then on. Each of them is
 *
 * | state of its `Reconnector` | `send` | left by |
 * |---|---|---|
 * | idle | opens | the first call |
 * | open (connecting or ready) | queues on the connection | a loss after a long life: opens again; a failure: waiting |
 * | waiting | hands back as unwritten, unless another connection is ready | the end of the backoff: opens |
 */
export class Multiplexer {
  readonly #config: MultiplexerConfig;
  readonly #events: MultiplexerEvents;
  readonly #connections: (Connection | null)[];
  /** Reconnectors of the connections, in the same order. */
  readonly #reconnectors: readonly Reconnector[];
  /** Connections that take no more calls, and are being answered. */
  readonly #leaving = new Set<Connection>();
  readonly #halfOpenChecks = new Map<Connection, HalfOpenCheck>();
  /** Reason why no connection can be had at the moment; null while one can. */
  unreachableReason: SlotwiseError | null = null;
  #isClosed = false;
  /** Replies on connections that are closed. */
  #earlierReplies = 0;

  constructor(config: MultiplexerConfig, events: MultiplexerEvents) {
    this.#config = config;
    this.#events = events;
    this.#connections = new Array<Connection | null>(config.size).fill(null);
    // The backoff keeps the process alive: while a node of the topology is down, a process that waits for it must live.
    this.#reconnectors = this.#connections.map((_, index) => new Reconnector(config.reconnect, () => this.#open(index)));
  }

  get #all(): readonly (Connection | null)[] {
    return [...this.#leaving, ...this.#connections];
  }

  /** Calls accepted and not answered. */
  get load(): number {
    let sum = 0;
    for (const connection of this.#connections) sum += connection === null ? 0 : connection.load;
    return sum;
  }

  /** Settled calls that still have their places here, as far as they count in this usage. */
  abandoned(usage: QueueUsage): number {
    return countAbandoned(this, usage);
  }

  /** Replies on all its connections, earlier ones included. */
  get replies(): number {
    return this.#connections.reduce((sum, connection) => sum + (connection?.liveness.replies ?? 0), this.#earlierReplies);
  }

  send(call: Call): void {
    if (this.unreachableReason !== null) {
      call.owner.failed(call, { kind: 'not-sent', error: this.unreachableReason });
      return;
    }
    const connection = this.#connections.length === 1 ? this.#connections[0] : this.#leastLoaded();
    (connection ?? this.#open(0)).send(call);
  }

  #leastLoaded(): Connection | null {
    let best: Connection | null = null;
    for (const [index, candidate] of this.#connections.entries()) {
      // A connection is opened before a used one gets more: so the multiplexer grows to its size under load.
      if (candidate === null) {
        if (best !== null && best.load > 0 && this.#reconnectors[index]?.state === 'idle') return this.#open(index);
      } else if (best === null || candidate.load < best.load) best = candidate;
    }
    return best;
  }

  /**
   * Shortest round trip of its connections, in ms, because what one of them owes at the moment says little about the way; null before the
   * first.
   */
  get rttMs(): number | null {
    const known = this.#connections.flatMap((connection) => connection?.liveness.rttMs || []);
    return known.length === 0 ? null : Math.min(...known);
  }

  /** Opens a connection if there is none; `up` or `down` follows, or has already been told. */
  open(): void {
    if (this.unreachableReason === null && this.#connections.every((connection) => connection === null)) this.#open(0);
  }

  /** Whether a connection is past its handshake. */
  get ready(): boolean {
    return this.#connections.some((connection) => connection?.state === 'ready');
  }

  /**
   * Closes the connections once they are answered, and opens others: the address may lead elsewhere by now. `all`: those as well that are not
   * ready yet. Gives back what was not written.
   */
  renew(all = false): Call[] {
    return this.#connections.flatMap((connection) => {
      if (connection === null || (connection.state !== 'ready' && !all)) return [];
      const unwritten = connection.takeUnwritten();
      this.#replace(connection);
      return unwritten;
    });
  }

  #replace(connection: Connection): void {
    const index = this.#connections.indexOf(connection);
    if (index !== -1 && !this.#isClosed) this.#open(index);
    this.#leaving.add(connection);
    void connection.close();
  }

  /** Has the connections log in again. Rejects if the server refuses one, which is replaced. */
  async reauthenticate(credentials: Credentials): Promise<void> {
    const ready = this.#connections.filter((connection) => connection?.state === 'ready') as Connection[]; // no null is ready
    for (const check of this.#halfOpenChecks.values()) check.reauthenticate(credentials);
    await reauthenticateAll(ready, credentials, (refused) => this.#replace(refused));
  }

  #open(index: number): Connection {
    const reconnector = this.#reconnectors[index] as Reconnector; // there is one for each connection
    // One that takes no more calls says nothing of the address, to which others lead by now.
    const isCurrent = (): boolean => this.#connections[index] === connection;
    const isReachable = (): void => {
      this.unreachableReason = null;
      this.#events.up();
    };
    const connection: Connection = new Connection(this.#config.connection, {
      ready: () => {
        if (!isCurrent()) return;
        reconnector.ready();
        isReachable();
      },
      stalled: () => {
        const { connection: config, reconnect } = this.#config;
        const check = new HalfOpenCheck(config, reconnect, connection, {
          unresponsive: () => this.#unresponsive(connection, isCurrent()),
          replaceable: () => this.#setAside(connection),
        });
        this.#halfOpenChecks.set(connection, check);
        this.#events.suspect();
      },
      recovered: () => {
        this.#endCheck(connection);
        if (isCurrent()) isReachable();
      },
      overdue: () => this.#events.overdue(),
      stalling: () => this.#events.stalling(),
      closed: (_, error) => {
        this.#endCheck(connection);
        this.#leaving.delete(connection);
        this.#earlierReplies += connection.liveness.replies;
        const current = isCurrent();
        if (current) this.#connections[index] = null;
        if (this.#isClosed || error === null) return;
        if (current) this.#lost(index, reconnector, error);
        else this.#events.lost(error);
      },
    });
    this.#connections[index] = connection;
    reconnector.opened();
    return connection;
  }

  #lost(index: number, reconnector: Reconnector, error: SlotwiseError): void {
    if (reconnector.livedLong) {
      this.#open(index);
      this.#events.lost(error);
      return;
    }
    // Never ready, or ready for a moment only: a server that accepts and hangs up must not be asked in a hot loop.
    reconnector.failed();
    if (this.ready) {
      this.#events.lost(error);
      return;
    }
    this.unreachableReason = error;
    this.#events.down(error);
  }

  /** The server hangs: what may go elsewhere goes, and nothing more comes here, unless others have taken the place of the connection. */
  #unresponsive(connection: Connection, isCurrent: boolean): void {
    const error = connectionLostError(connection.key, 'does not answer');
    if (isCurrent) this.unreachableReason = error;
    this.#takeFrom(connection, error, () => {
      if (isCurrent) this.#events.down(error);
    });
  }

  /** The server answers others: what may go by another connection goes, and the rest waits for its replies here. */
  #setAside(connection: Connection): void {
    if (connection.state !== 'ready') return;
    const error = connectionLostError(connection.key, 'answers, but not on this connection');
    this.unreachableReason = null;
    this.#takeFrom(connection, error, () => this.#replace(connection));
  }

  /** Hands back what was not written, and what may be sent again; in between that which has them go elsewhere. */
  #takeFrom(connection: Connection, error: SlotwiseError, redirect: () => void): void {
    const unwritten = connection.takeUnwritten();
    const inFlight = connection.takeRepeatable();
    redirect();
    // There may be a hundred thousand of them: one record tells all of them why.
    const lost: AttemptFailure = { kind: 'connection-lost', error };
    for (const call of inFlight) call.owner.failed(call, lost);
    const notSent: AttemptFailure = { kind: 'not-sent', error };
    for (const call of unwritten) call.owner.failed(call, notSent);
  }

  #endCheck(connection: Connection): void {
    this.#halfOpenChecks.get(connection)?.end();
    this.#halfOpenChecks.delete(connection);
  }

  /** Another node has taken the place of this one: calls in flight on stalled connections must not wait for their deadline. */
  dropStalled(): void {
    for (const [{ key }, check] of [...this.#halfOpenChecks]) {
      check.replaced(connectionLostError(key, 'did not answer until another node took its place'));
    }
  }

  /** The server was reached by other means: connections whose backoff runs are opened now, and those to a server that hangs are checked. */
  reopenNow(): void {
    for (const check of [...this.#halfOpenChecks.values()]) check.askNow();
    for (const reconnector of this.#reconnectors) reconnector.reopenNow();
  }

  forEachHeld(visit: (call: Call) => void): void {
    for (const connection of this.#all) connection?.forEachHeld(visit);
  }

  takeUnwritten(isTaken?: (call: Call) => boolean): Call[] {
    return this.#connections.flatMap((connection) => (connection === null ? [] : connection.takeUnwritten(isTaken)));
  }

  async close(): Promise<void> {
    this.#stop();
    await Promise.all(this.#all.map((connection) => connection?.close()));
  }

  destroy(error: SlotwiseError): void {
    this.#stop();
    for (const connection of this.#all) connection?.destroy(error);
  }

  #stop(): void {
    this.#isClosed = true;
    for (const reconnector of this.#reconnectors) reconnector.stop();
  }
}
