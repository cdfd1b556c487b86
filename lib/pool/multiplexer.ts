import { Connection, type ConnectionConfig } from '../connection/connection.js';
import { ConnectionLostError, type SlotwiseError } from '../errors.js';
import type { Credentials } from '../options/access.js';
import type { AttemptFailure, Call } from '../protocol/call.js';
import { backoffMs } from '../util/backoff.js';
import { HalfOpenCheck } from './half-open-check.js';

/** A connection that broke sooner than this after its handshake counts as a failed attempt. */
const SHORT_LIFE_MS = 500;

export interface MultiplexerConfig {
  readonly connection: ConnectionConfig;
  /** How many multiplexed connections. */
  readonly size: number;
  readonly reconnect: { readonly minMs: number; readonly maxMs: number };
}

export interface MultiplexerEvents {
  up(): void;
  /** A connection attempt failed: until `up`, calls are handed back at once. */
  down(error: SlotwiseError): void;
  /** A connection owes replies and says nothing. */
  suspect(): void;
  /** A connection owes replies and has said nothing for a moment. */
  stalling?(): void;
  /** A ready connection broke; a new one is already opening. */
  lost(error: SlotwiseError): void;
  /** A call that waited here was given up at its deadline. */
  overdue(): void;
}

/**
 * Multiplexed connections to one address, opened by the first call and kept from then on. One place of the lane is
 *
 * | state | `send` | left by |
 * |---|---|---|
 * | empty | opens | the first call |
 * | opening or ready | queues on the connection | loss: opens again after a jittered moment; failure: waiting |
 * | waiting | hands back as unwritten | the backoff timer: opens |
 */
export class Multiplexer {
  readonly #config: MultiplexerConfig;
  readonly #events: MultiplexerEvents;
  readonly #connections: (Connection | null)[];
  readonly #failures: number[];
  /** Of the places that wait to be opened again. */
  readonly #reopening = new Map<number, NodeJS.Timeout>();
  readonly #halfOpenChecks = new Map<Connection, HalfOpenCheck>();
  /** Why no connection can be had at the moment; null while one can. */
  unreachableReason: SlotwiseError | null = null;
  #closed = false;
  /** Of connections that are closed. */
  #replies = 0;
  /** What live connections were told to log in with last, and how often. */
  #credentials: Credentials | null = null;
  #logins = 0;

  constructor(config: MultiplexerConfig, events: MultiplexerEvents) {
    this.#config = config;
    this.#events = events;
    this.#connections = new Array<Connection | null>(config.size).fill(null);
    this.#failures = new Array<number>(config.size).fill(0);
  }

