import type { Problem } from '../health/problem.js';
import type { ClusterState } from '../state/cluster-state.js';
import type { SlotTroubles } from './slot-troubles.js';

/** A problem without what its rule says. */
export type Found = Pick<Problem, 'text' | 'nodes' | 'slots'>;

/** What can be wrong with what nodes make together, and the test that finds it. */
export interface ClusterRule {
  readonly severity: Problem['severity'];
  readonly kind: Problem['kind'];
  /** When it is found, as the documentation tells it. */
  readonly when: string;
  readonly find: (cluster: ClusterState, troubles: SlotTroubles) => readonly Found[];
}

export function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
