import { RedisClient } from './client.js';
import { RedisCluster } from './cluster.js';
import { clientOver, clusterOver, orOverClient } from './over-client.js';
import { RedisClientPool } from './pool.js';
import { RedisSentinel } from './sentinel.js';

export { RedisClient, type RedisClientInstance, type RedisClientType } from './client.js';
export { RedisCluster, type RedisClusterInstance, type RedisClusterType } from './cluster.js';
export type { CommandParser, RedisArgument, RedisVariadicArgument } from './command-parser.js';
export { CLIENT_KILL_FILTERS } from './commands/connection.js';
export { GEO_REPLY_WITH, type GeoReplyWith } from './commands/geo.js';
export type { SetOptions } from './commands/strings.js';
export { defineScript } from './custom-commands.js';
export * from './errors.js';
export type {
  CommandOptions,
  CredentialsProvider,
  RedisClientOptions,
  RedisClusterOptions,
  RedisFunctions,
  RedisModules,
  RedisPoolOptions,
  RedisScripts,
  RedisSentinelOptions,
  Sha1,
} from './options/types.js';
export { RedisClientPool, type RedisClientPoolInstance, type RedisClientPoolType } from './pool.js';
export {
  type LentClient,
  RedisSentinel,
  type RedisSentinelClientType,
  type RedisSentinelInstance,
  type RedisSentinelType,
} from './sentinel.js';
export { RESP_TYPES, type RespVersions, type TypeMapping } from './type-mapping.js';
export type { Batch, Customized, None, RedisClientMultiCommandType } from './types.js';

/** node-redis 4 named its instances so, and packages look for the name. */
function nameAsCommander(one: unknown): void {
  Object.defineProperty(one, 'name', { value: 'Commander' });
}

nameAsCommander(RedisClient);
nameAsCommander(RedisCluster);
nameAsCommander(RedisClientPool);
nameAsCommander(RedisSentinel);

/** Makes a client of one server, or over a client of the library: `createClient(client, options)`. `connect()` opens it. */
export const createClient = orOverClient(RedisClient.create, clientOver);
/** Makes a client of one server that lends clients to tasks. */
export const createClientPool: typeof RedisClientPool.createPool = RedisClientPool.createPool;
/** Makes a client of a cluster, or over a client of the library: `createCluster(client, options)`. */
export const createCluster = orOverClient(RedisCluster.create, clusterOver);
/** Makes a client of a group whose primary sentinels name. */
export const createSentinel: typeof RedisSentinel.create = RedisSentinel.create;
