import { numberOf } from '../../topology/replies.js';
import { SLOT_COUNT } from '../../topology/slot-map.js';
import type { NodeClient } from '../node-connections.js';
import { brokenSlots, type KeyCounts } from '../plans/fix.js';
import { type AdminNode, type ClusterState, primariesOf } from './cluster-state.js';

const SLOTS_AT_ONCE = 256;

/** Counts the keys that each node holds of broken slots, and of slots that belong to another node. */
export async function readKeyCounts(connections: NodeClient, cluster: ClusterState): Promise<KeyCounts> {
  const broken = brokenSlots(cluster);
  const counts = new Map<number, Map<string, number>>(broken.map((slot) => [slot, new Map()]));
  const note = (slot: number, id: string, keys: number): void => {
    const byNode = counts.get(slot) ?? new Map<string, number>();
    counts.set(slot, byNode.set(id, keys));
  };
  for (const node of primariesOf(cluster).filter(({ keys }) => keys > 0)) {
    const own = new Set(node.slots);
    const inOwn = await countKeys(connections, node, node.slots);
    const total = [...inOwn.values()].reduce((sum, keys) => sum + keys, 0);
    for (const slot of broken) if (inOwn.has(slot)) note(slot, node.id, inOwn.get(slot) ?? 0);
    const foreign = Array.from({ length: SLOT_COUNT }, (_, slot) => slot).filter((slot) => !own.has(slot));
    // Its own slots hold all the keys that the node has: none is in another node's slot.
    const toCount = total >= node.keys ? broken.filter((slot) => !own.has(slot)) : foreign;
    for (const [slot, keys] of await countKeys(connections, node, toCount)) if (keys > 0) note(slot, node.id, keys);
  }
  return counts;
}

/** Counts the keys that nodes hold of some slots. */
export async function countKeysOfNodes(connections: NodeClient, nodes: readonly AdminNode[], slots: readonly number[]): Promise<KeyCounts> {
  const counts = new Map<number, Map<string, number>>(slots.map((slot) => [slot, new Map()]));
  await Promise.all(
    nodes.map(async (node) => {
      const own = node.keys > 0 ? await countKeys(connections, node, slots) : new Map<number, number>();
      for (const [slot, keys] of own) if (keys > 0) counts.get(slot)?.set(node.id, keys);
    }),
  );
  return counts;
}

/** Counts the keys of these slots at a node, in all its databases. */
export async function countKeys(
  connections: NodeClient,
  { address, databases }: AdminNode,
  slots: readonly number[],
): Promise<Map<number, number>> {
  const counts = new Map(slots.map((slot) => [slot, 0]));
  if (address === null) return counts;
  for (let at = 0; at < slots.length; at += SLOTS_AT_ONCE) {
    const some = slots.slice(at, at + SLOTS_AT_ONCE);
    for (const database of databases) {
      const replies = await Promise.all(some.map((slot) => connections.send(address, ['CLUSTER', 'COUNTKEYSINSLOT', slot], { database })));
      for (const [index, slot] of some.entries()) counts.set(slot, (counts.get(slot) ?? 0) + numberOf(replies[index], 0));
    }
  }
  return counts;
}
