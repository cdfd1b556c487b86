import { type Redis as Client, OptionsError, type SlotwiseError } from '../../index.js';
import { type Callback, nodeify } from './callbacks.js';
import type { Command } from './command.js';
import { type CommandRules, Connected } from './connected.js';
import { type ConnectionRules, EngineConnection } from './engine-connection.js';
import { closedError, connectionErrorOf, NOT_WRITABLE_MESSAGE, sentinelsError } from './errors.js';
import { MonitorStream } from './monitor-stream.js';
import type { NodeRole } from './options/cluster-options.js';
import { engineSettings, hasSentinels, mayShareEngine } from './options/engine-options.js';
import { REDIS_HONOURED, warnOfOptions } from './options/honoured.js';
import { givenOptions, type RedisArgument, withDefaults } from './options/parse-arguments.js';
import type { RedisOptions } from './options/redis-options.js';
import { ClientBeneath } from './over/client-beneath.js';
import { ShardObjects } from './over/shard-objects.js';
import { type ScanStream, type ScanStreamOptions, scanStreamOf } from './scan-stream.js';
import { SlotWatch } from './slot-watch.js';

/** Options of objects for the nodes of a cluster. */
const nodeOptions = new WeakSet<object>();
/** Options of duplicates, whose engine is that of the object that they were made of. */
const hosts = new WeakMap<object, EngineConnection>();

/** Keys of the shards that objects are for, by the options of those. */
const shardKeys = new WeakMap<object, string>();

const MONITOR_OVER = 'what MONITOR needs of the client is not known here: use new Redis({ host, port, … })';

const SCAN_OVER = "a cluster has a stream for each of its nodes: use those of nodes('master')";

/** Client for one server, or a group that sentinels watch. */
export class Redis extends Connected {
  readonly isCluster: boolean;
  readonly options: RedisOptions;
  protected readonly connection: EngineConnection;
  protected readonly rules: CommandRules;
  protected readonly slotWatch: SlotWatch | null;
  /** It is of a node of a cluster. */
  readonly #isNode: boolean;
  #monitor: MonitorStream | null = null;
  /** How often no sentinel could be asked, since it was ready. */
  #sentinelAttempts = 0;
  /** Failure after which nothing is tried. */
  #lastFailure: Error | null = null;
  /** Database that was selected last. */
  #db: number;
  /** The client that was given; null: the object has its own. */
  readonly #beneath: ClientBeneath | null;
  readonly #shardKey: string | null;
  /** Objects for the shards; null: it has but one connection to show. */
  #shards: ShardObjects<Redis> | null = null;

  /** The same as `new Redis(…)`. */
  static createClient(...args: RedisArgument[]): Redis {
    return new Redis(...args);
  }

  /** An object for a node of a cluster, which is not asked whether it is one. */
  static ofNode(options: RedisOptions): Redis {
    nodeOptions.add(options);
    return new Redis(options);
  }

  /** An object for the shard of a client that has the key: its commands have a connection of their own to it. */
  static ofShard(client: Client, key: string, given: object): Redis {
    const options = { ...given, lazyConnect: true };
    shardKeys.set(options, key);
    return new Redis(client, options);
  }

