import type { ConnectionConfig } from '../connection/connection.js';
import { internalOwner } from '../connection/internal-calls.js';
import { reauthenticateAll } from '../connection/reauthenticate-all.js';
import { type PoolChange, poolChannel } from '../diagnostics.js';
import { type ClosedError, NoNodeError, ReplyError, type SlotwiseError } from '../errors.js';
import type { Credentials } from '../options/access.js';
import { type Call, newCall, type QueueUsage, takePromise } from '../protocol/call.js';
import { isRead, mayWrite } from '../protocol/catalog/effects.js';
import { specOf } from '../protocol/catalog/specs.js';
import { PUBSUB, type Raw } from '../protocol/command-spec.js';
import type { Exclusive } from '../protocol/exclusive.js';
import type { BackoffLimits } from '../util/backoff.js';
import { clock } from '../util/clock.js';
import { ExclusivePool } from './exclusive-pool.js';
import { Multiplexer, type MultiplexerEvents } from './multiplexer.js';

interface NodeConfig {
  readonly connection: Omit<ConnectionConfig, 'readonly'>;
  readonly shared: number;
  readonly maxExclusive: number;
  readonly minExclusive: number;
  readonly maxConnecting: number;
  readonly idleMs: number;
  readonly maxLifetimeMs: number;
  readonly acquireTimeoutMs: number;
  readonly reconnect: BackoffLimits;
}

export interface NodeEvents {
  up(node: Node): void;
  down(node: Node, error: SlotwiseError): void;
  /** A connection to the node is stalled: other nodes may know more. */
  suspect(node: Node): void;
  /** A connection owes replies and may be about to stall; comes with every tick until bytes come or the node is suspect. */
  stalling?(node: Node): void;
  lost(node: Node, error: SlotwiseError): void;
  /** A call that waited here passed its deadline. */
  overdue(node: Node): void;
  /** Calls that were handed back, because no connection for one caller alone could be opened, may come again. */
  backoffEnded(node: Node): void;
  /** It has become warm. */
  warm?(node: Node): void;
}

/** Which connections: `READONLY` is a state of the connection, and a demoted primary must not answer what was meant for a primary. */
export type NodeAccess = 'primary' | 'replica';

const ASK_TIMEOUT_MS = 1_000;
/** Calls at which connections are lost have connections of their own pool, so that they neither wait for those that block nor hold them up. */
const ISOLATION = { max: 4, min: 0, idleMs: 1_000 };

let lastEpoch = 0;

/** Connections to one address: for each kind of access a multiplexer and an exclusive pool, which open them with their first calls. */
export class Node {
  readonly #primary: Multiplexer;
  readonly #replica: Multiplexer;
  readonly #exclusive: ExclusivePool;
  readonly #exclusiveReplica: ExclusivePool;
  /** Pools for calls at which connections are lost; made when the first one comes. */
  readonly #isolated = new Map<NodeAccess, ExclusivePool>();
  readonly #openPool: (readonly: boolean, limits?: typeof ISOLATION) => ExclusivePool;
  /** Calls that this node was given; for `stats()`. */
  sent = 0;
  /** Those of `sent` that only read; `writes` counts those that write, a transaction as one. */
  reads = 0;
  writes = 0;
  /** Reads that the node was given by a step of a fallback. */
  fallbacks = 0;
  /** Reads that the node was given because another one was slow, and those of them in which it was faster. */
  hedged = 0;
  hedgeWins = 0;
  /** Reason why the node cannot be reached at the moment; null while nothing speaks against it. */
  unreachableReason: SlotwiseError | null = null;
  /** Moment of the last message that it was given to publish, on the clock in ms. */
  publishedAt = Number.NEGATIVE_INFINITY;
  /** Moment until which other nodes are preferred, on the clock in ms: this one said LOADING, READONLY or the like. */
  avoidUntil = 0;
  /** Moment of the last renewal of its connections because of what it said, on the clock in ms. */
  renewedAt = Number.NEGATIVE_INFINITY;
  /** Another number, never used before, whenever the process behind the address may be another one. */
  processEpoch = ++lastEpoch;
  #closed = false;

