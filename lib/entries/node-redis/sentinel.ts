import type { Redis as Native, Raw } from '../../index.js';
import { warnOnce } from '../shared/warnings.js';
import { RedisClient, type RedisClientInstance } from './client.js';
import type { RedisArgument } from './command-parser.js';
import type { Route } from './commander.js';
import { stateEffectOf } from './connection-state.js';
import { Core } from './core.js';
import { EngineGroup, type Group } from './engine-group.js';
import { NotSupportedError } from './errors.js';
import { type Queued, RedisMultiCommand } from './multi.js';
import { mapSentinelOptions } from './options/map-options.js';
import type { CommandOptions, RedisFunctions, RedisModules, RedisNode, RedisScripts, RedisSentinelOptions } from './options/types.js';
import { ScanCommander } from './scan-commander.js';
import type { RespVersions, TypeMapping } from './type-mapping.js';
import type { BatchOf, CommandMethods, MultiMode, None, TextOf, WithCustom, WithCustomOf } from './types.js';

/** Client of a group of sentinels as `createSentinel` types it. */
export type RedisSentinelType<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  _RESP extends RespVersions = 3,
  TM = None,
> = WithCustom<RedisSentinelInstance<TextOf<TM>>, M, F, S>;

/** What all of them have. */
export interface RedisSentinelInstance<in out Text extends RedisArgument = string> extends RedisSentinel<Text>, CommandMethods<Text> {}

/** Client that `use()` and `acquire()` lend. */
export type RedisSentinelClientType<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  _RESP extends RespVersions = 3,
  TM = None,
> = WithCustom<LentClient<TextOf<TM>>, M, F, S>;

export interface LentClient<in out Text extends RedisArgument = string> extends RedisClientInstance<Text> {
  /** Ends what the client lent. */
  release(): Promise<void>;
}

const LENT = 'commands go over shared connections: call it on the client that use() or acquire() lends';

/** Client of a group whose primary sentinels name. */
export class RedisSentinel<in out Text extends RedisArgument = string> extends ScanCommander<Text> {
  readonly options: RedisSentinelOptions;
  /** @internal */
  protected readonly core: Core;

  constructor(options: RedisSentinelOptions, group?: Group) {
    super(options);
    this.options = options;
    const { socket, disableOfflineQueue } = options.nodeClientOptions ?? {};
    const settings = { reconnectStrategy: socket?.reconnectStrategy, disableOfflineQueue: disableOfflineQueue === true };
    const events = {
      connect: () => this.emit('connect'),
      ready: () => this.emit('ready'),
      reconnecting: () => this.emit('reconnecting'),
      end: () => this.emit('end'),
      terminated: (cause: Error) => this.emit('terminated', cause),
      error: (error: unknown) => this.emitError(error),
    };
    this.core = new Core(group ?? new EngineGroup(mapSentinelOptions(options)), settings, events, this.subscriptions);
  }

