import type { Arg, Raw } from '../../protocol/command-spec.js';
import { listOf, numberOf } from '../../topology/replies.js';
import { SLOT_COUNT } from '../../topology/slot-map.js';
import { AdminError } from '../admin-error.js';
import type { BatchClient } from '../node-connections.js';
import type { SlotSet } from '../slot-list.js';
import { type AdminNode, type ClusterState, primariesOf } from './cluster-state.js';
import { migrationDialectOf } from './migration-jobs.js';

/** Number of keys by slot and node id: of broken slots, and of slots of which a node has keys that is not the owner. */
export type KeyCounts = ReadonlyMap<number, ReadonlyMap<string, number>>;

const SLOTS_AT_ONCE = 256;

/** Counts the keys that each node holds of broken slots, and of slots that belong to another node. */
export async function readKeyCounts(connections: BatchClient, cluster: ClusterState, broken: SlotSet): Promise<KeyCounts> {
  for (const node of primariesOf(cluster)) refuseUntoldKeys(node);
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
export async function countKeysOfNodes(
  connections: BatchClient,
  nodes: readonly AdminNode[],
  slots: readonly number[],
): Promise<KeyCounts> {
  const counts = new Map<number, Map<string, number>>(slots.map((slot) => [slot, new Map()]));
  await Promise.all(
    nodes.map(async (node) => {
      const own = node.keys > 0 ? await countKeys(connections, node, slots) : new Map<number, number>();
      for (const [slot, keys] of own) if (keys > 0) counts.get(slot)?.set(node.id, keys);
    }),
  );
  return counts;
}

/** Counts the keys of these slots at a node, in all its databases, also where it does not own them. */
export async function countKeys(connections: BatchClient, node: AdminNode, slots: SlotSet): Promise<Map<number, number>> {
  const counts = new Map(slots.map((slot) => [slot, 0]));
  const { address, databases } = node;
  if (address === null) return counts;
  const own = new Set(node.slots);
  const isHidden = (slot: number): boolean => hidesForeignKeys(node) && !own.has(slot) && !node.importing.has(slot);
  const [hidden, visible] = [slots.filter(isHidden), slots.filter((slot) => !isHidden(slot))];
  const add = (slot: number, reply: Raw | undefined): void => {
    counts.set(slot, (counts.get(slot) ?? 0) + numberOf(reply, 0));
  };
  for (const database of databases) {
    for (const some of chunks(visible)) {
      const replies = await connections.sendAll(address, some.map(countCommand), { database });
      for (const [index, slot] of some.entries()) add(slot, replies[index]);
    }
    for (const some of chunks(hidden)) {
      const replies = listOf((await connections.sendAll(address, shown(some, node.id), { database })).at(-1));
      for (const [index, slot] of some.entries()) add(slot, replies[3 * index + 1]);
    }
  }
  return counts;
}

/** Throws where keys would be taken for none: whoever changes the owner of slots must know. */
export function refuseUntoldKeys({ name, reachable, keysKnown }: Pick<AdminNode, 'name' | 'reachable' | 'keysKnown'>): void {
  if (!reachable || keysKnown) return;
  throw new AdminError(`${name} does not tell how many keys it has: allow the user INFO or DBSIZE`);
}

export function countCommand(slot: number): readonly Arg[] {
  return ['CLUSTER', 'COUNTKEYSINSLOT', slot];
}

/**
 * Whether a node tells nothing of keys in slots that it does not own: since Redis 8.4 only DBSIZE and INFO count them. They show while the
 * slot is marked as importing.
 */
function hidesForeignKeys({ facts }: AdminNode): boolean {
  return migrationDialectOf(facts) === 'redis';
}

/** Counts slots while they are marked as importing. A transaction, so that no end of this process leaves one open. */
function shown(slots: SlotSet, id: string): (readonly Arg[])[] {
  const commands = slots.map((slot): (readonly Arg[])[] => [
    ['CLUSTER', 'SETSLOT', slot, 'IMPORTING', id],
    countCommand(slot),
    ['CLUSTER', 'SETSLOT', slot, 'STABLE'],
  ]);
  return [['MULTI'], ...commands.flat(), ['EXEC']];
}

function chunks(slots: SlotSet): SlotSet[] {
  return Array.from({ length: Math.ceil(slots.length / SLOTS_AT_ONCE) }, (_, at) =>
    slots.slice(at * SLOTS_AT_ONCE, (at + 1) * SLOTS_AT_ONCE),
  );
}
