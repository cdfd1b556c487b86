import { AdminError } from '../admin-error.js';
import { type MoveUnderWay, moveProblems, refuseBesideMoves } from '../check/moves-under-way.js';
import type { Plan } from '../plans/steps.js';
import type { SlotSet } from '../slot-list.js';
import type { ClusterState } from '../state/cluster-state.js';

/** How a plan chooses the slots that it moves. */
export type SlotChoice =
  /** By how many slots a node has: that changes while others move some. */
  | 'share'
  /** So many of a source: it takes those that another command is about to move. */
  | 'number'
  /** By their numbers. */
  | 'named';

/**
 * Makes a plan of moves beside those that are under way. Throws where both are after the same slots, and where no plan can be made because a
 * cluster in which slots move looks broken for a moment.
 */
export function planBeside(moves: readonly MoveUnderWay[], cluster: ClusterState, choice: SlotChoice, make: () => Plan): Plan {
  if (choice === 'share') refuseBesideMoves(moves, cluster);
  let plan: Plan;
  try {
    plan = make();
  } catch (error) {
    if (error instanceof AdminError && moves.some(({ job }) => job === null)) refuseBesideMoves(moves, cluster);
    throw error;
  }
  const steps = plan.steps.flatMap((step) => (step.do === 'moveSlots' ? [step] : []));
  const disturbs = ({ from, to, slots, job }: MoveUnderWay): boolean =>
    steps.some((step) => {
      // The run finds such a migration and waits for it: a command that lost its server goes on so.
      if (choice === 'named' && job !== null && step.from.id === from && step.to.id === to) return false;
      return (choice === 'number' && step.from.id === from) || haveCommon(step.slots, slots);
    });
  refuseBesideMoves(moves.filter(disturbs), cluster);
  return { ...plan, notes: [...plan.notes, ...moveProblems(moves, cluster).map(({ text }) => text)] };
}

function haveCommon(some: SlotSet, others: SlotSet): boolean {
  const set = new Set(some);
  return others.some((slot) => set.has(slot));
}