  constructor(
    readonly key: string,
    config: NodeConfig,
    events: NodeEvents,
  ) {
    const multiplexerEvents: MultiplexerEvents = {
      up: () => {
        this.#refreshReachability();
        events.up(this);
      },
      down: (error) => {
        this.processEpoch = ++lastEpoch;
        this.#refreshReachability();
        events.down(this, error);
      },
      suspect: () => events.suspect(this),
      stalling: () => events.stalling?.(this),
      lost: (error) => {
        this.processEpoch = ++lastEpoch;
        events.lost(this, error);
      },
      overdue: () => events.overdue(this),
    };
    const { reconnect } = config;
    const multiplexer = (readonly: boolean): Multiplexer =>
      new Multiplexer({ connection: { ...config.connection, readonly }, size: config.shared, reconnect }, multiplexerEvents);
    this.#primary = multiplexer(false);
    this.#replica = multiplexer(true);
    this.#openPool = (readonly, limits) =>
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
          ...limits,
        },
        { backoffEnded: () => events.backoffEnded(this), suspect: () => events.suspect(this), warm: () => events.warm?.(this) },
      );
    this.#exclusive = this.#openPool(false);
    this.#exclusiveReplica = this.#openPool(true);
    this.#publish('created');
  }

  get #pools(): readonly (Multiplexer | ExclusivePool)[] {
    return [this.#primary, this.#replica, this.#exclusive, this.#exclusiveReplica, ...this.#isolated.values()];
  }

  #publish(change: PoolChange['change']): void {
    if (poolChannel.hasSubscribers) poolChannel.publish({ node: this.key, change } satisfies PoolChange);
  }

  #markClosed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#publish('closed');
  }

  #refreshReachability(): void {
    this.unreachableReason = this.#primary.unreachableReason ?? this.#replica.unreachableReason;
  }

  /** Whether a connection for writes is past its handshake. */
  get ready(): boolean {
    return this.#primary.ready;
  }

  /** Opens the connection for writes if it is not; `up` or `down` follows. */
  open(): void {
    this.#primary.open();
  }

  /** The connections to it as a primary for one caller alone each, to be warmed up. */
  get exclusive(): Pick<ExclusivePool, 'warmUp' | 'isWarm'> {
    return this.#exclusive;
  }

  /** The node was reached by other means: the backoff ends. */
  reopenNow(): void {
    this.#primary.reopenNow();
    this.#replica.reopenNow();
  }

  /** New connections for new calls; the old ones close once they are answered. `all`: see `Multiplexer`. Gives back what was not written. */
  renew(all: boolean): Call[] {
    this.processEpoch = ++lastEpoch;
    const unwritten = this.#withoutInternal([...this.#primary.renew(all), ...this.#replica.renew(all)]);
    this.#clearExclusive(`${this.key} may lead to another server`);
    this.#publish('cleared');
    return unwritten;
  }

  get load(): number {
    return this.#primary.load + this.#replica.load;
  }

  /** Calls that keep their places on the multiplexed connections and that nobody waits for, as far as they count in this usage. */
  abandoned(usage: QueueUsage): number {
    return this.#primary.abandoned(usage) + this.#replica.abandoned(usage);
  }

  /** Nothing is sent, queued or lent here. */
  get isIdle(): boolean {
    return this.load === 0 && this.#exclusive.isIdle && this.#exclusiveReplica.isIdle;
  }

  /** Smoothed time from a write to its first reply, in ms, without what blocks; null before the first. */
  get rttMs(): number | null {
    const [primary, replica] = [this.#primary.rttMs, this.#replica.rttMs];
    return primary === null || replica === null ? (primary ?? replica) : Math.min(primary, replica);
  }

  /** Replies on the multiplexed connections. */
  get replies(): number {
    return this.#primary.replies + this.#replica.replies;
  }

  /** Whether the node answers on the connection that reads would take. Never rejects. */
  async ping(timeoutMs: number): Promise<boolean> {
    return this.ask(['PING'], 'replica', timeoutMs).then(
      () => true,
      () => false,
    );
  }

  /** Whether the process of this epoch answers on a shared connection, if only with an error. Never rejects. */
  async answersAs(processEpoch: number): Promise<boolean> {
    if (this.processEpoch !== processEpoch) return false;
    const answers = await this.ask(['PING'], this.#replica.ready ? 'replica' : 'primary').then(
      () => true,
      (error: unknown) => error instanceof ReplyError,
    );
    return answers && this.processEpoch === processEpoch;
  }

  get exclusiveConnections(): number {
    return [...this.#isolated.values()].reduce((sum, { size }) => sum + size, this.#exclusive.size + this.#exclusiveReplica.size);
  }

  send(call: Call, access: NodeAccess): void {
    this.sent++;
    const { extras, spec } = call;
    if (isRead(spec)) this.reads++;
    else if (mayWrite(spec) || (extras !== null && extras.batch !== null)) this.writes++;
    else if ((spec.flags & PUBSUB) !== 0) this.publishedAt = clock.now();
    if (extras !== null) extras.sink?.onSent?.(this.key);
    if (extras !== null && extras.exclusive !== null) this.#sendExclusive(call, extras.exclusive, access);
    else if (access === 'primary') this.#primary.send(call);
    else this.#replica.send(call);
  }

  /**
   * Sends a command of the library itself, on the connection that carries the commands of this access, in order among them. Rejects once the
   * node is closed: nobody would close a connection that opened for it.
   */
  ask(words: readonly string[], access: NodeAccess, timeoutMs = ASK_TIMEOUT_MS): Promise<Raw> {
    if (this.#closed) return Promise.reject(new NoNodeError(`${words[0]}: ${this.key} is left`, { node: this.key, command: words[0] }));
    const { spec, args } = specOf(words);
    const call = newCall(spec, args, null, 0, internalOwner, clock.deadlineIn(timeoutMs));
    const reply = takePromise() as Promise<Raw>; // no decoder
    (access === 'primary' ? this.#primary : this.#replica).send(call);
    return reply;
  }

  /** Has the live connections log in again. Rejects with an `AuthError` if one is refused; others take the place of those. */
  reauthenticate(credentials: Credentials): Promise<void> {
    return reauthenticateAll(this.#pools, credentials);
  }

  /** Reason why this call cannot be sent at the moment; null: it can. */
  unreachableReasonFor(call: Call, access: NodeAccess): SlotwiseError | null {
    if (this.unreachableReason !== null || call.extras === null || call.extras.exclusive === null) return this.unreachableReason;
    return this.#exclusivePool(call.extras.exclusive, access).unreachableReason;
  }

  #sendExclusive(call: Call, exclusive: Exclusive, access: NodeAccess): void {
    exclusive.processEpoch = this.processEpoch;
    this.#exclusivePool(exclusive, access).send(call);
  }

  #exclusivePool({ kind }: Exclusive, access: NodeAccess): ExclusivePool {
    if (kind !== 'alone') return access === 'primary' ? this.#exclusive : this.#exclusiveReplica;
    let pool = this.#isolated.get(access);
    if (pool === undefined) {
      pool = this.#openPool(access === 'replica', ISOLATION);
      this.#isolated.set(access, pool);
    }
    return pool;
  }

  /** The node is no longer the one for writes: calls that wait for a connection of their own, or block, unless these stay, go elsewhere. */
  clearExclusive(blockedStay = false): void {
    this.#clearExclusive(`${this.key} is no longer the primary`, blockedStay);
    this.#publish('cleared');
  }

  #clearExclusive(reason: string, blockedStay = false): void {
    const error = new NoNodeError(reason, { node: this.key });
    this.#exclusive.clear(error, blockedStay);
    this.#isolated.get('primary')?.clear(error, blockedStay);
  }

  /** The client closes: calls that would wait without limit end. */
  endExclusive(error: ClosedError): void {
    this.#exclusive.end(error);
    this.#exclusiveReplica.end(error);
  }

  /** See `Multiplexer.dropStalled`. */
  dropStalled(): void {
    this.#primary.dropStalled();
    this.#replica.dropStalled();
  }

  /** Calls that it was given as a primary and has not answered, in order for each connection. */
  forEachHeld(visit: (call: Call) => void): void {
    this.#primary.forEachHeld(visit);
  }

  /** Gives back what was not written to a node that stopped being the right one, for all of it or for what this is true of. */
  takeUnwritten(isTaken?: (call: Call) => boolean): Call[] {
    return this.#withoutInternal([...this.#primary.takeUnwritten(isTaken), ...this.#replica.takeUnwritten(isTaken)]);
  }

  /**
   * Removes the library's own commands (PING, INFO). They ask about this node; re-sent to another node, its answer would be recorded under
   * the wrong one.
   */
  #withoutInternal(calls: Call[]): Call[] {
    return calls.filter((call) => {
      if (call.owner !== internalOwner) return true;
      call.fail(new NoNodeError(`${call.spec.name}: ${this.key} is left`, { node: this.key, command: call.spec.name }));
      return false;
    });
  }

  async close(): Promise<void> {
    this.#markClosed();
    await Promise.all(this.#pools.map((pool) => pool.close()));
  }

  destroy(error: SlotwiseError): void {
    this.#markClosed();
    for (const pool of this.#pools) pool.destroy(error);
  }
}
