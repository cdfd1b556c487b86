import { type Redis as Client, type SlotwiseError, TopologyError } from '../../index.js';
import { ClusterNodes } from './cluster-nodes.js';
import type { Command } from './command.js';
import type { CommandBatch } from './command-target.js';
import { type CommandRules, Connected } from './connected.js';
import { EngineConnection } from './engine-connection.js';
import { CLUSTER_NOT_READY_MESSAGE, ClusterAllFailedError, connectionErrorOf } from './errors.js';
import { clusterSettings, startupNodes } from './options/cluster-engine-options.js';
import { CLUSTER_DEFAULTS, type ClusterNode, type ClusterOptions, type NodeRole } from './options/cluster-options.js';
import { CLUSTER_HONOURED, REDIS_HONOURED, warnOfOptions } from './options/honoured.js';
import { REDIS_DEFAULTS, type RedisOptions } from './options/redis-options.js';
import { ClientBeneath } from './over/client-beneath.js';
import { ShardObjects } from './over/shard-objects.js';
import { Redis } from './redis.js';
import { SlotWatch } from './slot-watch.js';

const NOBODY_MESSAGE = 'None of startup nodes is available';

/** Client for a cluster. */
export class Cluster extends Connected {
  readonly isCluster = true;
  readonly options: ClusterOptions;
  readonly startupNodes: readonly ClusterNode[];
  protected readonly connection: EngineConnection;
  protected readonly rules: CommandRules;
  protected readonly slotWatch: SlotWatch;
  readonly #nodes: ClusterNodes | null;
  /** In the place of the nodes, over a client that was given. */
  readonly #shards: ShardObjects<Redis> | null;
  readonly #beneath: ClientBeneath | null;

  /** Some nodes of the cluster, by which the others are found; or a client of slotwise, on which the object stands with an end of its own. */
  constructor(nodes: readonly ClusterNode[] | Client, options: ClusterOptions = {}) {
    super();
    const beneath = ClientBeneath.of([nodes, options]);
    this.#beneath = beneath;
    this.startupNodes = beneath === null ? (nodes as readonly ClusterNode[]) : []; // no client
    this.options = beneath?.clusterOptions() ?? { ...CLUSTER_DEFAULTS, ...withoutUndefined(options) };
    warnOfOptions(options, CLUSTER_HONOURED);
    warnOfOptions(options.redisOptions ?? {}, REDIS_HONOURED);
    const { redisOptions, scaleReads } = this.options;
    if (redisOptions?.keyPrefix && !this.options.keyPrefix) this.options.keyPrefix = redisOptions.keyPrefix;
    const { protocol = REDIS_DEFAULTS[this.options.behaves === 5 ? 5 : 6].protocol } = redisOptions ?? {};
    this.rules = {
      enableOfflineQueue: this.options.enableOfflineQueue !== false,
      // A cluster subscribes on a connection of its own.
      isExclusiveSubscriber: false,
      notReadyMessage: CLUSTER_NOT_READY_MESSAGE,
      reconnectOnError: redisOptions?.reconnectOnError ?? null,
    };
    const known = new ClusterNodes(
      () => ({ ...redisOptions, protocol }) as RedisOptions,
      (event, redis, key) => this.emit(event, redis, key),
    );
    this.#nodes = beneath === null ? known : null;
    this.#shards = beneath && new ShardObjects(beneath.client, (key) => Redis.ofShard(beneath.client, key, redisOptions ?? {}));
    const choose = typeof scaleReads === 'function' ? known.chooser(scaleReads) : null;
    const settings = beneath?.settings(this.options) ?? clusterSettings(startupNodes(this.startupNodes), this.options, choose);
    this.connection = new EngineConnection(this, {
      settings,
      pinned: null,
      connectTimeoutMs: redisOptions?.connectTimeout || 10_000,
      // Commands wait until the retry strategy ends it.
      maxRetriesPerRequest: null,
      autoResubscribe: redisOptions?.autoResubscribe !== false,
      isCluster: true,
      isReadOnly: false,
      shardKey: null,
      delayOf: (attempt, reason) => this.options.clusterRetryStrategy?.call(this, attempt, reason as Error | undefined),
      endsBy: () => false,
      closed: () => new Error(NOBODY_MESSAGE),
      report: (error) => this.silentEmit('error', error),
      losesBy: (node, error, isAttempt) => this.#loses(node, error, isAttempt),
      problemOf: (error) => this.#problemOf(error),
      topologyChanged: () => this.#follow(),
      ready: () => {},
      ended: () => (this.#nodes ?? this.#shards)?.clear(),
    });
    this.slotWatch = new SlotWatch(this.connection, (key) => this.slotOf(key));
    this.begin(this.options.lazyConnect === true, this.options.scripts);
  }

  /** Objects for the nodes with this role, as far as they are known. */
  nodes(role: NodeRole = 'all'): Redis[] {
    return (this.#nodes ?? this.#shards)?.get(role) ?? [];
  }

  /** Another object with the same nodes and options. */
  duplicate(nodes: readonly ClusterNode[] = [], override: ClusterOptions = {}): Cluster {
    const { redisOptions } = this.options;
    const merged = redisOptions && override.redisOptions ? { redisOptions: { ...redisOptions, ...override.redisOptions } } : {};
    const Class = this.constructor as typeof Cluster; // of a derived class one of that
    if (this.#beneath !== null) return new Class(this.#beneath.client, { ...this.#beneath.given, ...override });
    return new Class(nodes.length > 0 ? nodes : this.startupNodes, { ...this.options, ...override, ...merged });
  }

  /** By way of `Redis.prototype`, where tracing vendors put themselves: a node of ioredis' cluster is a `Redis`. */
  override sendCommand(command: Command, batch?: CommandBatch): unknown {
    return Redis.prototype.sendCommand.call(this as unknown as Redis, command, batch); // both have what it uses
  }

  /** One node does not end it: commands find the way to another. */
  #loses(node: string, error: SlotwiseError, isAttempt: boolean): boolean {
    if (isAttempt) this.emit('node error', connectionErrorOf(error), node);
    return false;
  }

  #problemOf(error: SlotwiseError): Error {
    const [cause] = error instanceof TopologyError ? error.causes : [];
    const last = connectionErrorOf(cause?.error ?? error);
    if (cause !== undefined && this.status !== 'ready') this.emit('node error', last, cause.node);
    return new ClusterAllFailedError(ClusterAllFailedError.defaultMessage, last);
  }

  #follow(): void {
    this.#nodes?.follow(this.connection.session?.topology ?? null);
    this.emit('refresh');
  }
}

function withoutUndefined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
