import type { SlotwiseError, TopologyError } from '../errors.js';
import { type Address, addressKey } from '../options/address.js';
import type { SlotMap } from './slot-map.js';

export type Role = 'primary' | 'replica';

/** One server as the last probe saw it. Never mutated. */
export interface NodeInfo {
  /** The cluster node id where the server has one, else `key`. */
  readonly id: string;
  /** Address to connect to, after `addressMap`. */
  readonly address: Address;
  /** `addressKey(address)`: names the node in pools, errors and statistics. */
  readonly key: string;
  /** Other names of the same node (announced before `addressMap`, host name, IP), which a MOVED may use. */
  readonly aliases?: readonly string[];
  readonly role: Role;
  /** A replica: its link to the primary works and it is not loading. A primary: true unless the cluster calls it failed. */
  readonly usable: boolean;
  /** `key` of the node it replicates from; null for primaries. */
  readonly replicaOf: string | null;
  /** 0 primary, 1 replica, 2 replica of a replica … */
  readonly depth: number;
  /**
   * Replica priority, as the server (`replica-priority`) or its sentinel says; lower is better. Default 100. Not that of a `nodes` rule:
   * see `tier`.
   */
  readonly priority: number;
  /** Tags of the first `nodes` rule that matches. */
  readonly tags: Readonly<Record<string, string>>;
  /** Read priority: `priority` of that rule; 0 where it is not given. */
  readonly tier?: number;
  /** Share of reads: `weight` of that rule; 1 where it is not given. */
  readonly weight?: number;
  /** Only a MOVED names it: no view of the servers does, or none does yet. */
  readonly unconfirmed?: true;
  /** Availability zone: `zone` of that rule. What the server itself says of its zone is not part of the topology. */
  readonly zone?: string;
}

/**
 * A primary with its replicas. `primary` is null while no node is one. A `single` server that is a replica itself stands in both places,
 * with `role: 'replica'`: it is all there is, for reads of every kind, and it says READONLY to writes.
 */
export interface Shard {
  readonly primary: NodeInfo | null;
  readonly replicas: readonly NodeInfo[];
  /** The member of a ring that the shard is. */
  readonly member?: ShardMember;
}

/** Member of a ring, as a shard. */
export interface ShardMember {
  readonly name: string;
  /** Kind of its own topology. */
  readonly kind: 'single' | 'replication' | 'sentinel';
  /** Its slot, the number that its name has had since it first was a member. */
  readonly slot: number;
  /** Its keys are placed on the other members. */
  readonly ejected?: true;
  /** Why its last look failed, or no node is its primary. */
  readonly problem?: SlotwiseError;
}

/** The topology at one moment, as an immutable value; every probe that finds a change and every MOVED makes a new one. */
export interface TopologySnapshot {
  readonly kind: 'single' | 'replication' | 'sentinel' | 'cluster' | 'ring' | 'endpoints';
  readonly shards: readonly Shard[];
  /** Nodes by `key`, over all shards. */
  readonly nodes: ReadonlyMap<string, NodeInfo>;
  /** Owners of the slots; null where there is one shard, or each has all keys (endpoints). In a ring a slot is the number of a member. */
  readonly slots: SlotMap | null;
  /** Why no node is the primary, or why the one that is named could not be verified. What the snapshot says is still the best there is. */
  readonly problem?: TopologyError;
}

/** Whether the address is all that is known of a server: another one may be behind it at any time. */
export function hasFixedAddress(kind: TopologySnapshot['kind']): boolean {
  return kind === 'single' || kind === 'endpoints';
}

export function makeTopology(
  kind: TopologySnapshot['kind'],
  shards: readonly Shard[],
  slots: SlotMap | null,
  problem: TopologyError | null = null,
): TopologySnapshot {
  const nodes = new Map<string, NodeInfo>();
  for (const { primary } of shards) if (primary !== null) nodes.set(primary.key, primary);
  for (const { replicas } of shards) for (const node of replicas) if (!nodes.has(node.key)) nodes.set(node.key, node);
  return Object.freeze({ kind, shards, nodes, slots, ...(problem === null ? {} : { problem }) });
}

/** Kind of the topology that a shard is of: of a ring that of its member. */
export function kindOfShard({ kind, shards }: TopologySnapshot, shard: number): TopologySnapshot['kind'] {
  return shards[shard]?.member?.kind ?? kind;
}

/** Index of the shard that has this node; -1: none does. */
export function shardOfNode({ shards }: TopologySnapshot, key: string): number {
  return shards.findIndex(({ primary, replicas }) => primary?.key === key || replicas.some((node) => node.key === key));
}

/** Whether the shard is a server at a fixed address that is a replica: only probes can find when it leads elsewhere. */
export function leadsToReplica(topology: TopologySnapshot, shard: number): boolean {
  return topology.shards[shard]?.primary?.role === 'replica' && hasFixedAddress(kindOfShard(topology, shard));
}

/** Keys of the fixed addresses that led to a replica and lead to a primary now. */
export function nodesNoMoreReplicas(previous: TopologySnapshot, next: TopologySnapshot): string[] {
  return previous.shards.flatMap(({ primary }, shard) => {
    if (primary === null || !leadsToReplica(previous, shard)) return [];
    const now = shardOfNode(next, primary.key);
    return now === -1 || leadsToReplica(next, now) ? [] : primary.key;
  });
}

/** The nodes of a shard, its primary first, each once: a `single` server that is a replica stands in both places. */
export function nodesOfShard({ primary, replicas }: Shard): readonly NodeInfo[] {
  return primary === null ? replicas : [primary, ...replicas.filter(({ key }) => key !== primary.key)];
}

