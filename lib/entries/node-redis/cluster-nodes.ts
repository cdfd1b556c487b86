import type { NodeInfo, Shard, TopologySnapshot } from '../../index.js';

/** A node of a cluster, as node-redis shows it. */
export interface ShardNode {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  /** `host:port` */
  readonly address: string;
  /** It is a replica. */
  readonly readonly: boolean;
}

/** The nodes of a slot. */
export interface SlotNodes {
  readonly master: ShardNode;
  readonly replicas: readonly ShardNode[];
}

/** The nodes of a cluster at one moment. */
export interface ClusterNodes {
  readonly masters: readonly ShardNode[];
  readonly replicas: readonly ShardNode[];
  /** By slot; one that nobody serves is not there. */
  readonly slots: readonly SlotNodes[];
  readonly nodeByAddress: ReadonlyMap<string, ShardNode>;
  /** A slot of each shard, by the address of its nodes. */
  readonly slotByAddress: ReadonlyMap<string, number>;
}

const NONE: ClusterNodes = { masters: [], replicas: [], slots: [], nodeByAddress: new Map(), slotByAddress: new Map() };
const made = new WeakMap<TopologySnapshot, ClusterNodes>();

/** The nodes of a snapshot, made once. */
export function nodesOf(topology: TopologySnapshot | null): ClusterNodes {
  if (topology === null) return NONE;
  const known = made.get(topology) ?? makeNodes(topology);
  made.set(topology, known);
  return known;
}

function makeNodes({ shards, slots: map }: TopologySnapshot): ClusterNodes {
  const shown = shards.map(nodesOfShard);
  const slots: SlotNodes[] = [];
  const slotByAddress = new Map<string, number>();
  for (const { start, end, shard } of map?.ranges() ?? []) {
    const nodes = shown[shard];
    if (nodes === undefined || nodes === null) continue;
    for (let slot = start; slot <= end; slot++) slots[slot] = nodes;
    for (const { address } of [nodes.master, ...nodes.replicas]) if (!slotByAddress.has(address)) slotByAddress.set(address, start);
  }
  const masters = shown.flatMap((nodes) => (nodes === null ? [] : [nodes.master]));
  const replicas = shown.flatMap((nodes) => nodes?.replicas ?? []);
  return { masters, replicas, slots, nodeByAddress: new Map([...replicas, ...masters].map((node) => [node.address, node])), slotByAddress };
}

function nodesOfShard({ primary, replicas }: Shard): SlotNodes | null {
  return primary === null ? null : { master: nodeOf(primary), replicas: replicas.map(nodeOf) };
}

function nodeOf({ id, key, address, role }: NodeInfo): ShardNode {
  const { host, port } = 'host' in address ? address : { host: address.path, port: 0 };
  return { id, host, port, address: key, readonly: role === 'replica' };
}