  /**
   * A port, a host, a path of a socket file or a URL, and options, as ioredis takes them; or a client of slotwise, of any topology, and
   * options. The object stands on that client, and its end is its own.
   */
  constructor(...args: (RedisArgument | Client)[]) {
    super();
    const beneath = ClientBeneath.of(args);
    const given = beneath?.given ?? givenOptions(args);
    this.options = beneath?.redisOptions() ?? withDefaults(given);
    this.isCluster = beneath?.isCluster ?? false;
    this.#beneath = beneath;
    warnOfOptions(given, REDIS_HONOURED);
    const { options } = this;
    this.#db = options.db ?? 0;
    this.rules = {
      enableOfflineQueue: options.enableOfflineQueue !== false,
      isExclusiveSubscriber: options.protocol !== 3,
      notReadyMessage: NOT_WRITABLE_MESSAGE,
      reconnectOnError: options.reconnectOnError ?? null,
    };
    const [own] = args;
    this.#shardKey = shardKeys.get(Object(args[1])) ?? null;
    this.#isNode = typeof own === 'object' && own !== null && nodeOptions.has(own);
    const host = typeof own === 'object' && own !== null ? (hosts.get(own) ?? null) : null;
    this.connection = new EngineConnection(this, this.#connectionRules(), host);
    const isSpread = beneath?.isCluster === true && this.#shardKey === null;
    this.slotWatch = isSpread ? new SlotWatch(this.connection, (key) => this.slotOf(key)) : null;
    if (isSpread) this.#addNodes(beneath);
    this.begin(options.lazyConnect === true, options.scripts);
  }

  /** Another object with the same options. */
  duplicate(override?: RedisOptions): Redis {
    const Class = this.constructor as typeof Redis; // of a derived class one of that
    if (this.#beneath !== null) return new Class(this.#beneath.client, { ...this.#beneath.given, ...override });
    const options = { ...this.options, ...override };
    if (this.#isNode) nodeOptions.add(options);
    if (!options.monitor && mayShareEngine(this.options, options)) hosts.set(options, this.connection);
    return new Class(options);
  }

  /**
   * An object that is told of every command which the server gets, by its event `monitor` with time, arguments, source and database.
   * @example const monitor = await redis.monitor(); monitor.on('monitor', (time, args) => console.log(time, args));
   */
  monitor(callback?: Callback<Redis>): Promise<Redis> {
    if (this.#beneath !== null) return nodeify(Promise.reject(new OptionsError('monitor()', MONITOR_OVER)), callback);
    const monitor = this.duplicate({ monitor: true, lazyConnect: false });
    const begun = new Promise<Redis>((resolve, reject) => {
      monitor.once('error', reject);
      monitor.once('monitoring', () => resolve(monitor));
    });
    return nodeify(begun, callback);
  }

  protected override ownsConnectionFor(name: string, args: readonly unknown[]): boolean {
    return this.options.readOnly === true || this.#shardKey !== null || super.ownsConnectionFor(name, args);
  }

  /** Stream of the keys, page by page. A cluster has one for each of its nodes: `cluster.nodes('master')`. */
  scanStream(options?: ScanStreamOptions): ScanStream {
    if (this.#shards !== null) throw new Error(SCAN_OVER);
    return scanStreamOf(this, 'scan', undefined, options);
  }

  scanBufferStream(options?: ScanStreamOptions): ScanStream {
    if (this.#shards !== null) throw new Error(SCAN_OVER);
    return scanStreamOf(this, 'scanBuffer', undefined, options);
  }

  protected override runAlone(command: Command): Promise<unknown> {
    const { name, args } = command;
    if (name === 'select' && /^\d+$/.test(String(args[0]))) this.#select(Number(args[0]));
    return super.runAlone(command);
  }

  /** Tells of another database, when it is asked for. */
  #select(db: number): void {
    if (db === this.#db) return;
    this.#db = db;
    this.emit('select', db);
  }

  /** What the connection may be used for. */
  get mode(): 'normal' | 'subscriber' | 'monitor' {
    if (this.options.monitor) return 'monitor';
    return this.rules.isExclusiveSubscriber && this.connection.subscriptions.isSubscriber ? 'subscriber' : 'normal';
  }

  /** Packages take what has this method for a cluster. */
  #addNodes({ client, given }: ClientBeneath): void {
    const shards = new ShardObjects(client, (key) => Redis.ofShard(client, key, given));
    this.#shards = shards;
    Object.defineProperty(this, 'nodes', { value: (role: NodeRole = 'all') => shards.get(role) });
  }

  #connectionRules(): ConnectionRules {
    const { options } = this;
    return {
      settings: this.#beneath?.settings(options) ?? engineSettings(options, this.#isNode),
      pinned: this.#isNode || this.#beneath !== null || hasSentinels(options) ? null : () => engineSettings(options, true),
      connectTimeoutMs: options.connectTimeout || 10_000,
      maxRetriesPerRequest: options.maxRetriesPerRequest,
      autoResubscribe: options.autoResubscribe !== false,
      isCluster: false,
      isReadOnly: options.readOnly === true,
      shardKey: this.#shardKey,
      // Taken out of the options: programs do not expect `this` to be those.
      delayOf: (attempt) => {
        const { retryStrategy } = options;
        return typeof retryStrategy === 'function' ? retryStrategy(attempt) : null;
      },
      endsBy: (reason) => reason === this.#lastFailure,
      closed: closedError,
      report: (error) => this.silentEmit('error', error),
      losesBy: (node) => this.#beneath?.losesBy(node) ?? this.#isMine(node),
      problemOf: (error) => this.#problemOf(error),
      topologyChanged: () => {},
      ready: () => {
        this.#sentinelAttempts = 0;
        if (options.monitor) this.#beginMonitor();
      },
      ended: () => {
        this.#monitor?.end();
        this.#shards?.clear();
      },
    };
  }

  #problemOf(error: SlotwiseError): Error {
    if (error.code !== 'ERR_NO_SENTINEL_REACHABLE') return error;
    const delay = this.options.sentinelRetryStrategy?.(++this.#sentinelAttempts) ?? null;
    const failure = sentinelsError(delay, connectionErrorOf(error));
    if (typeof delay !== 'number') this.#lastFailure = failure;
    return failure;
  }

  #beginMonitor(): void {
    const { cycle, session } = this.connection;
    const address = session?.topology?.shards[0]?.primary?.address;
    if (session === null || address === undefined) return;
    const { tls = false, username, password, database = 0 } = session.clientOptions;
    const monitor = new MonitorStream(
      { address, tls, username, password, db: database },
      {
        onStart: () => cycle.monitoring(),
        onCommand: ({ time, args, source, database: db }) => this.emit('monitor', time, args, source, db),
        onEnd: (error) => {
          // One that follows another, after a reconnect, is none of its.
          if (this.#monitor === monitor && this.status !== 'end') cycle.lost(error ?? new Error('Connection is closed.'), error !== null);
        },
      },
    );
    this.#monitor = monitor;
  }

  /** Whether the commands of this object go to the node. */
  #isMine(node: string): boolean {
    const topology = this.connection.session?.topology ?? null;
    if (topology === null || !hasSentinels(this.options)) return true;
    return topology.shards.some(({ primary, replicas }) =>
      this.options.role === 'slave' ? replicas.some(({ key }) => key === node) : primary?.key === node,
    );
  }
}
