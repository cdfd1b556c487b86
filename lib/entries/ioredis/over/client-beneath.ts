import { OptionsError, type Redis } from '../../../index.js';
import { isClient } from '../../shared/given-client.js';
import { warnOnce } from '../../shared/warnings.js';
import { readsOf } from '../options/cluster-engine-options.js';
import { CLUSTER_DEFAULTS, type ClusterOptions } from '../options/cluster-options.js';
import { type EngineSettings, isName, viewSettings } from '../options/engine-options.js';
import { givenOptions, withDefaults } from '../options/parse-arguments.js';
import type { RedisOptions } from '../options/redis-options.js';

/** Options that the client has itself, or its connections have. */
const OF_THE_CLIENT: ReadonlySet<string> = new Set([
  'Connector',
  'clusterRetryStrategy',
  'connectTimeout',
  'enableTLSForSentinelMode',
  'family',
  'host',
  'keepAlive',
  'monitor',
  'name',
  'natMap',
  'password',
  'path',
  'port',
  'preferredSlaves',
  'readOnly',
  'role',
  'sentinelPassword',
  'sentinelTLS',
  'sentinelUsername',
  'sentinels',
  'slotsRefreshInterval',
  'tls',
  'username',
]);

/** Options whose keys get the prefix of the client below, so that commands need not be given it. */
const prefixedBelow = new WeakSet<object>();

/** What stands before the keys of a command when it leaves an object with these options. */
export function prefixToAdd(options: { readonly keyPrefix?: string | Buffer | undefined }): string | Buffer | undefined {
  return options.keyPrefix && !prefixedBelow.has(options) ? options.keyPrefix : undefined;
}

/** The client that a program gave in the place of options, and that an object stands on. */
export class ClientBeneath {
  private constructor(
    readonly client: Redis,
    /** What was given besides. */
    readonly given: RedisOptions & ClusterOptions,
  ) {}

  /** Null: the arguments of a constructor begin with something else. Throws for what cannot be asked of a client that is there. */
  static of([client, given]: readonly unknown[]): ClientBeneath | null {
    if (!isClient(client)) return null;
    const options: RedisOptions & ClusterOptions = typeof given === 'object' && given !== null ? givenOptions([given]) : {};
    const { db, replyMapping, keyPrefix } = options;
    if (db) throw new OptionsError('db', 'the client has its database: give createClient() another, or select() one here', db);
    if (replyMapping === 'resp3')
      throw new OptionsError('replyMapping', 'legacy over a client: its own methods have the types of RESP3', replyMapping);
    if (keyPrefix && client.keyPrefix) throw new OptionsError('keyPrefix', 'none, because the client has one', keyPrefix);
    for (const name of Object.keys(options)) {
      if (OF_THE_CLIENT.has(name))
        warnOnce('ioredis', `${name} over a client`, 'it is the matter of the client: give it to createClient()');
    }
    return new ClientBeneath(client, options);
  }

  get isCluster(): boolean {
    return this.client.topologyKind === 'cluster';
  }

  /** The options of a `Redis`, as programs read them. */
  redisOptions(): RedisOptions {
    const { host: _host, port: _port, ...options } = withDefaults({ maxRetriesPerRequest: null, enableReadyCheck: false, ...this.given });
    return this.#seen(options);
  }

  /** The options of a `Cluster`. */
  clusterOptions(): ClusterOptions {
    const own = { maxRetriesPerRequest: null, enableReadyCheck: false };
    const { redisOptions, ...given } = this.given;
    return this.#seen({ ...CLUSTER_DEFAULTS, ...own, ...given, redisOptions: { ...own, ...redisOptions } });
  }

  /** With what only the client knows. */
  #seen<Options extends object>(options: Options): Options {
    const { client } = this;
    const address = (): { readonly host?: string; readonly port?: number } => {
      const found = client.topology?.shards[0]?.primary?.address;
      return found !== undefined && 'host' in found ? found : {};
    };
    Object.defineProperties(options, {
      host: { get: () => address().host, enumerable: true, configurable: true },
      port: { get: () => address().port, enumerable: true, configurable: true },
    });
    const { keyPrefix } = client;
    if (keyPrefix === null) return options;
    prefixedBelow.add(options);
    return Object.assign(options, { keyPrefix });
  }

  settings(options: RedisOptions & ClusterOptions): EngineSettings {
    const { scaleReads } = this.given;
    if (typeof scaleReads === 'function')
      warnOnce('ioredis', 'scaleReads over a client', 'a function gets objects of nodes, which only Cluster itself has');
    const own = { ...options, ...options.redisOptions, ...this.given };
    const { connectionName } = own;
    return {
      client: {},
      view: viewSettings(own, readsOf(scaleReads, null)),
      over: { client: this.client, ...(isName(connectionName) ? { clientName: connectionName } : {}) },
    };
  }

  /** Whether the commands of an object wait when this node is away. One of many is passed by. */
  losesBy(node: string): boolean {
    const { topology, topologyKind } = this.client;
    if (topologyKind === 'cluster' || topologyKind === 'ring' || topologyKind === 'endpoints') return false;
    return topology === null || topology.shards.some(({ primary }) => primary?.key === node);
  }
}
