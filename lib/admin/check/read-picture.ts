import type { Raw } from '../../protocol/command-spec.js';
import { infoOf } from '../../topology/replies.js';
import { callsOf } from '../health/info-fields.js';
import type { BatchClient } from '../node-connections.js';
import { type ClusterState, primariesOf } from '../state/cluster-state.js';
import { countKeys } from '../state/key-counts.js';
import { countStrayKeys } from '../state/stray-keys.js';
import type { ClusterPicture } from './moves-under-way.js';
import { slotTroubles } from './slot-troubles.js';

/**
 * Adds to the cluster's state what `readMoves` does, and how many keys are in no slot of their node, for which all keys are counted.
 * `before`: the picture before this one; only nodes with such keys are asked again.
 */
export async function readPicture(
  connections: BatchClient,
  cluster: ClusterState,
  before: ClusterPicture | null = null,
): Promise<ClusterPicture> {
  const [moves, strays] = await Promise.all([readMoves(connections, cluster), readStrays(connections, cluster, before)]);
  return { ...moves, strays };
}

/** Adds to the cluster's state how many keys open slots have, and whether somebody moves them. */
export async function readMoves(connections: BatchClient, cluster: ClusterState): Promise<ClusterPicture> {
  const openKeys = new Map<number, Map<string, number>>();
  const migrations = new Map<string, number>();
  const openAt = new Map<string, number[]>();
  for (const { node, slot } of slotTroubles(cluster).open) openAt.set(node, [...(openAt.get(node) ?? []), slot]);
  await Promise.all(
    [...openAt].map(async ([id, slots]) => {
      const node = cluster.nodes.get(id);
      if (node === undefined || node.address === null || !node.reachable) return;
      // A node that has stopped to answer meanwhile says nothing of its moves.
      const [counts, stats] = await Promise.all([
        countKeys(connections, node, slots),
        connections.send(node.address, ['INFO', 'commandstats']),
      ]).catch((): [ReadonlyMap<number, number>, Raw] => [new Map(), null]);
      for (const [slot, keys] of counts) openKeys.set(slot, (openKeys.get(slot) ?? new Map()).set(id, keys));
      const calls = migrateCalls(stats);
      if (calls !== null) migrations.set(id, calls);
    }),
  );
  return { cluster, openKeys, migrations, strays: new Map() };
}

async function readStrays(
  connections: BatchClient,
  cluster: ClusterState,
  before: ClusterPicture | null,
): Promise<ReadonlyMap<string, number>> {
  const suspects = primariesOf(cluster).filter(({ id, keys }) => keys > 0 && (before === null || (before.strays.get(id) ?? 0) > 0));
  const counts = await Promise.all(
    suspects.map(async (node) => [node.id, await countStrayKeys(connections, node).catch(() => 0)] as const),
  );
  return new Map(counts.filter(([, keys]) => keys > 0));
}

/** How often a node has sent keys away; null: not told. */
function migrateCalls(stats: Raw): number | null {
  const fields = infoOf(stats);
  return fields.size === 0 ? null : callsOf(fields, 'migrate');
}
