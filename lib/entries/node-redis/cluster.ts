import type { Redis as Native, Raw } from '../../index.js';
import { DUPLICATE_OVER, RedisClient, type RedisClientInstance } from './client.js';
import { nodesOf, type ShardNode, type SlotNodes } from './cluster-nodes.js';
import type { RedisArgument } from './command-parser.js';
import type { Route } from './commander.js';
import { stateEffectOf } from './connection-state.js';
import { Core } from './core.js';
import { EngineGroup, type Group } from './engine-group.js';
import { NotSupportedError } from './errors.js';
import { type Queued, RedisMultiCommand } from './multi.js';
import { NodeClients } from './node-clients.js';
import { mapClusterOptions } from './options/map-options.js';
import type { CommandOptions, RedisClusterOptions, RedisFunctions, RedisModules, RedisScripts } from './options/types.js';
import { PubSubCommander } from './pubsub-commander.js';
import { keyOfSlot } from './slot-keys.js';
import type { RespVersions, TypeMapping } from './type-mapping.js';
import type { BatchOf, CommandMethods, MultiMode, None, TextOf, WithCustom, WithCustomOf } from './types.js';

/** Cluster as `createCluster` types it. */
export type RedisClusterType<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  _RESP extends RespVersions = 3,
  TM = None,
> = WithCustom<RedisClusterInstance<TextOf<TM>>, M, F, S>;

/** What all of them have. */
export interface RedisClusterInstance<in out Text extends RedisArgument = string> extends RedisCluster<Text>, CommandMethods<Text> {}

/** A primary. `client`: its commands go there. */
export type MasterNode = ShardNode & { readonly client: RedisClient };

const NODE = 'a cluster has many connections: call it on getNodeClientForKey(key)';

/** Client of a cluster: commands go where their keys are. */
export class RedisCluster<in out Text extends RedisArgument = string> extends PubSubCommander {
  readonly options: RedisClusterOptions;
  /** @internal */
  protected readonly core: Core;
  /** @internal */
  protected readonly nodes: NodeClients;

  constructor(options: RedisClusterOptions, group?: Group) {
    super(options);
    this.options = options;
    const { socket, disableOfflineQueue } = options.defaults ?? {};
    const settings = { reconnectStrategy: socket?.reconnectStrategy, disableOfflineQueue: disableOfflineQueue === true };
    const events = {
      connect: () => this.emit('connect'),
      ready: () => this.emit('ready'),
      reconnecting: () => this.emit('reconnecting'),
      end: () => this.emit('disconnect'),
      terminated: (cause: Error) => this.emit('terminated', cause),
      error: (error: unknown) => this.emitError(error),
    };
    this.core = new Core(group ?? new EngineGroup(mapClusterOptions(options)), settings, events, this.subscriptions);
    const { rootNodes: _, defaults, ...shared } = options;
    this.nodes = new NodeClients((slotKey) => new RedisClient({ ...defaults, ...shared } as object, { group: this.core.group, slotKey }));
  }

  static create<
    M extends RedisModules = None,
    F extends RedisFunctions = None,
    S extends RedisScripts = None,
    RESP extends RespVersions = 3,
    const TM extends TypeMapping = None,
  >(options: RedisClusterOptions<M, F, S, RESP, TM>): RedisClusterType<M, F, S, RESP, TM> {
    return new RedisCluster(options as RedisClusterOptions) as unknown as RedisClusterType<M, F, S, RESP, TM>; // its methods are added by name
  }

  /** The client of the library that it stands on now, for code that is written for that; null while it is closed. */
  get native(): Native | null {
    return this.core.life;
  }

  get isOpen(): boolean {
    return this.core.isOpen;
  }

  get isReady(): boolean {
    return this.core.isReady;
  }

  /** The nodes by slot. */
  get slots(): readonly SlotNodes[] {
    return this.#shown.slots;
  }

  /** The primaries, each with a client of its own. */
  get masters(): readonly MasterNode[] {
    const { nodes } = this;
    const { masters, slotByAddress } = this.#shown;
    return masters.map((node) => ({
      ...node,
      get client() {
        return nodes.of(slotByAddress.get(node.address) ?? 0);
      },
    }));
  }

  get replicas(): readonly ShardNode[] {
    return this.#shown.replicas;
  }

  get nodeByAddress(): ReadonlyMap<string, ShardNode> {
    return this.#shown.nodeByAddress;
  }

  /** Throws: subscriptions have connections of their own. */
  get pubSubNode(): never {
    throw new NotSupportedError('pubSubNode: subscriptions have connections of their own: use subscribe(channel, listener)');
  }

