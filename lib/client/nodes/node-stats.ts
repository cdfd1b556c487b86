import type { ClientStats, NodeStats } from '../stats.js';
import type { Deployment } from './deployment.js';

/** What `stats()` says of a deployment: its nodes, and its ring if it is one. */
export function deploymentStats(deployment: Deployment): Pick<ClientStats, 'nodes' | 'ring'> {
  return { nodes: nodeStats(deployment), ring: deployment.ringStats };
}

/** Counters of the nodes of a deployment, for people and tests. */
function nodeStats(deployment: Deployment): NodeStats[] {
  return deployment.nodes.all().map((node) => ({
    node: node.key,
    role: deployment.facts.roleOf(node.key),
    sent: node.sent,
    reads: node.reads,
    writes: node.writes,
    fallbacks: node.fallbacks,
    hedged: node.hedged,
    hedgeWins: node.hedgeWins,
    inFlight: node.load,
    rttMs: node.rttMs,
    reachable: node.unreachableReason === null,
    exclusiveConnections: node.exclusiveConnections,
    priority: deployment.snapshot?.nodes.get(node.key)?.tier ?? 0,
    weight: deployment.snapshot?.nodes.get(node.key)?.weight ?? 1,
    ...deployment.replicaHealth.statsOf(node.key),
  }));
}
