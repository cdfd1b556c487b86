import type { TopologySnapshot } from '../snapshot.js';
import type { ClusterView } from './view.js';

/** Id of the owner of a slot, as far as it is known. */
export function ownerIn(topology: TopologySnapshot | null, slot: number): string | undefined {
  return topology?.slots == null ? undefined : topology.shards[topology.slots.shardOf(slot)]?.primary?.id;
}

/** The epochs at which owners of slots have them in these views, the highest of each, by id. */
export function ownerEpochs(views: readonly ClusterView[]): ReadonlyMap<string, number> {
  const epochs = new Map<string, number>();
  for (const { nodes, ranges } of views) {
    for (const { owner } of ranges) epochs.set(owner, Math.max(epochs.get(owner) ?? 0, nodes.get(owner)?.epoch ?? 0));
  }
  return epochs;
}

/** Whether a view names other owners of slots than are known. What it says of replicas has time. */
export function namesOtherOwners({ ranges }: ClusterView, known: TopologySnapshot): boolean {
  if (known.slots === null) return false;
  // Where a part of a range went elsewhere another range begins or ends.
  return ranges.some(({ start, end, owner }) => ownerIn(known, start) !== owner || ownerIn(known, end) !== owner);
}

/** The same of owners that have a slot at a higher epoch than the one that is known: the view is not merely old. */
export function namesNewerOwners({ nodes, ranges }: ClusterView, known: TopologySnapshot, epochs: ReadonlyMap<string, number>): boolean {
  const isNewer = (slot: number, owner: string): boolean => {
    const before = ownerIn(known, slot);
    return before !== owner && (nodes.get(owner)?.epoch ?? 0) > (before === undefined ? 0 : (epochs.get(before) ?? 0));
  };
  return known.slots !== null && ranges.some(({ start, end, owner }) => isNewer(start, owner) || isNewer(end, owner));
}
