import type { Redis } from '../../index.js';
import { isClient } from '../shared/given-client.js';
import { warnOnce } from '../shared/warnings.js';
import { RedisClient, type RedisClientType } from './client.js';
import { ClientGroup } from './client-group.js';
import { RedisCluster, type RedisClusterType } from './cluster.js';
import type { RedisClientOptions, RedisClusterOptions } from './options/types.js';

/** Options of `createClient(client, options)`: those that concern the object, not the connections. */
export type ClientOverOptions = Pick<
  RedisClientOptions,
  'RESP' | 'commandOptions' | 'disableOfflineQueue' | 'functions' | 'keyPrefix' | 'modules' | 'pingInterval' | 'scripts'
>;
/** Options of `createCluster(client, options)`. */
export type ClusterOverOptions = Pick<RedisClusterOptions, 'RESP' | 'commandOptions' | 'functions' | 'keyPrefix' | 'modules' | 'scripts'>;

const OF_OBJECTS: ReadonlySet<string> = new Set<keyof ClientOverOptions>([
  'RESP',
  'commandOptions',
  'disableOfflineQueue',
  'functions',
  'keyPrefix',
  'modules',
  'pingInterval',
  'scripts',
]);

/** The options that are honoured; warns of the others. */
function honoured<Options extends object>(given: Options): Options {
  const entries = Object.entries(given).filter(([name, value]) => {
    if (OF_OBJECTS.has(name) || value === undefined) return true;
    warnOnce('node-redis', `${name} over a client`, 'it is the matter of the client: give it to createClient() of the library');
    return false;
  });
  return Object.fromEntries(entries) as Options; // those that are left
}

/** What makes an object of this entry over a client that a program made, or else by options. */
export function orOverClient<Make extends (...given: never[]) => unknown, Options extends object, Over>(
  make: Make,
  over: (client: Redis, options: Options) => Over,
): ((client: Redis<string, number>, options?: Options) => Over) & Make {
  const either = (given?: unknown, own?: Options): unknown =>
    isClient(given) ? over(given, honoured(own ?? ({} as Options))) : make(given as never, own as never); // no option has to be given
  return either as never; // one of the two
}

export function clientOver(client: Redis, options: ClientOverOptions): RedisClientType {
  return new RedisClient(options, { group: new ClientGroup(client) }) as unknown as RedisClientType; // its methods are added by name
}

export function clusterOver(client: Redis, options: ClusterOverOptions): RedisClusterType {
  return new RedisCluster({ rootNodes: [], ...options }, new ClientGroup(client)) as unknown as RedisClusterType; // as above
}