  /** Calls accepted and not answered. */
  get load(): number {
    let sum = 0;
    for (const connection of this.#connections) sum += connection === null ? 0 : connection.load;
    return sum;
  }

  /** How many replies came, of all its connections. */
  get replies(): number {
    return this.#connections.reduce((sum, connection) => sum + (connection?.liveness.replies ?? 0), this.#replies);
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
    for (const [place, candidate] of this.#connections.entries()) {
      // A fresh place is opened before a used one is shared, so that the lane grows to its size under load.
      if (candidate === null) {
        if (best !== null && best.load > 0 && this.#failures[place] === 0) return this.#open(place);
      } else if (best === null || candidate.load < best.load) best = candidate;
    }
    return best;
  }

  /** The shortest of its connections', because what one of them owes at the moment says little about the way; null before the first. */
  get rttMs(): number | null {
    const known = this.#connections.flatMap((connection) => connection?.liveness.rttMs || []);
    return known.length === 0 ? null : Math.min(...known);
  }

  /** Opens the first connection if none is; `up` or `down` follows, or has already been told. */
  open(): void {
    if (this.unreachableReason === null && (this.#connections[0] ?? null) === null) this.#open(0);
  }

  /** Has a connection that is past its handshake. */
  get ready(): boolean {
    return this.#connections.some((connection) => connection?.state === 'ready');
  }

  /** Leaves the connections as they are answered and opens new ones: the address may lead elsewhere by now. Gives back what was not written. */
  renew(): Call[] {
    return this.#connections.flatMap((connection, place) => {
      if (connection?.state !== 'ready') return [];
      const unwritten = connection.takeUnwritten();
      this.#open(place);
      void connection.close();
      return unwritten;
    });
  }

  /** Has the connections log in again. Rejects if the server refuses one: it closes once it is answered, and another takes its place. */
  async reauthenticate(credentials: Credentials): Promise<void> {
    this.#credentials = credentials;
    this.#logins++;
    await Promise.all(
      this.#connections.map((connection, place) => (connection?.state === 'ready' ? this.#logIn(connection, place) : undefined)),
    );
  }

  async #logIn(connection: Connection, place: number): Promise<void> {
    try {
      if (this.#credentials !== null) await connection.reauthenticate(this.#credentials);
    } catch (error) {
      if (!this.#closed && this.#connections[place] === connection) this.#open(place);
      void connection.close();
      throw error;
    }
  }

  #open(place: number): Connection {
    let readyAt = Number.NEGATIVE_INFINITY;
    const logins = this.#logins;
    const connection = new Connection(this.#config.connection, {
      ready: () => {
        readyAt = performance.now();
        // Its handshake may have begun with what was valid before.
        if (logins !== this.#logins) this.#logIn(connection, place).catch(() => {});
        this.unreachableReason = null;
        this.#events.up();
      },
      stalled: () => {
        const { connection: config, reconnect } = this.#config;
        this.#halfOpenChecks.set(connection, new HalfOpenCheck(config, reconnect, connection, () => this.#unresponsive(connection)));
        this.#events.suspect();
      },
      recovered: () => this.#trust(connection),
      overdue: () => this.#events.overdue(),
      stalling: () => this.#events.stalling?.(),
      closed: (_, error) => {
        this.#halfOpenChecks.get(connection)?.end();
        this.#halfOpenChecks.delete(connection);
        this.#replies += connection.liveness.replies;
        const current = this.#connections[place] === connection;
        if (current) this.#connections[place] = null;
        if (this.#closed || error === null) return;
        if (!current) {
          // `renew` has put another in its place.
          this.#events.lost(error);
          return;
        }
        const lived = performance.now() - readyAt;
        if (lived > SHORT_LIFE_MS && lived !== Number.POSITIVE_INFINITY) {
          this.#failures[place] = 0;
          this.#open(place);
          this.#events.lost(error);
          return;
        }
        // Never ready, or ready for a moment only: a server that accepts and hangs up must not be asked in a hot loop.
        const failures = this.#failures[place] ?? 0;
        this.#failures[place] = failures + 1;
        this.#reopenLater(place, failures);
        if (this.ready) {
          // The other places serve.
          this.#events.lost(error);
          return;
        }
        this.unreachableReason = error;
        this.#events.down(error);
      },
    });
    this.#connections[place] = connection;
    return connection;
  }

  /** The server hangs: what may go elsewhere goes, and nothing more comes here. */
  #unresponsive(connection: Connection): void {
    const error = new ConnectionLostError(`${connection.key} does not answer`, { node: connection.key });
    this.unreachableReason = error;
    const unwritten = connection.takeUnwritten();
    const inFlight = connection.takeRepeatable();
    this.#events.down(error);
    // There may be a hundred thousand of them: one record tells all of them why.
    const lost: AttemptFailure = { kind: 'connection-lost', error };
    for (const call of inFlight) call.owner.failed(call, lost);
    const spared: AttemptFailure = { kind: 'not-sent', error };
    for (const call of unwritten) call.owner.failed(call, spared);
  }

  #trust(connection: Connection): void {
    this.#halfOpenChecks.get(connection)?.end();
    this.#halfOpenChecks.delete(connection);
    this.unreachableReason = null;
    this.#events.up();
  }

  /** Gives up on connections that say nothing: another node has the role by now, and their in-flight calls must not wait for their deadline. */
  dropSilent(): void {
    for (const [{ key }, suspicion] of [...this.#halfOpenChecks]) {
      suspicion.replaced(new ConnectionLostError(`${key} did not answer until another node took its place`, { node: key }));
    }
  }

  /** Somebody has reached the server: what waits for its next attempt makes it now. */
  reopenNow(): void {
    for (const [place, timer] of [...this.#reopening]) {
      clearTimeout(timer);
      this.#reopening.delete(place);
      if (this.#connections[place] === null) this.#open(place);
    }
  }

  #reopenLater(place: number, failures: number): void {
    // Not unref'd: while a node of the topology is down, a process that waits for it must live.
    const timer = setTimeout(
      () => {
        this.#reopening.delete(place);
        if (!this.#closed && this.#connections[place] === null) this.#open(place);
      },
      backoffMs(failures, this.#config.reconnect),
    );
    this.#reopening.set(place, timer);
  }

  forEachHeld(visit: (call: Call) => void): void {
    for (const connection of this.#connections) connection?.forEachHeld(visit);
  }

  takeUnwritten(): Call[] {
    return this.#connections.flatMap((connection) => (connection === null ? [] : connection.takeUnwritten()));
  }

  async close(): Promise<void> {
    this.#stop();
    await Promise.all(this.#connections.map((connection) => connection?.close()));
  }

  destroy(error: SlotwiseError): void {
    this.#stop();
    for (const connection of this.#connections) connection?.destroy(error);
  }

  #stop(): void {
    this.#closed = true;
    for (const timer of this.#reopening.values()) clearTimeout(timer);
    this.#reopening.clear();
  }
}
