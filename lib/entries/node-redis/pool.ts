import { RedisClient, type RedisClientType } from './client.js';
import { EngineGroup } from './engine-group.js';
import { ClientClosedError } from './errors.js';
import { mapPoolOptions } from './options/map-options.js';
import type { RedisClientOptions, RedisFunctions, RedisModules, RedisPoolOptions, RedisScripts } from './options/types.js';
import type { RespVersions, TypeMapping } from './type-mapping.js';
import type { CommandMethods, CustomExtensions } from './types.js';

type None = Record<never, never>;

/** Pool as `createClientPool` types it. */
export type RedisClientPoolType<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  RESP extends RespVersions = 3,
  TM = None,
> = RedisClientPool<M, F, S, RESP, TM> & CommandMethods<TM> & CustomExtensions<M, F, S>;

/**
 * Client that lends clients. Commands need no pool here: they share connections, and those that block have their own; what a task does to
 * its connection (SELECT, WATCH …) is its client's alone.
 */
export class RedisClientPool<
  in out M extends RedisModules = None,
  in out F extends RedisFunctions = None,
  in out S extends RedisScripts = None,
  in out RESP extends RespVersions = 3,
  in out TM = None,
> extends RedisClient<M, F, S, RESP, TM> {
  /** Tasks that run. @internal */
  private readonly tasks = { running: 0 };

  constructor(options: RedisClientOptions = {}, pool: RedisPoolOptions = {}) {
    super(options, { group: new EngineGroup(mapPoolOptions(options, pool)) });
  }

  static createPool<
    M extends RedisModules = None,
    F extends RedisFunctions = None,
    S extends RedisScripts = None,
    RESP extends RespVersions = 3,
    const TM extends TypeMapping = None,
  >(options?: RedisClientOptions<M, F, S, RESP, TM>, pool?: Partial<RedisPoolOptions>): RedisClientPoolType<M, F, S, RESP, TM> {
    return new RedisClientPool(options as RedisClientOptions, pool) as unknown as RedisClientPoolType<M, F, S, RESP, TM>; // its methods are added by name
  }

  override async connect(): Promise<RedisClientPoolType<M, F, S, RESP, TM>> {
    await super.connect();
    return this as unknown as RedisClientPoolType<M, F, S, RESP, TM>; // as in `createPool`
  }

  get clientsInUse(): number {
    return this.tasks.running;
  }

  get totalClients(): number {
    return this.tasks.running;
  }

  get idleClients(): number {
    return 0;
  }

  get tasksQueueLength(): number {
    return 0;
  }

  get isClosing(): boolean {
    return !this.core.isOpen && this.core.life !== null;
  }

  /** Lends a client while the task runs. */
  async execute<T>(task: (client: RedisClientType<M, F, S, RESP, TM>) => T): Promise<Awaited<T>> {
    if (!this.core.isOpen) throw new ClientClosedError();
    const client = this.duplicate();
    client.on('error', () => undefined); // the listeners of the pool hear of it
    this.tasks.running += 1;
    try {
      await client.connect();
      return await task(client);
    } finally {
      this.tasks.running -= 1;
      if (client.isOpen) await client.close();
    }
  }
}
