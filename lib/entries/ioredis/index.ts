import { Cluster } from './cluster.js';
import { Command } from './command.js';
import { AbstractConnector, SentinelConnector, SentinelIterator } from './connectors.js';
import { ReplyError } from './errors.js';
import { Pipeline } from './pipeline.js';
import { print } from './print.js';
import { Redis } from './redis.js';
import { ScanStream } from './scan-stream.js';

export type { Callback } from './callbacks.js';
export { Cluster } from './cluster.js';
export { Command } from './command.js';
export { AbstractConnector, SentinelConnector, SentinelIterator } from './connectors.js';
export { ReplyError } from './errors.js';
export type { ClusterNode, ClusterOptions, DNSLookupFunction, DNSResolveSrvFunction, NodeRole } from './options/cluster-options.js';
export type {
  CommonRedisOptions,
  NatMap,
  RedisOptions,
  SentinelAddress,
  SentinelConnectionOptions,
  StandaloneConnectionOptions,
} from './options/redis-options.js';
export { Pipeline } from './pipeline.js';
export { print } from './print.js';
export { Redis } from './redis.js';
export { ScanStream, type ScanStreamOptions } from './scan-stream.js';
export type { RedisStatus } from './status/statuses.js';
export type { RedisKey, RedisValue } from './types/command-row.js';
export type { ChainableCommander, ClientContext, RedisCommander, Result } from './types/redis-commander.js';

/** What a program finds on the class that `require('ioredis')` gives. */
const STATICS = { Cluster, Command, AbstractConnector, SentinelConnector, SentinelIterator, ReplyError, Pipeline, print, ScanStream };

type StandIn = typeof Redis & typeof STATICS & { readonly Redis: typeof Redis; readonly default: typeof Redis };

/**
 * The class as `require('ioredis')` has it, with all names on it. `version` 5: a class whose objects have the defaults of ioredis 5, where
 * their options do not say otherwise.
 */
export function standIn(version: 5 | 6 = 6): StandIn {
  const Class = version === 5 ? RedisOf5 : Redis;
  const statics = version === 5 ? { ...STATICS, Cluster: ClusterOf5 } : STATICS;
  return Object.assign(Class, statics, { Redis: Class, default: Class });
}

class RedisOf5 extends Redis {
  static override createClient(...args: ConstructorParameters<typeof Redis>): Redis {
    return new RedisOf5(...args);
  }

  constructor(...args: ConstructorParameters<typeof Redis>) {
    super(...args, { behaves: 5 });
  }
}

class ClusterOf5 extends Cluster {
  constructor(...[nodes, options]: ConstructorParameters<typeof Cluster>) {
    super(nodes, { behaves: 5, ...options });
  }

  override sendCommand(...[command, batch]: Parameters<Cluster['sendCommand']>): unknown {
    return RedisOf5.prototype.sendCommand.call(this as unknown as Redis, command, batch); // as `Cluster` has it
  }
}

// Programs read these names, which a bundler may change: bee-queue, for one, knows ioredis by that of its class.
for (const [name, one] of [...Object.entries({ ...STATICS, Redis }), ['Redis', RedisOf5], ['Cluster', ClusterOf5]] as const) {
  Object.defineProperty(one, 'name', { value: name, configurable: true });
}

const IORedis: StandIn = standIn();
/** The class is a type as well. */
type IORedis = Redis;

export default IORedis;
