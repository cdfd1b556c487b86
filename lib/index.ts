/// <reference types="node" preserve="true" />
// Buffer and AbortSignal in the declarations: a program that lists no `types` of its own has them thus, too.

export { createClient } from './api/create-client.js';
export { defineScript } from './api/define-script.js';
export type { Leased, Watched } from './api/leased.js';
export type { Pipeline } from './api/pipeline.js';
export type { Redis } from './api/redis.js';
export type { Subscription } from './api/subscription.js';
export type * from './api/types.js';
export type { ClientEvents } from './client/events.js';
export type { Gap, GapReason } from './client/gap.js';
export type { WatchOptions } from './client/lease/watch.js';
export type { Messages } from './client/pubsub/message-stream.js';
export type { ClientStats, DomainStats, NodeStats, PreviousStats, SubscriptionStats } from './client/stats.js';
export type { StreamOptions } from './client/stream.js';
export type { BatchWritten, CommandTrace, ConnectTrace, Failover, PoolChange, TopologyChange, UnheardError } from './diagnostics.js';
export * from './errors.js';
export type { Credentials, GroupOptions } from './options/access.js';
export type { Address } from './options/address.js';
export type { ClientOptions, ViewOptions, WaitReplicas } from './options/client-options.js';
export type { DomainOptions } from './options/domains.js';
export type { EndpointSource, EndpointsOptions, ProxyName } from './options/endpoints.js';
export type { GuardOptions } from './options/guard.js';
export type { NodeRule } from './options/nodes.js';
export type { OffloadOptions } from './options/offload.js';
export type { ReadCandidate, ReadFunction, ReadLimits, ReadMode, ReadRequest } from './options/reads.js';
export type { ReplicaSet } from './options/replica-sets.js';
export { type RingMemberOptions, ring } from './options/ring.js';
export type { RingOptions } from './options/ring-eject.js';
export type { RingPlacement } from './options/ring-placement.js';
export type { TlsOptions } from './options/tls.js';
export { cluster, endpoints, replication, sentinel, single, type TopologyOptions } from './options/topology.js';
export type { TwemproxyHash } from './placement/placement.js';
export type { Arg, Raw } from './protocol/command-spec.js';
export type { Script, ScriptOptions } from './protocol/script.js';
export type { ExplainedMember, ExplainedStep, Explanation } from './routing/reads/explanation.js';
export type { NodeInfo, Shard, TopologySnapshot } from './topology/snapshot.js';
