import type { Redis as Native, Raw } from '../../index.js';
import { warnOnce } from '../shared/warnings.js';
import { prefixed, type RedisArgument, type RedisVariadicArgument } from './command-parser.js';
import type { Route } from './commander.js';
import { Core } from './core.js';
import { EngineGroup, type Group } from './engine-group.js';
import { NotSupportedError } from './errors.js';
import { type Queued, RedisMultiCommand } from './multi.js';
import { mapClientOptions } from './options/map-options.js';
import type { CommandOptions, RedisClientOptions, RedisFunctions, RedisModules, RedisPoolOptions, RedisScripts } from './options/types.js';
import { parseURL, withUrl } from './options/url.js';
import { PingTimer } from './ping-timer.js';
import { ScanCommander } from './scan-commander.js';
import type { ScanIteratorOptions } from './scan-iterators.js';
import type { SessionEvents } from './session.js';
import type { RespVersions, TypeMapping } from './type-mapping.js';
import type { BatchOf, CommandMethods, MultiMode, None, TextBy, TextOf, WithCustom, WithCustomOf } from './types.js';

/** Client as `createClient` types it: with the scripts, functions and modules of its options, and replies by its type mapping. */
export type RedisClientType<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  _RESP extends RespVersions = 3,
  TM = None,
> = WithCustom<RedisClientInstance<TextOf<TM>>, M, F, S>;

/** What all of them have. */
export interface RedisClientInstance<in out Text extends RedisArgument = string> extends RedisClient<Text>, CommandMethods<Text> {}

/** Options that a duplicate may have of its own on the connections of the first. */
const OWN_OPTIONS: ReadonlySet<string> = new Set(['commandOptions', 'keyPrefix', 'scripts', 'functions', 'modules', 'pingInterval']);

export const DUPLICATE_OVER = 'duplicate(): what concerns connections is the matter of the client that this one stands on';
const SHARED_POOL = 'it has no effect: the pool is on the connections of the client; createClientPool(options, { … }) has its own';

/** Where a client is that is part of another one: on its connections, and of the shard that has the key. */
export interface Place {
  readonly group: Group;
  readonly slotKey?: RedisArgument;
}

/** Client of one server. Views of it (`withTypeMapping` …) have the same session. */
export class RedisClient<in out Text extends RedisArgument = string> extends ScanCommander<Text> {
  /** The options, with what their URL says. */
  readonly options: RedisClientOptions;
  /** @internal */
  protected readonly core: Core;
  /** @internal The client is of the shard that has this key. */
  protected readonly slotKey: RedisArgument | undefined;

