import type { ClusterView } from './cluster-view.js';
import { SLOT_COUNT } from './slot-map.js';
import type { TopologySnapshot } from './topology.js';

/**
 * Ids of nodes that must be asked themselves before the views are believed. For up to a second after a failover most nodes may be in one of these
 * states, in this order, because the old primary sends its successor's config epoch (seen on Redis 7.0 and Valkey 9):
 *
 * | the views say | what is so |
 * |---|---|
 * | an owner of slots has the same epoch as another primary, which two never have | it follows that one |
 * | nobody owns slots that somebody did | they are the successor's, who has not told yet |
 *
 * The old primary and its successor know.
 */
export function inDoubt(views: readonly ClusterView[], previous: TopologySnapshot | null): string[] {
  const doubted = new Set<string>();
  for (const view of views) for (const id of ownersWithForeignEpochs(view)) doubted.add(id);
  for (const id of formerOwners(views, previous)) doubted.add(id);
  for (const { nodes } of views) for (const { id, myself } of nodes.values()) if (myself) doubted.delete(id);
  return [...doubted];
}

function ownersWithForeignEpochs({ nodes, ranges }: ClusterView): string[] {
  const primariesAt = new Map<number, number>();
  for (const { role, epoch } of nodes.values()) if (role === 'primary') primariesAt.set(epoch, (primariesAt.get(epoch) ?? 0) + 1);
  const owners = new Set(ranges.map(({ owner }) => owner));
  // 0 is no epoch yet, or one that may not be asked.
  return [...owners].filter((id) => {
    const epoch = nodes.get(id)?.epoch ?? 0;
    return epoch > 0 && (primariesAt.get(epoch) ?? 0) > 1;
  });
}

/** Who owned slots that nobody claims. */
function formerOwners(views: readonly ClusterView[], previous: TopologySnapshot | null): Set<string> {
  const former = new Set<string>();
  if (previous?.slots == null) return former;
  const claimed = new Uint8Array(SLOT_COUNT);
  for (const { ranges } of views) for (const { start, end } of ranges) claimed.fill(1, start, end + 1);
  for (let slot = claimed.indexOf(0); slot !== -1; slot = claimed.indexOf(0, slot + 1)) {
    const id = previous.shards[previous.slots.shardOf(slot)]?.primary?.id;
    if (id !== undefined) former.add(id);
  }
  return former;
}