  get #shown() {
    return nodesOf(this.core.life?.topology ?? null);
  }

  async connect(): Promise<this> {
    await this.core.connect();
    return this;
  }

  async close(): Promise<void> {
    await Promise.all([this.nodes.close(), this.core.close()]);
  }

  destroy(): void {
    this.nodes.destroy();
    this.core.destroy();
  }

  /** @deprecated use `close()` */
  quit(): Promise<void> {
    return this.close();
  }

  /** @deprecated use `destroy()` */
  async disconnect(): Promise<void> {
    this.destroy();
  }

  /** A client with these options, not connected yet. It shares the connections of this one where there are none. */
  duplicate(overrides: Partial<RedisClusterOptions> = {}): this {
    const shares = Object.keys(overrides).length === 0;
    if (!shares && this.core.group.foreign !== null) throw new NotSupportedError(DUPLICATE_OVER);
    return new RedisCluster({ ...this.options, ...overrides }, shares ? this.core.group : undefined) as unknown as this; // as in `create`
  }

  withTypeMapping<const Mapping extends TypeMapping>(typeMapping: Mapping): WithCustomOf<this, RedisClusterInstance<TextOf<Mapping>>> {
    return this.viewWith({ typeMapping }) as never; // as in `create`
  }

  withCommandOptions(options: CommandOptions): this {
    return this.viewWith(options);
  }

  /** Sends a command as words. It goes where its own keys are: `firstKey` and `isReadonly` are not needed, and the words may stand alone. */
  sendCommand<T = unknown>(
    firstKey: RedisArgument | undefined | readonly RedisArgument[],
    _isReadonly?: boolean,
    args?: readonly RedisArgument[],
    options?: CommandOptions,
  ): Promise<T> {
    const words = Array.isArray(firstKey) ? (firstKey as readonly RedisArgument[]) : (args ?? []);
    const key = Array.isArray(firstKey) ? undefined : (firstKey as RedisArgument | undefined); // no list
    return this.sendWords(words, { key }, options) as Promise<T>; // the caller knows the command
  }

  /** Batch of commands: a transaction of one slot by `exec()`, else, over all slots, by `execAsPipeline()`. */
  MULTI<Mode extends MultiMode = 'typed'>(_routing?: RedisArgument): BatchOf<this, Mode, Text> {
    const { core, commandOptions } = this;
    const runner = {
      transaction: async (queue: readonly Queued[]) => core.transaction(queue, commandOptions),
      pipeline: async (queue: readonly Queued[]) => core.pipeline(queue, commandOptions),
    };
    const multi = new RedisMultiCommand(runner, this.options, commandOptions?.typeMapping);
    return multi as unknown as BatchOf<this, Mode, Text>; // its methods are added by name
  }

  multi<Mode extends MultiMode = 'typed'>(routing?: RedisArgument): BatchOf<this, Mode, Text> {
    return this.MULTI<Mode>(routing);
  }

  /** A client of the shard that a node is of: all its commands go to the shard's primary of now, over a connection of its own. */
  async nodeClient(node: ShardNode): Promise<WithCustomOf<this, RedisClientInstance<Text>>> {
    const slot = this.#shown.slotByAddress.get(node.address);
    if (slot === undefined) throw new NotSupportedError(`nodeClient(): ${node.address} serves no slots of the cluster`);
    return (await this.nodes.ofKey(keyOfSlot(slot))) as unknown as WithCustomOf<this, RedisClientInstance<Text>>; // made with the options of this client
  }

  getRandomNode(): ShardNode {
    return anyOf([...this.#shown.nodeByAddress.values()]);
  }

  getSlotRandomNode(slot: number): ShardNode {
    const nodes = this.slots[slot];
    return anyOf(nodes === undefined ? [] : [nodes.master, ...nodes.replicas]);
  }

  /** A client of the shard that has the key, for what concerns a connection, such as WATCH. */
  async getNodeClientForKey(key: RedisArgument, _isReadonly?: boolean): Promise<WithCustomOf<this, RedisClientInstance<Text>>> {
    return (await this.nodes.ofKey(key)) as unknown as WithCustomOf<this, RedisClientInstance<Text>>; // as `nodeClient`
  }

  /** @deprecated use `masters` */
  getMasters(): readonly MasterNode[] {
    return this.masters;
  }

  /** @deprecated use `slots[slot].master` */
  getSlotMaster(slot: number): ShardNode | undefined {
    return this.slots[slot]?.master;
  }

  protected dispatch(args: readonly RedisArgument[], route: Route, options: CommandOptions | undefined): Promise<Raw> {
    const effect = stateEffectOf(args);
    if (effect === 'own' || effect === 'wait') throw new NotSupportedError(`${String(args[0])}: ${NODE}`);
    return this.core.execute(args, route, options);
  }
}

let turn = 0;

/** One after another: chance would say no more. */
function anyOf<T>(list: readonly T[]): T {
  const chosen = list[turn++ % Math.max(list.length, 1)];
  if (chosen === undefined) throw new NotSupportedError('no node of the cluster is known: connect() first');
  return chosen;
}