  constructor(options: RedisClientOptions = {}, place?: Place) {
    super(options);
    this.options = withUrl(options);
    const settings = { reconnectStrategy: options.socket?.reconnectStrategy, disableOfflineQueue: options.disableOfflineQueue === true };
    this.core = new Core(place?.group ?? new EngineGroup(mapClientOptions(options)), settings, this.sessionEvents(), this.subscriptions);
    this.slotKey = place?.slotKey;
    const pings = new PingTimer(options.pingInterval ?? 0, () => this.#ping());
    this.on('ready', () => pings.start());
    this.on('end', () => pings.stop());
  }

  static create<
    M extends RedisModules = None,
    F extends RedisFunctions = None,
    S extends RedisScripts = None,
    RESP extends RespVersions = 3,
    const TM extends TypeMapping = None,
  >(options?: RedisClientOptions<M, F, S, RESP, TM>): RedisClientType<M, F, S, RESP, TM> {
    return new RedisClient(options as RedisClientOptions) as unknown as RedisClientType<M, F, S, RESP, TM>; // its methods are added by name
  }

  static parseURL = parseURL;

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

  get isWatching(): boolean {
    return this.core.isWatching;
  }

  get isDirtyWatch(): boolean {
    return this.core.dirtyWatch !== undefined;
  }

  /** Has the next transaction fail with a `WatchError` of this message. */
  setDirtyWatch(message: string): void {
    this.core.dirtyWatch = message;
  }

  async connect(): Promise<this> {
    const opening = this.core.connect();
    // At once, so that no command goes elsewhere.
    if (this.slotKey !== undefined && this.core.isOpen) this.core.own(this.slotKey);
    await opening;
    return this;
  }

  /** Takes no more commands, waits for the replies to the others, ends. */
  close(): Promise<void> {
    return this.core.close();
  }

  /** Ends at once: what is under way rejects. */
  destroy(): void {
    this.core.destroy();
  }

  /** @deprecated use `close()` */
  async quit(): Promise<string> {
    await this.core.close();
    return 'OK';
  }

  /** @deprecated use `close()` */
  QUIT(): Promise<string> {
    return this.quit();
  }

  /** @deprecated use `destroy()` */
  async disconnect(): Promise<void> {
    this.core.destroy();
  }

  /** A client with these options, not connected yet. It shares the connections of this one where the options leave them as they are. */
  duplicate(overrides: Partial<RedisClientOptions> = {}): WithCustomOf<this, RedisClientInstance<Text>> {
    const shares = Object.keys(overrides).every((name) => OWN_OPTIONS.has(name));
    if (!shares && this.core.group.foreign !== null) throw new NotSupportedError(DUPLICATE_OVER);
    const options = {
      ...this.options,
      ...(this.commandOptions === undefined ? {} : { commandOptions: this.commandOptions }),
      ...overrides,
    };
    const place = this.slotKey === undefined ? { group: this.core.group } : { group: this.core.group, slotKey: this.slotKey };
    return new RedisClient(options, shares ? place : undefined) as unknown as WithCustomOf<this, RedisClientInstance<Text>>; // as in `create`
  }

  /** A view whose replies are of these classes. */
  withTypeMapping<const Mapping extends TypeMapping>(typeMapping: Mapping): WithCustomOf<this, RedisClientInstance<TextOf<Mapping>>> {
    return this.viewWith({ typeMapping }) as never; // as in `create`
  }

  /** A view whose commands have these options. */
  withCommandOptions<const Options extends CommandOptions>(
    options: Options,
  ): WithCustomOf<this, RedisClientInstance<TextBy<Options, Text>>> {
    return this.viewWith(options) as never; // as in `create`
  }

  /** A view whose commands end when the signal fires. */
  withAbortSignal(abortSignal: AbortSignal): this {
    return this.viewWith({ abortSignal });
  }

  /** The same client: commands go out in the order in which they were called. */
  asap(): this {
    return this;
  }

  override scanIterator(options: ScanIteratorOptions & { TYPE?: RedisArgument } = {}): ReturnType<ScanCommander<Text>['scanIterator']> {
    if (!this.core.isSpread || this.slotKey !== undefined) return super.scanIterator(options);
    return this.core.scanAll(options, this.commandOptions) as ReturnType<ScanCommander<Text>['scanIterator']>; // by the mapping
  }

  /** Sends a command as words, in the server's order. */
  sendCommand<T = unknown>(args: readonly RedisArgument[], options?: CommandOptions): Promise<T> {
    return this.sendWords(args, {}, options) as Promise<T>; // the caller knows the command
  }

  async SELECT(database: number): Promise<void> {
    await this.sendWords(['SELECT', String(database)], {}, undefined);
  }

  select(database: number): Promise<void> {
    return this.SELECT(database);
  }

  /** Watches keys for the transaction that follows: it fails with a `WatchError` if one of them is changed before. */
  WATCH(keys: RedisVariadicArgument): Promise<'OK'> {
    const names = [keys].flat() as RedisArgument[];
    return this.sendWords(['WATCH', ...names.map((key) => prefixed(this.keyPrefix, key))], { key: names[0] }, undefined) as Promise<'OK'>; // its only reply
  }

  watch(keys: RedisVariadicArgument): Promise<'OK'> {
    return this.WATCH(keys);
  }

  UNWATCH(): Promise<'OK'> {
    if (!this.core.isWatching) return this.core.isOpen ? Promise.resolve('OK') : (this.sendWords(['PING'], {}, undefined) as Promise<'OK'>); // it rejects
    return this.sendWords(['UNWATCH'], {}, undefined) as Promise<'OK'>; // its only reply
  }

  unwatch(): Promise<'OK'> {
    return this.UNWATCH();
  }

  /** Forgets what was said of the connection: database, watched keys, tracking; and ends all subscriptions. */
  async reset(): Promise<void> {
    await Promise.all([this.UNSUBSCRIBE(), this.PUNSUBSCRIBE(), this.SUNSUBSCRIBE(), this.core.forgetOwn()]);
  }

  /** Batch of commands: a transaction by `exec()`, else by `execAsPipeline()`. */
  MULTI<Mode extends MultiMode = 'typed'>(): BatchOf<this, Mode, Text> {
    const { core, commandOptions } = this;
    const runner = {
      transaction: async (queue: readonly Queued[]) => core.transaction(queue, commandOptions),
      pipeline: async (queue: readonly Queued[]) => core.pipeline(queue, commandOptions),
    };
    return new RedisMultiCommand(runner, this.options, commandOptions?.typeMapping) as unknown as BatchOf<this, Mode, Text>; // as in `create`
  }

  multi<Mode extends MultiMode = 'typed'>(): BatchOf<this, Mode, Text> {
    return this.MULTI<Mode>();
  }

  /** Taken, and of no effect: the connections of the client keep the process alive until it ends. */
  unref(): void {
    warnOnce('node-redis', 'unref()', 'it has no effect: close() or destroy() the client to let the process end');
  }

  ref(): void {}

  /** A client on the connections of this one; commands that block have connections of their own there, as here. */
  createPool(options: Partial<RedisPoolOptions> = {}): WithCustomOf<this, RedisClientInstance<Text>> {
    for (const name of Object.keys(options)) warnOnce('node-redis', `createPool({ ${name} })`, SHARED_POOL);
    return this.duplicate();
  }

  protected dispatch(args: readonly RedisArgument[], route: Route, options: CommandOptions | undefined): Promise<Raw> {
    return this.core.execute(args, route, options);
  }

  async #ping(): Promise<void> {
    try {
      this.emit('ping-interval', await this.sendCommand(['PING']));
    } catch (error) {
      if (this.isOpen) this.emitError(error);
    }
  }

  protected sessionEvents(): SessionEvents {
    return {
      connect: () => this.emit('connect'),
      ready: () => this.emit('ready'),
      reconnecting: () => this.emit('reconnecting'),
      end: () => this.emit('end'),
      terminated: (cause) => this.emit('terminated', cause),
      error: (error) => this.emitError(error),
    };
  }
}
