import { inOrder, type Problem } from '../health/problem.js';
import { folded } from '../health/server-problems.js';
import type { ClusterState } from '../state/cluster-state.js';
import { AGREEMENT_RULES } from './agreement-rules.js';
import { checkServers } from './check-servers.js';
import type { ClusterRule } from './cluster-rule.js';
import { LAYOUT_RULES } from './layout-rules.js';
import { moveProblems, movesUnderWay, stateOnly } from './moves-under-way.js';
import { type SlotTroubles, slotTroubles } from './slot-troubles.js';

/** What the nodes of a cluster are looked at for, together. */
export const CLUSTER_RULES: readonly ClusterRule[] = [...AGREEMENT_RULES, ...LAYOUT_RULES];

/** All problems that one picture of the cluster shows, errors first. */
export function checkCluster(cluster: ClusterState): Problem[] {
  const moves = movesUnderWay([stateOnly(cluster)]);
  return inOrder(folded([...problemsOf(cluster), ...moveProblems(moves, cluster)]));
}

/** The same, one problem a node. `troubles`: the slots to tell of. */
export function problemsOf(cluster: ClusterState, troubles: SlotTroubles = slotTroubles(cluster)): Problem[] {
  return [
    ...CLUSTER_RULES.flatMap(({ severity, kind, find }) =>
      find(cluster, troubles).map((finding): Problem => ({ severity, kind, ...finding })),
    ),
    ...checkServers(cluster),
  ];
}
