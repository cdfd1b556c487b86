import { AdminError } from '../admin-error.js';
import { checkCluster } from '../check/check-cluster.js';
import type { Problem } from '../health/problem.js';
import type { SlotSet } from '../slot-list.js';
import { type AdminNode, type ClusterState, primariesOf } from '../state/cluster-state.js';
import { byPair, openEndsOf, passageOf } from '../state/open-slots.js';
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
export function begunMoves(cluster: ClusterState): { readonly finishable: readonly Move[]; readonly open: ReadonlySet<number> } {
  const ends = primariesOf(cluster).flatMap(openEndsOf);
  // A target that follows another node by now has handed over to it what it had got.
  const targetOf = (id: string): string => cluster.nodes.get(id)?.primaryId ?? id;
  const passages = ends.map(passageOf).map((passage) => ({ ...passage, to: targetOf(passage.to) }));
  const finishable = byPair(passages).flatMap((pair): Move[] => {
    const [from, to] = [cluster.nodes.get(pair.from), cluster.nodes.get(pair.to)];
    if (from === undefined || to === undefined || to.role !== 'primary' || !to.reachable) return [];
    const owned = new Set(from.slots);
    const slots = pair.slots.filter((slot) => owned.has(slot));
    return slots.length === 0 ? [] : [{ from, to, slots }];
  });
  return { finishable, open: new Set(ends.map(({ slot }) => slot)) };
}

/**
 * Slots that a node is marked as sending though their target owns them already: it took them over without telling the source, and some
 * servers keep the mark when they hear of it by gossip. It is all that is left of such a move.
 */
export function leftMarks(cluster: ClusterState): Move[] {
  const passages = primariesOf(cluster)
    .flatMap(openEndsOf)
    .filter(({ way }) => way === 'migrating')
    .map(passageOf);
  return byPair(passages).flatMap((pair): Move[] => {
    const [from, to] = [cluster.nodes.get(pair.from), cluster.nodes.get(pair.to)];
    if (from === undefined || to?.reachable !== true || to.role !== 'primary') return [];
    const [given, taken] = [new Set(from.slots), new Set(to.slots)];
    const slots = pair.slots.filter((slot) => taken.has(slot) && !given.has(slot) && !to.importing.has(slot));
    return slots.length === 0 ? [] : [{ from, to, slots }];
  });
}

/** Steps that end what is left of moves at their sources. */
export function marksToSteps(marks: readonly Move[]): PlanStep[] {
  return marks.flatMap(({ from, slots }): PlanStep[] => (slots.length === 0 ? [] : [{ do: 'close', node: from, slots }]));
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
