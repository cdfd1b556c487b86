import type { EventEmitter } from 'node:events';
import { type Redis, SlotwiseError, TopologyError } from '../../index.js';
import { setImmediate } from '../../runtime/runtime.js';
import type { EngineSettings } from './options/engine-options.js';
import { OwnConnection } from './own-connection.js';
import { type EngineListener, Session } from './session.js';
import { Cycle, type CycleHost, type Reach } from './status/cycle.js';
import type { RedisStatus } from './status/statuses.js';
import { Subscriptions } from './subscriptions.js';

/** What `Redis` and `Cluster` have of their own about their connection. */
export interface ConnectionRules {
  readonly settings: EngineSettings;
  /** Settings for a server that turns out to be a node of a cluster, or a sentinel; null: there are none. */
  readonly pinned: (() => EngineSettings) | null;
  readonly connectTimeoutMs: number;
  readonly maxRetriesPerRequest: unknown;
  readonly autoResubscribe: boolean;
  /** A replica of a cluster serves reads then. */
  readonly isReadOnly: boolean;
  /** Key of the shard that the object is for; null: none. */
  readonly shardKey: string | null;
  /** It says when it begins to disconnect. */
  readonly isCluster: boolean;
  delayOf(attempt: number, reason: unknown): unknown;
  endsBy(reason: Error): boolean;
  closed(): Error;
  report(error: Error): void;
  /** A node cannot be reached, or its connection broke: whether the object has lost its connection by that. */
  losesBy(node: string, error: SlotwiseError, isAttempt: boolean): boolean;
  /** What the failure of all means here. */
  problemOf(error: SlotwiseError): Error;
  topologyChanged(): void;
  /** Before the listeners of `ready`. */
  ready(): void;
  /** The connection has ended: what else the object has open ends, too. */
  ended(): void;
}

/** What a server is by its own words that was to be one by itself. */
const ONE_OF_MANY: ReadonlySet<string> = new Set(['ERR_IS_A_CLUSTER', 'ERR_IS_A_SENTINEL']);

/** Connection of one object to its servers, as its program sees it: statuses, engine, subscriptions, and a connection of its own. */
export class EngineConnection implements CycleHost, EngineListener {
  readonly cycle: Cycle;
  readonly subscriptions: Subscriptions;
  #session: Session | null = null;
  #own: OwnConnection | null = null;
  /** The connections of its own that it has left have ended. */
  #left: Promise<unknown> = Promise.resolve();
  #settings: EngineSettings;

  constructor(
    private readonly emitter: EventEmitter,
    private readonly rules: ConnectionRules,
    /** Its engine is shared, while it has one. */
    private readonly host: EngineConnection | null = null,
  ) {
    this.#settings = rules.settings;
    this.cycle = new Cycle(this);
    this.subscriptions = new Subscriptions(emitter, () => this.opened().views.bytes as unknown as Redis<Buffer, number>);
  }

  /** The engine of now; null: it has ended, or was not begun. */
  get session(): Session | null {
    return this.#session;
  }

  /** The connection of its own; null: it has none. */
  get own(): OwnConnection | null {
    return this.#own;
  }

  opened(): Session {
    if (this.#session === null) {
      this.#session = Session.open(this.#settings, this, this.host?.session ?? null);
      this.subscriptions.reopen();
    }
    return this.#session;
  }

  /** Gives it a connection of its own, if it has none; what was sent before comes first. `key`: where it leads, in a cluster. */
  dedicate(key: string | Buffer | undefined = this.rules.shardKey ?? undefined): OwnConnection {
    if (this.#own === null) {
      this.#own = new OwnConnection(() => this.opened(), key, this.rules.isReadOnly);
      this.#own.begin(this.opened().serves());
    }
    return this.#own;
  }

  /** Has its commands go where those of all go again, when those on its own connection are answered. */
  share(): void {
    if (this.#own === null) return;
    this.#left = Promise.all([this.#left, this.#own.end()]);
    this.#own = null;
  }

  /** Resolves when everything is answered; the statuses follow. */
  quit(): Promise<void> {
    const session = this.#session;
    // Nothing is waited for that has no end: the retry strategy of a cluster that quits is not asked any more.
    if (session === null || (this.cycle.status !== 'ready' && (this.rules.isCluster || !this.#isBusy))) {
      // Programs listen to `end` when they have heard that it quits.
      setImmediate(() => this.cycle.disconnect(false));
      return Promise.resolve();
    }
    // What waits there for a connection would be refused one by an engine that closes.
    return this.cycle.quit(() => Promise.all([this.#left, this.#own?.end()]).then(() => session.finish()));
  }

  // --- for the statuses

  open(): Reach {
    const session = this.opened();
    const failed = (error: unknown): never => {
      throw error instanceof SlotwiseError ? this.rules.problemOf(error) : error;
    };
    return { serves: () => session.serves(), scout: () => session.scout().catch(failed) };
  }

  shut(isWanted: boolean): void {
    this.#cut(isWanted ? null : this.rules.closed());
    this.rules.ended();
  }

  flush(error: Error): void {
    if (this.#isBusy) this.#renew(error);
  }

  get #isBusy(): boolean {
    return this.#session?.isBusy === true || this.#own?.isBusy === true;
  }

  /** Whether a failure says that the server is one of many, as which the engine then takes it: ioredis asks no server what it is. */
  adaptsTo(error: unknown, session: Session): boolean {
    const { pinned } = this.rules;
    if (session.isReplaced) return true;
    if (pinned === null || !(error instanceof TopologyError) || !ONE_OF_MANY.has(error.code)) return false;
    session.isReplaced = true;
    this.#settings = pinned();
    this.#renew(null);
    return true;
  }

  #renew(reason: Error | null): void {
    this.#cut(reason);
    this.cycle.renewed(this.open());
  }

  #cut(reason: Error | null): void {
    const session = this.#session;
    this.#session = null;
    this.#own?.drop();
    this.subscriptions.suspend();
    session?.cut(reason);
  }

  emitStatus(status: RedisStatus, arg?: number): void {
    if (status === 'close' && !this.rules.autoResubscribe) this.subscriptions.clear();
    if (status === 'ready') this.rules.ready();
    if (arg === undefined || this.rules.isCluster) this.emitter.emit(status);
    else this.emitter.emit(status, arg);
  }

  report(error: Error): void {
    this.rules.report(error);
  }

  delayOf(attempt: number, reason: unknown): unknown {
    return this.rules.delayOf(attempt, reason);
  }

  endsBy(reason: Error): boolean {
    return this.rules.endsBy(reason);
  }

  closed(): Error {
    return this.rules.closed();
  }

  get tellsDisconnecting(): boolean {
    return this.rules.isCluster;
  }

  get connectTimeoutMs(): number {
    return this.rules.connectTimeoutMs;
  }

  get maxRetriesPerRequest(): unknown {
    return this.rules.maxRetriesPerRequest;
  }

  // --- for the engine

  onNodeLost(node: string, error: SlotwiseError, isAttempt: boolean): void {
    if (this.rules.losesBy(node, error, isAttempt)) this.cycle.lost(error, isAttempt);
  }

  onProblem(error: SlotwiseError): void {
    if (this.#session !== null && this.adaptsTo(error, this.#session)) return;
    const isLost = error instanceof TopologyError;
    this.cycle.failed(isLost ? this.rules.problemOf(error) : error, isLost);
  }

  onClosed(): void {
    this.cycle.disconnect(false);
  }

  onTopology(): void {
    this.rules.topologyChanged();
  }
}
