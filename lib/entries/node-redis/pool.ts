import { RedisClient, type RedisClientInstance } from './client.js';
import type { RedisArgument } from './command-parser.js';
import { EngineGroup } from './engine-group.js';
import { ClientClosedError } from './errors.js';
import { mapPoolOptions } from './options/map-options.js';
import type { RedisClientOptions, RedisFunctions, RedisModules, RedisPoolOptions, RedisScripts } from './options/types.js';
import type { RespVersions, TypeMapping } from './type-mapping.js';
import type { CommandMethods, None, TextOf, WithCustom, WithCustomOf } from './types.js';

/** Pool as `createClientPool` types it. */
export type RedisClientPoolType<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  _RESP extends RespVersions = 3,
  TM = None,
> = WithCustom<RedisClientPoolInstance<TextOf<TM>>, M, F, S>;

/** What all of them have. */
export interface RedisClientPoolInstance<in out Text extends RedisArgument = string> extends RedisClientPool<Text>, CommandMethods<Text> {}

/**
 * Client that lends clients. Commands need no pool here: they share connections, and those that block have their own; what a task does to
 * its connection (SELECT, WATCH …) is its client's alone.
 */
export class RedisClientPool<in out Text extends RedisArgument = string> extends RedisClient<Text> {
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
  async execute<T>(task: (client: WithCustomOf<this, RedisClientInstance<Text>>) => T): Promise<Awaited<T>> {
    if (!this.core.isOpen) throw new ClientClosedError();
    const lent = this.duplicate();
    const client = lent as RedisClient<Text>;
    client.on('error', () => undefined); // the listeners of the pool hear of it
    this.tasks.running += 1;
    try {
      await client.connect();
      return await task(lent);
    } finally {
      this.tasks.running -= 1;
      if (client.isOpen) await client.close();
    }
  }
}