/** The node that is known by this address, also by one of its other names. */
export function findNode(topology: TopologySnapshot, key: string): NodeInfo | undefined {
  const node = topology.nodes.get(key);
  if (node !== undefined) return node;
  for (const candidate of topology.nodes.values()) if (candidate.aliases?.includes(key) === true) return candidate;
  return undefined;
}

/** The content of a MOVED: this one slot, and nothing else, is served at `address` now. */
export interface Moved {
  readonly slot: number;
  readonly address: Address;
}

/**
 * The snapshot with these slots where they are by now. A known primary takes a slot into its shard; a replica (it must have been promoted)
 * or an unknown node gets a shard of its own until the next probe. Returns the same snapshot if nothing changes.
 * https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#moved-redirection
 */
export function withMoved(topology: TopologySnapshot, moved: Iterable<Moved>): TopologySnapshot {
  const { slots } = topology;
  if (slots === null) return topology;
  const shards = [...topology.shards];
  const shardByName = new Map<string, number>();
  const changes = new Map<number, number>();
  for (const { slot, address } of moved) {
    if (!Number.isInteger(slot) || slot < 0 || slot >= slots.count) continue;
    const name = addressKey(address);
    let shard = shardByName.get(name);
    if (shard === undefined) {
      shard = shardOfPrimary(topology, shards, address);
      shardByName.set(name, shard);
    }
    if (slots.shardOf(slot) !== shard) changes.set(slot, shard);
    else changes.delete(slot);
  }
  if (changes.size === 0) return topology;
  if (shards.length === topology.shards.length) return Object.freeze({ ...topology, slots: slots.with(changes) });
  return makeTopology(topology.kind, shards, slots.with(changes), topology.problem);
}

/** Index in `shards` of the shard whose primary has this address; a new one at the end if there is none. */
function shardOfPrimary(topology: TopologySnapshot, shards: Shard[], address: Address): number {
  const node = findNode(topology, addressKey(address)) ?? unknownNodeAt(address);
  const known = shards.findIndex(({ primary }) => primary?.key === node.key);
  if (known !== -1) return known;
  const primary: NodeInfo = Object.freeze({ ...node, role: 'primary', usable: true, replicaOf: null, depth: 0 });
  return shards.push(Object.freeze({ primary, replicas: Object.freeze([]) })) - 1;
}

function unknownNodeAt(address: Address): NodeInfo {
  const key = addressKey(address);
  return { id: key, address, key, role: 'primary', usable: true, replicaOf: null, depth: 0, priority: 100, tags: {}, unconfirmed: true };
}

/** Whether a view of the servers names this node, as opposed to a MOVED alone. */
export function isConfirmed(topology: TopologySnapshot, key: string): boolean {
  const node = findNode(topology, key);
  return node !== undefined && node.unconfirmed !== true;
}

/** Whether the slot is there anyway, at a node that a view names. */
export function isKnown(topology: TopologySnapshot, { slot, address }: Moved): boolean {
  const node = findNode(topology, addressKey(address));
  return node !== undefined && node.unconfirmed !== true && shardOfSlot(topology, slot)?.primary?.key === node.key;
}

/** Whether the snapshot has commands of the slot sent to this node. */
export function mayServe(topology: TopologySnapshot, slot: number, key: string): boolean {
  const shard = shardOfSlot(topology, slot);
  return shard !== undefined && nodesOfShard(shard).some((node) => node.key === key);
}

function shardOfSlot({ shards, slots }: TopologySnapshot, slot: number): Shard | undefined {
  return shards[slots?.shardOf(slot) ?? -1];
}

/** Structural equality: waiting commands are woken only when there is something new. */
export function sameTopology(a: TopologySnapshot, b: TopologySnapshot): boolean {
  return (
    a === b ||
    (a.kind === b.kind &&
      a.problem?.message === b.problem?.message &&
      sameList(a.shards, b.shards, sameShard) &&
      (a.slots === b.slots || (a.slots !== null && b.slots !== null && a.slots.equals(b.slots))))
  );
}

/** Whether every key has the primary it had. */
export function samePrimaries(a: TopologySnapshot, b: TopologySnapshot): boolean {
  const sameSlots = a.slots === b.slots || (a.slots !== null && b.slots !== null && a.slots.equals(b.slots));
  return sameSlots && sameList(a.shards, b.shards, (one, other) => one.primary?.key === other.primary?.key);
}

function sameShard(a: Shard, b: Shard): boolean {
  const samePrimary = a.primary === null || b.primary === null ? a.primary === b.primary : sameNode(a.primary, b.primary);
  return samePrimary && sameList(a.replicas, b.replicas, sameNode) && sameMember(a.member, b.member);
}

function sameMember(a: ShardMember | undefined, b: ShardMember | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.name === b.name && a.kind === b.kind && a.slot === b.slot && a.ejected === b.ejected && a.problem?.message === b.problem?.message
  );
}

function sameNode(a: NodeInfo, b: NodeInfo): boolean {
  return (
    a === b ||
    (a.id === b.id &&
      a.key === b.key &&
      a.role === b.role &&
      a.usable === b.usable &&
      a.replicaOf === b.replicaOf &&
      a.depth === b.depth &&
      a.priority === b.priority &&
      sameList(a.aliases ?? [], b.aliases ?? [], Object.is) &&
      sameList(
        Object.entries(a.tags),
        Object.entries(b.tags),
        ([name, value], [otherName, other]) => name === otherName && value === other,
      ))
  );
}

function sameList<T>(a: readonly T[], b: readonly T[], same: (a: T, b: T) => boolean): boolean {
  // The index is in range: both lists have one length.
  return a.length === b.length && a.every((item, i) => same(item, b[i] as T));
}
