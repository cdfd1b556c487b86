import type { Raw } from '../../protocol/command-spec.js';
import { infoOf } from '../../topology/replies.js';
import type { NodeClient } from '../node-connections.js';
import type { ClusterState } from '../state/cluster-state.js';
import { countKeys } from '../state/key-counts.js';
import type { Picture } from './moves-under-way.js';
import { slotTroubles } from './slot-troubles.js';

/** Adds to the cluster's state what only open slots need: how many keys they have, and whether somebody moves them. */
export async function readPicture(connections: NodeClient, cluster: ClusterState): Promise<Picture> {
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
  return { cluster, openKeys, migrations };
}

/** `cmdstat_migrate:calls=12,usec=34,…`; null: not told. Of a command that was never called there is no line. */
function migrateCalls(stats: Raw): number | null {
  const fields = infoOf(stats);
  if (fields.size === 0) return null;
  return Number(/^calls=(\d+)/.exec(fields.get('cmdstat_migrate') ?? '')?.[1] ?? 0);
}
