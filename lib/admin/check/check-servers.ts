import type { Problem } from '../health/problem.js';
import type { ServerContext } from '../health/server.js';
import { serverProblems } from '../health/server-problems.js';
import { type AdminNode, type ClusterState, replicasOf } from '../state/cluster-state.js';

/** What is wrong with single servers of the cluster, each looked at with its primary and its replicas. */
export function checkServers(cluster: ClusterState): Problem[] {
  return [...cluster.nodes.values()].flatMap((node): Problem[] =>
    node.facts === null ? [] : serverProblems(node.name, node.facts, contextOf(node, cluster)),
  );
}

/** A node among its neighbours. */
export function contextOf({ id, primaryId, peer: { host, port } }: AdminNode, cluster: ClusterState): ServerContext {
  return {
    primary: primaryId === null ? null : (cluster.nodes.get(primaryId) ?? null),
    replicas: replicasOf(cluster, id),
    peer: { host, port },
  };
}
