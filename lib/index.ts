/// <reference types="node" preserve="true" />
// Buffer and AbortSignal in the declarations: a program that lists no `types` of its own has them thus, too.
export type { Gap, GapReason } from './client/gap.js';
export type { Messages } from './client/message-stream.js';
export { defineScript, type Script, type ScriptOptions } from './client/script.js';
export type { ClientEvents } from './client/servers.js';
export type { ClientStats, DomainStats, NodeStats, SubscriptionStats } from './client/stats.js';
export type { StreamOptions } from './client/stream.js';
export type { WatchOptions } from './client/watch.js';
export { createClient } from './commands/create-client.js';
export type { Leased, Watched } from './commands/leased.js';
export type { Pipeline } from './commands/pipeline.js';
export type { Redis } from './commands/redis.js';
export type { Subscription } from './commands/subscription.js';
export type * from './commands/types.js';
export type { BatchWritten, CommandTrace, ConnectTrace, Failover, PoolChange, TopologyChange, UnheardError } from './diagnostics.js';
export * from './errors.js';
export {
  type Address,
  type ClientOptions,
  type Credentials,
  cluster,
  type DomainOptions,
  type GroupOptions,
  type GuardOptions,
  type NodeRule,
  type OffloadOptions,
  type ReadCandidate,
  type ReadFunction,
  type ReadLimits,
  type ReadMode,
  type ReadRequest,
  type ReplicaSet,
  replication,
  sentinel,
  single,
  type TopologyOptions,
  type ViewOptions,
  type WaitReplicas,
} from './options.js';
export type { Arg, Raw } from './protocol/command.js';
export type { ExplainedStep, Explanation } from './routing/explanation.js';
export type { NodeInfo, Shard, TopologySnapshot } from './topology/topology.js';
