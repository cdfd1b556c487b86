import type { TopologySnapshot } from '../snapshot.js';
import type { ClusterView } from './view.js';

/**
 * Whether a view is of the cluster that we know. A node may have been reset, or its address may belong to a node of another cluster by now,
 * whose config epochs prove nothing about ours. Node ids are random and never used again, so views of one cluster have some in common.
 * https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#nodes-attributes
 */
export function isSameCluster(view: ClusterView, known: TopologySnapshot): boolean {
  for (const { id } of known.nodes.values()) if (view.nodes.has(id)) return true;
  return false;
}

/** The views of one cluster, where the seeds belong to several: of the one that has slots, and then of the one with the most views. */
export function ofOneCluster(views: readonly ClusterView[]): readonly ClusterView[] {
  let groups: ClusterView[][] = [];
  for (const view of views) {
    const related = groups.filter((group) => group.some((other) => haveCommonNode(view, other)));
    groups = [...groups.filter((group) => !related.includes(group)), [...related.flat(), view]];
  }
  const hasSlots = (group: readonly ClusterView[]): number => (group.some(({ ranges }) => ranges.length > 0) ? 1 : 0);
  const [best = []] = groups.sort((a, b) => hasSlots(b) - hasSlots(a) || b.length - a.length);
  return best;
}

function haveCommonNode(a: ClusterView, b: ClusterView): boolean {
  for (const id of a.nodes.keys()) if (b.nodes.has(id)) return true;
  return false;
}
