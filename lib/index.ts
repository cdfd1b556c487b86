export type { ClientEvents, ClientStats } from './client/client.js';
export { createClient } from './commands/create-client.js';
export type { Key, OneOrMore, Value } from './commands/group.js';
export type { Pipeline } from './commands/pipeline.js';
export type { Leased, Redis } from './commands/redis.js';
export type { BatchWritten, CommandTrace, ConnectTrace, Failover, PoolChange, TopologyChange, UnheardError } from './diagnostics.js';
export * from './errors.js';
export {
  type Address,
  type ClientOptions,
  type Credentials,
  cluster,
  type DomainOptions,
  type NodeRule,
  type ReadMode,
  type ReplicaSet,
  replication,
  sentinel,
  single,
  type TopologyOptions,
  type ViewOptions,
} from './options.js';
export type { Arg, Raw } from './protocol/command.js';
export type { NodeInfo, Shard, TopologySnapshot } from './topology/topology.js';
