import { type KnownReplica, listedOf } from '../health/listed-replica.js';
import type { Problem } from '../health/problem.js';
import { replicationOf } from '../health/replication-facts.js';
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
export function contextOf(node: AdminNode, cluster: ClusterState): ServerContext {
  const primary = node.primaryId === null ? null : (cluster.nodes.get(node.primaryId) ?? null);
  const others = primary === null ? [] : replicasOf(cluster, primary.id).filter(({ id }) => id !== node.id);
  return {
    primary,
    replicas: replicasOf(cluster, node.id),
    listed: primary?.facts == null ? null : listedOf(replicationOf(primary.facts), knownAs(node), others.map(knownAs)),
  };
}

function knownAs({ peer: { host, port }, address, facts }: AdminNode): KnownReplica {
  return { addresses: address === null ? [{ host, port }] : [{ host, port }, address], facts };
}
