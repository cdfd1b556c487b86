import { type Address, addressKey } from '../../options/address.js';
import type { NodeRules } from '../node-rules.js';
import { type ShardRange, SlotMap } from '../slot-map.js';
import { makeTopology, type NodeInfo, type Shard, type TopologySnapshot } from '../snapshot.js';
import type { MergedCluster, MergedNode } from './merge.js';

/**
 * The snapshot of a merged view: shards in order of their lowest slot, those without slots after them by node id; replicas by key. `bound`
 * leaves as many replicas of a primary as are believed.
 */
export function clusterTopology(
  merged: MergedCluster,
  rules: NodeRules,
  bound: <T>(replicas: readonly T[], primaryId: string) => readonly T[] = (replicas) => replicas,
): TopologySnapshot {
  const withSlots = new Set(merged.ranges.map(({ owner }) => owner));
  const replicasOf = new Map<string, MergedNode[]>();
  for (const node of merged.nodes.values()) {
    const id = node.primaryId ?? node.id;
    const list = replicasOf.get(id);
    if (list === undefined) replicasOf.set(id, node.primaryId === null ? [] : [node]);
    else if (node.primaryId !== null) list.push(node);
  }
  const standIns = standInsOf(withSlots, merged, rules);
  const order = [...[...withSlots].filter((id) => !standIns.has(id)), ...[...replicasOf.keys()].filter((id) => !withSlots.has(id)).sort()];
  const addresses = addressesById(merged, withSlots, rules);

  const shards = order.map((id): Shard => {
    const owner = merged.nodes.get(id);
    const primary = owner === undefined || owner.primaryId !== null ? null : nodeInfoOf(owner, null, rules, addresses);
    const replicas = (replicasOf.get(id) ?? [])
      .flatMap((node) => nodeInfoOf(node, primary?.key ?? null, rules, addresses) ?? [])
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    // After sorting: every view leaves the same.
    return Object.freeze({ primary, replicas: Object.freeze(bound(replicas, id)) });
  });
  const indexes = new Map(order.map((id, index) => [id, index]));
  const ranges = merged.ranges.map(
    ({ start, end, owner }): ShardRange => ({ start, end, shard: indexes.get(standIns.get(owner) ?? owner) ?? 0 }),
  );
  return makeTopology('cluster', shards, SlotMap.fromRanges(ranges));
}

/**
 * Of owners of slots that have one address, the first, by the ids of the others: a proxy that has the nodes of a cluster behind it may name
 * all of them by its own address, and serves the slots of each.
 */
function standInsOf(owners: ReadonlySet<string>, { nodes }: MergedCluster, rules: NodeRules): ReadonlyMap<string, string> {
  const firsts = new Map<string, string>();
  const standIns = new Map<string, string>();
  for (const id of owners) {
    const node = nodes.get(id);
    if (node === undefined || node.address === null || node.primaryId !== null || node.health === 'failed') continue;
    const address = rules.address(node.address);
    if (address === null) continue;
    const key = addressKey(address);
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, id);
    else standIns.set(id, first);
  }
  return standIns;
}

/**
 * The address to connect to, by node id. A node may have come back under its old address with a new id: the address belongs to the entry
 * that is alive, of several to the one that has the lowest slots, and the others have none.
 */
function addressesById(merged: MergedCluster, owners: ReadonlySet<string>, rules: NodeRules): ReadonlyMap<string, Address> {
  const addresses = new Map<string, Address>();
  const taken = new Set<string>();
  const failed: MergedNode[] = [];
  const assign = ({ id, address: announced }: MergedNode): void => {
    if (announced === null) return;
    const address = rules.address(announced);
    const key = address === null ? null : addressKey(address);
    if (address === null || key === null || taken.has(key)) return;
    taken.add(key);
    addresses.set(id, address);
  };
  for (const id of new Set([...owners, ...merged.nodes.keys()])) {
    const node = merged.nodes.get(id);
    if (node === undefined) continue;
    if (node.health === 'failed') failed.push(node);
    else assign(node);
  }
  failed.forEach(assign);
  return addresses;
}

function nodeInfoOf(
  node: MergedNode,
  replicaOf: string | null,
  rules: NodeRules,
  addresses: ReadonlyMap<string, Address>,
): NodeInfo | null {
  const address = addresses.get(node.id);
  if (address === undefined || node.address === null) return null;
  const isPrimary = node.primaryId === null;
  return rules.node({
    id: node.id,
    address,
    names: node.names.includes(node.address) ? node.names : [node.address, ...node.names],
    role: isPrimary ? 'primary' : 'replica',
    usable: isPrimary ? node.health !== 'failed' : node.health === 'online',
    replicaOf,
    depth: isPrimary ? 0 : 1,
    priority: 100,
  });
}
