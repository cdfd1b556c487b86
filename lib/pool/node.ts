import type { ConnectionConfig } from '../connection/connection.js';
import { internalOwner } from '../connection/internal-calls.js';
import { type PoolChange, poolChannel } from '../diagnostics.js';
import { type ClosedError, NoNodeError, type SlotwiseError } from '../errors.js';
import type { Credentials } from '../options/access.js';
import { Call } from '../protocol/call.js';
import { specOf } from '../protocol/catalog/specs.js';
import { PUBSUB, type Raw, READONLY, SCRIPT, WRITE } from '../protocol/command-spec.js';
import { clock } from '../util/clock.js';
import { ExclusivePool } from './exclusive-pool.js';
import { Multiplexer } from './multiplexer.js';

export interface NodeConfig {
  readonly connection: Omit<ConnectionConfig, 'readonly'>;
  readonly shared: number;
  readonly maxExclusive: number;
  readonly minExclusive: number;
  readonly maxConnecting: number;
  readonly idleMs: number;
  readonly maxLifetimeMs: number;
  readonly acquireTimeoutMs: number;
  readonly reconnect: { readonly minMs: number; readonly maxMs: number };
}

export interface NodeEvents {
  up(node: Node): void;
  down(node: Node, error: SlotwiseError): void;
  /** It owes replies and says nothing: the others may know more. */
  suspect(node: Node): void;
  /** It owes replies and has said nothing for a moment; told again and again until it speaks or is suspect. */
  stalling?(node: Node): void;
  lost(node: Node, error: SlotwiseError): void;
  /** A call that waited here was given up at its deadline. */
  overdue(node: Node): void;
  /** Calls that it handed back, because it had no connection for one caller alone, may come again. */
  again(node: Node): void;
}

/** Which shared lane: `READONLY` is a state of the connection, and a demoted primary must not answer what was meant for a primary. */
export type NodeAccess = 'primary' | 'replica';

const ASK_TIMEOUT_MS = 1_000;

let incarnations = 0;

/** Everything we hold open to one address: the shared and the exclusive lanes, for each kind of access, opened by their first calls. */
export class Node {
  readonly #primary: Multiplexer;
  readonly #replica: Multiplexer;
  readonly #exclusive: ExclusivePool;
  readonly #exclusiveReplica: ExclusivePool;
  /** Calls answered with success or failure by this node; for `stats()`. */
  sent = 0;
  /** Of those, by what they do; a transaction is a write. */
  reads = 0;
  writes = 0;
  /** Reads that it got by a step of a fallback. */
  fallbacks = 0;
  /** Reads that it was asked for because another node was slow, and those of them in which it was faster. */
  hedged = 0;
  hedgeWins = 0;
  /** Why it cannot be reached at the moment, null while nothing speaks against it. */
  unreachableReason: SlotwiseError | null = null;
  /** On the clock, in ms: when it was last given a message to publish. */
  publishedAt = Number.NEGATIVE_INFINITY;
  /** On the clock, in ms: until then other nodes are preferred, because this one said LOADING, READONLY or the like. */
  avoidUntil = 0;
  /** On the clock, in ms: when its connections were last renewed because of what it said. */
  renewedAt = Number.NEGATIVE_INFINITY;
  /** Another number, never used before, whenever the process behind the address may be another one. */
  processEpoch = ++incarnations;
  #over = false;

  constructor(
    readonly key: string,
    config: NodeConfig,
    events: NodeEvents,
  ) {
    const laneEvents = {
      up: () => {
        this.#refreshReachability();
        events.up(this);
      },
      down: (error: SlotwiseError) => {
        this.processEpoch = ++incarnations;
        this.#refreshReachability();
        events.down(this, error);
      },
      suspect: () => events.suspect(this),
      hesitates: () => events.stalling?.(this),
      lost: (error: SlotwiseError) => {
        this.processEpoch = ++incarnations;
        events.lost(this, error);
      },
      overdue: () => events.overdue(this),
    };
    const { reconnect } = config;
    const lane = (readonly: boolean): Multiplexer =>
      new Multiplexer({ connection: { ...config.connection, readonly }, size: config.shared, reconnect }, laneEvents);
    this.#primary = lane(false);
    this.#replica = lane(true);
    const exclusive = (readonly: boolean): ExclusivePool =>
      new ExclusivePool(
        {
          connection: { ...config.connection, readonly },
          max: config.maxExclusive,
          min: config.minExclusive,
          maxConnecting: config.maxConnecting,
          idleMs: config.idleMs,
          maxLifetimeMs: config.maxLifetimeMs,
          acquireTimeoutMs: config.acquireTimeoutMs,
          reconnect,
        },
        { again: () => events.again(this), suspect: () => events.suspect(this) },
      );
    this.#exclusive = exclusive(false);
    this.#exclusiveReplica = exclusive(true);
    this.#tell('created');
  }

