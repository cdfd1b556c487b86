import type { Address } from '../options.js';
import type { SlotMap } from './slot-map.js';

export type Role = 'primary' | 'replica';

/** One server as the last probe saw it. Never mutated. */
export interface NodeInfo {
  /** The cluster node id where the server has one, else `key`. */
  readonly id: string;
  /** Where we connect to, after `addressMap`. */
  readonly address: Address;
  /** `addressKey(address)`: names the node in pools, errors and statistics. */
  readonly key: string;
  readonly role: Role;
  /** Replication link to its primary works and it is not loading. Primaries: true. */
  readonly usable: boolean;
  /** `key` of the node it replicates from; null for primaries. */
  readonly replicaOf: string | null;
  /** 0 primary, 1 replica, 2 replica of a replica … */
  readonly depth: number;
  /** Sentinel's or the server's replica priority; lower is better. Default 100. */
  readonly priority: number;
  /** Tags of the first `nodes` rule that matches. */
  readonly tags: Readonly<Record<string, string>>;
}

/** A primary with its replicas. `primary` is null while nobody is. */
export interface Shard {
  readonly primary: NodeInfo | null;
  readonly replicas: readonly NodeInfo[];
}

/** What exists, as one immutable value; every probe and every MOVED makes a new one. */
export interface TopologySnapshot {
  readonly kind: 'single' | 'replication' | 'sentinel' | 'cluster';
  readonly shards: readonly Shard[];
  /** By `key`, over all shards. */
  readonly nodes: ReadonlyMap<string, NodeInfo>;
  /** Null where there is one shard. */
  readonly slots: SlotMap | null;
}
