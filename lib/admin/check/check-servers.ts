import type { Problem } from '../health/problem.js';
import { serverProblems } from '../health/server-problems.js';
import { type AdminNode, type ClusterState, replicasOf } from '../state/cluster-state.js';

/** What is wrong with single servers of the cluster, each looked at with its primary and its replicas. */
export function checkServers(cluster: ClusterState): Problem[] {
  return [...cluster.nodes.values()].flatMap((node): Problem[] => {
    if (node.facts === null) return [];
    const primary = node.primaryId === null ? null : (cluster.nodes.get(node.primaryId) ?? null);
    return serverProblems(node.name, node.facts, { primary, replicas: replicasOf(cluster, node.id), peer: peerOf(node) });
  });
}

function peerOf({ peer: { host, port } }: AdminNode): { readonly host: string; readonly port: number } {
  return { host, port };
}