  #tell(change: PoolChange['change']): void {
    if (poolChannel.hasSubscribers) poolChannel.publish({ node: this.key, change } satisfies PoolChange);
  }

  /** Once. */
  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#tell('closed');
  }

  #refreshReachability(): void {
    this.unreachableReason = this.#primary.unreachableReason ?? this.#replica.unreachableReason;
  }

  /** A connection for writes is past its handshake. */
  get ready(): boolean {
    return this.#primary.ready;
  }

  /** Opens the connection for writes, if it is not; `up` or `down` follows. */
  open(): void {
    this.#primary.open();
  }

  /** It was reached by other means: does not wait to try again. */
  reopenNow(): void {
    this.#primary.reopenNow();
    this.#replica.reopenNow();
  }

  /** New connections for new calls; the old ones close once they are answered. Gives back what was not written. */
  renew(): Call[] {
    this.processEpoch = ++incarnations;
    const unwritten = this.#ofOthers([...this.#primary.renew(), ...this.#replica.renew()]);
    this.#leaveExclusive(`${this.key} may lead to another server`);
    this.#tell('cleared');
    return unwritten;
  }

  get load(): number {
    return this.#primary.load + this.#replica.load;
  }

  /** Smoothed time from a write to its first reply, in ms, without what blocks; null before the first. */
  get rttMs(): number | null {
    const [primary, replica] = [this.#primary.rttMs, this.#replica.rttMs];
    return primary === null || replica === null ? (primary ?? replica) : Math.min(primary, replica);
  }

  /** How many replies it gave on the shared connections. */
  get replies(): number {
    return this.#primary.replies + this.#replica.replies;
  }

  /** Whether it answers where reads would go. Never rejects. */
  async ping(timeoutMs: number): Promise<boolean> {
    return this.ask(['PING'], 'replica', timeoutMs).then(
      () => true,
      () => false,
    );
  }

  get exclusiveConnections(): number {
    return this.#exclusive.size + this.#exclusiveReplica.size;
  }

  send(call: Call, access: NodeAccess): void {
    this.sent++;
    const { extras } = call;
    if ((call.spec.flags & READONLY) !== 0) this.reads++;
    else if ((call.spec.flags & (WRITE | SCRIPT)) !== 0 || (extras !== null && extras.batch !== null)) this.writes++;
    else if ((call.spec.flags & PUBSUB) !== 0) this.publishedAt = clock.now();
    if (extras !== null) extras.sink?.onSent?.(this.key);
    if (extras !== null && extras.exclusive !== null) this.#exclusivePool(access).send(call);
    else if (access === 'primary') this.#primary.send(call);
    else this.#replica.send(call);
  }

  /** Asks the server something of our own, on the connection that carries the commands of this access, in order among them. */
  ask(words: readonly string[], access: NodeAccess, timeoutMs = ASK_TIMEOUT_MS): Promise<Raw> {
    const { spec, args } = specOf(words);
    const call = Call.make(spec, args, null, 0, internalOwner, clock.deadlineIn(timeoutMs));
    const reply = Call.promiseOfLast() as Promise<Raw>; // no decoder
    (access === 'primary' ? this.#primary : this.#replica).send(call);
    return reply;
  }

  /** Has the live connections log in again. Rejects with an `AuthError` if one is refused; others take the place of those. */
  async reauthenticate(credentials: Credentials): Promise<void> {
    const lanes = [this.#primary, this.#replica, this.#exclusive, this.#exclusiveReplica];
    const results = await Promise.allSettled(lanes.map((lane) => lane.reauthenticate(credentials)));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  /** Why this call cannot be had at the moment. */
  unreachableReasonFor(call: Call, access: NodeAccess): SlotwiseError | null {
    if (this.unreachableReason !== null || call.extras === null || call.extras.exclusive === null) return this.unreachableReason;
    return this.#exclusivePool(access).unreachableReason;
  }

  #exclusivePool(access: NodeAccess): ExclusivePool {
    return access === 'primary' ? this.#exclusive : this.#exclusiveReplica;
  }

  /** It is no longer the one for writes: what blocks on it, or waits for a connection of its own, goes to another. */
  leaveExclusive(): void {
    this.#leaveExclusive(`${this.key} is no longer the primary`);
    this.#tell('cleared');
  }

  #leaveExclusive(why: string): void {
    this.#exclusive.clear(new NoNodeError(why, { node: this.key }));
  }

  /** The client closes: calls that would wait without limit end. */
  endExclusive(error: ClosedError): void {
    this.#exclusive.end(error);
    this.#exclusiveReplica.end(error);
  }

  /** See `SharedLane.dropSilent`. */
  dropSilent(): void {
    this.#primary.dropSilent();
    this.#replica.dropSilent();
  }

  /** What was given to it as to a primary and is not answered, in order for each connection. */
  forEachHeld(visit: (call: Call) => void): void {
    this.#primary.forEachHeld(visit);
  }

  /** Gives back what was not written to a node that stopped being the right one. */
  takeUnwritten(): Call[] {
    return this.#ofOthers([...this.#primary.takeUnwritten(), ...this.#replica.takeUnwritten()]);
  }

  /** Without what we ask this node about itself: the answer of another one would be taken for its own. */
  #ofOthers(calls: Call[]): Call[] {
    return calls.filter((call) => {
      if (call.owner !== internalOwner) return true;
      call.fail(new NoNodeError(`${call.spec.name}: ${this.key} is left`, { node: this.key, command: call.spec.name }));
      return false;
    });
  }

  async close(): Promise<void> {
    this.#end();
    const lanes = [this.#primary, this.#replica, this.#exclusive, this.#exclusiveReplica];
    await Promise.all(lanes.map((lane) => lane.close()));
  }

  destroy(error: SlotwiseError): void {
    this.#end();
    this.#primary.destroy(error);
    this.#replica.destroy(error);
    this.#exclusive.destroy(error);
    this.#exclusiveReplica.destroy(error);
  }
}
