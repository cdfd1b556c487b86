import { checkCluster } from '../check/check-cluster.js';
import { replicationOf } from '../health/replication-facts.js';
import type { AdminNode, ClusterState } from '../state/cluster-state.js';

/** Which of these nodes have no link to their primary yet; null: all have. One that cannot be asked is nothing to wait for. */
export function unlinkedText({ nodes }: ClusterState, ids: ReadonlySet<string>): string | null {
  const names = unlinked(nodes, ids).map(({ name }) => name);
  if (names.length === 0) return null;
  const who = names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} others` : names.join(', ');
  return `the first synchronisation of ${who} with ${names.length === 1 ? 'its primary' : 'their primaries'} has not ended`;
}

/** What is wrong with the links of these nodes, as a check says it. */
export function linkProblems(cluster: ClusterState | null, ids: ReadonlySet<string>): string[] {
  if (cluster === null) return [];
  const names = new Set(unlinked(cluster.nodes, ids).map(({ name }) => name));
  return checkCluster(cluster)
    .filter(({ kind, nodes = [] }) => (kind === 'replica-link' || kind === 'primary-auth') && nodes.some((name) => names.has(name)))
    .map(({ text }) => text);
}

function unlinked(nodes: ClusterState['nodes'], ids: ReadonlySet<string>): AdminNode[] {
  return [...ids].flatMap((id) => {
    const node = nodes.get(id);
    return node?.facts != null && node.reachable && replicationOf(node.facts).link === 'down' ? [node] : [];
  });
}
