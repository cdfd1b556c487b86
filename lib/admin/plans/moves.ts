import { AdminError } from '../admin-error.js';
import { checkCluster } from '../check/check-cluster.js';
import type { Problem } from '../health/problem.js';
import type { SlotSet } from '../slot-list.js';
import { type AdminNode, type ClusterState, primariesOf } from '../state/cluster-state.js';
import type { PlanStep } from './steps.js';

/** Slots that leave one node for another. */
export interface Move {
  readonly from: AdminNode;
  readonly to: AdminNode;
  readonly slots: SlotSet;
}

/** Options of the look at the keys that a plan moves. */
export interface LookOptions {
  /** Leaves slots where they are that have a key of more than so many bytes. Default: none. */
  readonly skipLarger?: number;
  /** Signal to end the look at the keys, which may be many: no plan is made then, and the call rejects with an `AdminError`. */
  readonly stop?: AbortSignal;
}

/** Errors that moving slots would make worse; others may be the reason to move them. */
const IN_THE_WAY: ReadonlySet<Problem['kind']> = new Set(['unreachable', 'uncovered', 'contested', 'disagreement', 'unknown', 'down']);

/** Throws for a cluster that is not whole. */
export function refuseUnlessWhole(cluster: ClusterState): void {
  const broken = checkCluster(cluster).filter(({ severity, kind }) => severity === 'error' && IN_THE_WAY.has(kind));
  const [first] = broken;
  if (first === undefined) return;
  const more = broken.length > 1 ? ` (and ${broken.length - 1} more problems)` : '';
  const advice = first.kind === 'unreachable' ? '' : '; mend it with: slotwise cluster fix';
  throw new AdminError(`the cluster is not whole: ${first.text}${more}. See: slotwise cluster check${advice}`);
}

/** Slots that an interrupted run left open, and the moves among them that can be finished. */
export function openMoves(cluster: ClusterState): { readonly finishable: readonly Move[]; readonly open: ReadonlySet<number> } {
  const open = new Set<number>();
  const moves = new Map<string, { from: AdminNode; to: AdminNode; slots: number[] }>();
  const note = (slot: number, from: AdminNode | undefined, to: AdminNode | undefined): void => {
    open.add(slot);
    if (from === undefined || to === undefined || !from.slots.includes(slot) || to.role !== 'primary' || !to.reachable) return;
    const key = `${from.id} ${to.id}`;
    const move = moves.get(key) ?? { from, to, slots: [] };
    if (!move.slots.includes(slot)) move.slots.push(slot);
    moves.set(key, move);
  };
  for (const node of primariesOf(cluster)) {
    // A target that follows another node by now has handed over to it what it had got.
    for (const [slot, peer] of node.migrating) note(slot, node, cluster.nodes.get(cluster.nodes.get(peer)?.primaryId ?? peer));
    for (const [slot, peer] of node.importing) note(slot, cluster.nodes.get(peer), node);
  }
  return { finishable: [...moves.values()], open };
}

export function movesToSteps(cluster: ClusterState, moves: readonly Move[], replace: boolean): PlanStep[] {
  const primaries = primariesOf(cluster);
  return moves
    .filter(({ slots }) => slots.length > 0)
    .map(({ from, to, slots }) => ({
      do: 'moveSlots' as const,
      from,
      to,
      slots: [...slots].sort((a, b) => a - b),
      replace,
      others: primaries.filter(({ id }) => id !== from.id && id !== to.id),
    }));
}
