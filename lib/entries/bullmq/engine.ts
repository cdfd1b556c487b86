import { type ClientOptions, createClient, type Redis } from '../../index.js';

/** Connections of their own that a client may have a node: each worker has one. ioredis has no bound. */
const MAX_WORKERS = 10_000;

/**
 * The client that a connection and its duplicates stand on. One that was made here, of options, begins with the first of them that opens and
 * is closed with the last; one that a program made is left alone.
 */
export class Engine {
  #redis: Redis | null;
  #users = 0;

  private constructor(
    redis: Redis,
    private readonly make: (() => Redis) | null,
    /** Kind of its topology; null: only the servers tell. */
    private readonly kind: string | null,
  ) {
    this.#redis = redis;
  }

  static ofClient(redis: Redis): Engine {
    return new Engine(redis, null, null);
  }

  /** Throws `OptionsError` for a bad URL. */
  static ofUrl(url: string): Engine {
    const make = (): Redis => createClient(url);
    return new Engine(make(), make, null);
  }

  /** Throws `OptionsError` for a bad option. */
  static ofOptions(options: ClientOptions): Engine {
    // In RESP2 replies need not be translated.
    const own: ClientOptions = { protocol: 2, ...options, pool: { maxExclusive: MAX_WORKERS, ...options.pool }, integers: 'number' };
    const make = (): Redis => createClient(own) as Redis;
    return new Engine(make(), make, options.topology?.kind ?? 'single');
  }

  /** A program made the client. */
  get isForeign(): boolean {
    return this.make === null;
  }

  get topologyKind(): string | null {
    return this.kind ?? this.#redis?.topology?.kind ?? null;
  }

  /** The client, for one more user, who calls `release` in the end. */
  retain(): Redis {
    this.#users++;
    const redis = this.#redis ?? this.make?.();
    if (redis === undefined) throw new Error('an engine without a client');
    this.#redis = redis;
    return redis;
  }

  async release(): Promise<void> {
    if (--this.#users > 0 || this.make === null) return;
    const redis = this.#redis;
    this.#redis = null;
    await redis?.close();
  }
}