  static create<
    M extends RedisModules = None,
    F extends RedisFunctions = None,
    S extends RedisScripts = None,
    RESP extends RespVersions = 3,
    const TM extends TypeMapping = None,
  >(options: RedisSentinelOptions<M, F, S, RESP, TM>): RedisSentinelType<M, F, S, RESP, TM> {
    return new RedisSentinel(options as RedisSentinelOptions) as unknown as RedisSentinelType<M, F, S, RESP, TM>; // its methods are added by name
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

  async connect(): Promise<this> {
    await this.core.connect();
    this.core.life?.on('failover', () => this.emit('topology-change', { type: 'MASTER_CHANGE', node: this.getMasterNode() }));
    return this;
  }

  close(): Promise<void> {
    return this.core.close();
  }

  async destroy(): Promise<void> {
    this.core.destroy();
  }

  /** A client with these options, not connected yet. It shares the connections of this one where there are none. */
  duplicate(overrides: Partial<RedisSentinelOptions> = {}): this {
    const group = Object.keys(overrides).length === 0 ? this.core.group : undefined;
    return new RedisSentinel({ ...this.options, ...overrides }, group) as unknown as this; // as in `create`
  }

  withTypeMapping<const Mapping extends TypeMapping>(typeMapping: Mapping): WithCustomOf<this, RedisSentinelInstance<TextOf<Mapping>>> {
    return this.viewWith({ typeMapping }) as never; // as in `create`
  }

  withCommandOptions(options: CommandOptions): this {
    return this.viewWith(options);
  }

  /** Sends a command as words. It goes where it has to: `isReadonly` is not needed, and the words may stand alone. */
  sendCommand<T = unknown>(
    isReadonly: boolean | undefined | readonly RedisArgument[],
    args?: readonly RedisArgument[],
    options?: CommandOptions,
  ): Promise<T> {
    const words = Array.isArray(isReadonly) ? (isReadonly as readonly RedisArgument[]) : (args ?? []);
    return this.sendWords(words, {}, options) as Promise<T>; // the caller knows the command
  }

  /** Lends a client for what concerns a connection, such as WATCH, while `use` runs. */
  async use<T>(use: (client: WithCustomOf<this, LentClient<Text>>) => T): Promise<Awaited<T>> {
    const client = await this.acquire();
    try {
      return await use(client);
    } finally {
      await (client as LentClient<Text>).release();
    }
  }

  /** Lends a client until its `release()`. */
  async acquire(): Promise<WithCustomOf<this, LentClient<Text>>> {
    const { nodeClientOptions, ...shared } = this.options;
    const options = {
      ...nodeClientOptions,
      scripts: shared.scripts,
      functions: shared.functions,
      modules: shared.modules,
      RESP: shared.RESP,
    };
    const given = Object.fromEntries(
      Object.entries({ ...options, keyPrefix: shared.keyPrefix }).filter(([, value]) => value !== undefined),
    );
    const client = new RedisClient(given, { group: this.core.group });
    client.on('error', () => undefined); // the listeners of this client hear of it
    await client.connect();
    const lent = Object.assign(client, { release: () => client.close() });
    return lent as unknown as WithCustomOf<this, LentClient<Text>>; // made with the options of this client
  }

  /** Batch of commands: a transaction by `exec()`, else by `execAsPipeline()`. */
  MULTI<Mode extends MultiMode = 'typed'>(): BatchOf<this, Mode, Text> {
    const { core, commandOptions } = this;
    const runner = {
      transaction: async (queue: readonly Queued[]) => core.transaction(queue, commandOptions),
      pipeline: async (queue: readonly Queued[]) => core.pipeline(queue, commandOptions),
    };
    const multi = new RedisMultiCommand(runner, this.options, commandOptions?.typeMapping);
    return multi as unknown as BatchOf<this, Mode, Text>; // its methods are added by name
  }

  multi<Mode extends MultiMode = 'typed'>(): BatchOf<this, Mode, Text> {
    return this.MULTI<Mode>();
  }

  /** The first of the sentinels that were given. */
  getSentinelNode(): RedisNode | undefined {
    return this.options.sentinelRootNodes[0];
  }

  /** The primary of now. */
  getMasterNode(): RedisNode | undefined {
    return this.#nodes('primary')[0];
  }

  /** The replicas of now, each with the size of its pool. */
  getReplicaNodes(): Map<RedisNode, number> {
    return new Map(this.#nodes('replica').map((node) => [node, this.options.replicaPoolSize ?? 0]));
  }

  /** Taken, and of no effect. */
  setTracer(_tracer?: string[]): void {
    warnOnce('node-redis', 'setTracer()', 'it has no effect: listen to the events of the client');
  }

  #nodes(role: 'primary' | 'replica'): RedisNode[] {
    const nodes = [...(this.core.life?.topology?.nodes.values() ?? [])].filter((node) => node.role === role);
    return nodes.flatMap(({ address }) => ('host' in address ? [{ host: address.host, port: address.port }] : []));
  }

  protected dispatch(args: readonly RedisArgument[], route: Route, options: CommandOptions | undefined): Promise<Raw> {
    if (stateEffectOf(args) === 'own') throw new NotSupportedError(`${String(args[0])}: ${LENT}`);
    return this.core.execute(args, route, options);
  }
}
