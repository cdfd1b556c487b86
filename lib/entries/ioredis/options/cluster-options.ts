import type { CommanderOptions, NatMap, OwnOptions, RedisOptions, RetryStrategy, ScriptDefinition } from './redis-options.js';

/** A node to begin with: a URL or `host:port`, a port, or an object. */
export type ClusterNode = string | number | { host?: string | undefined; port?: number | undefined };
export type NodeRole = 'master' | 'slave' | 'all';
export type DNSLookupFunction = (
  hostname: string,
  callback: (error: NodeJS.ErrnoException | null | undefined, address: string, family?: number) => void,
) => void;
export type DNSResolveSrvFunction = (
  hostname: string,
  callback: (error: NodeJS.ErrnoException | null | undefined, records?: SrvRecord[]) => void,
) => void;

/** `never`: what it is given are objects of this entry, which a program types as it likes. */
export type ScaleReadsFunction = (nodes: never, command: never) => unknown;

export interface SrvRecord {
  priority: number;
  weight: number;
  port: number;
  name: string;
}

export interface ClusterOptions extends CommanderOptions, OwnOptions {
  clusterRetryStrategy?: ((times: number, reason?: Error) => unknown) | null | undefined;
  enableOfflineQueue?: boolean | undefined;
  enableReadyCheck?: boolean | undefined;
  /** A function gets the nodes of the slot, the primary first, and the command; it returns one of them, or some. */
  scaleReads?: NodeRole | ScaleReadsFunction | undefined;
  maxRedirections?: number | undefined;
  retryDelayOnFailover?: number | undefined;
  retryDelayOnClusterDown?: number | undefined;
  retryDelayOnTryAgain?: number | undefined;
  retryDelayOnMoved?: number | undefined;
  slotsRefreshTimeout?: number | undefined;
  slotsRefreshInterval?: number | undefined;
  shardedSubscribers?: boolean | undefined;
  clusterNodeRetryStrategy?: RetryStrategy;
  redisOptions?:
    | Omit<RedisOptions, 'port' | 'host' | 'path' | 'sentinels' | 'retryStrategy' | 'enableOfflineQueue' | 'readOnly'>
    | undefined;
  lazyConnect?: boolean | undefined;
  useSRVRecords?: boolean | undefined;
  resolveSrv?: DNSResolveSrvFunction | undefined;
  dnsLookup?: DNSLookupFunction | undefined;
  natMap?: NatMap | undefined | null;
  enableAutoPipelining?: boolean | undefined;
  autoPipeliningIgnoredCommands?: string[] | undefined;
  scripts?: Record<string, ScriptDefinition> | undefined;
  himportFieldsets?: readonly unknown[] | undefined;
}

/** Defaults of a `Cluster`, as they are seen in `cluster.options`. */
export const CLUSTER_DEFAULTS: ClusterOptions = {
  clusterRetryStrategy: (times) => Math.min(100 + times * 2, 2_000),
  clusterNodeRetryStrategy: null,
  enableOfflineQueue: true,
  enableReadyCheck: true,
  scaleReads: 'master',
  maxRedirections: 16,
  retryDelayOnMoved: 0,
  retryDelayOnFailover: 100,
  retryDelayOnClusterDown: 100,
  retryDelayOnTryAgain: 100,
  slotsRefreshTimeout: 1_000,
  useSRVRecords: false,
  enableAutoPipelining: false,
  autoPipeliningIgnoredCommands: [],
  shardedSubscribers: false,
};
