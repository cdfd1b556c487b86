import type { FailoverMode, NodeRef, Plan } from '../plans/steps.js';
import type { SlotSet } from '../slot-list.js';
import type { AdminNode } from '../state/cluster-state.js';

/** Keys of slots that leave one node for another. */
export interface KeyMove {
  readonly from: AdminNode;
  readonly to: AdminNode;
  readonly slots: SlotSet;
  /** The slots are open already: a part of their keys may be at the target. */
  readonly isOpen: boolean;
  /** Whole slots move, from their owner, and none of their keys has moved yet. */
  readonly canBeAtomic: boolean;
}

/** A node that gets to know another, which is new. */
interface Meeting {
  readonly introducer: AdminNode;
  readonly newcomer: AdminNode;
  /** It gets the functions of the other. */
  readonly copiesFunctions: boolean;
}

/** A node that begins to replicate from another. */
interface Following {
  readonly node: AdminNode;
  readonly primary: AdminNode;
}

interface Promotion {
  readonly node: AdminNode;
  readonly primary: AdminNode | null;
  readonly mode: FailoverMode;
}

/** The parts of a plan that the state of servers can prevent. */
export interface Subjects {
  readonly moves: readonly KeyMove[];
  readonly meetings: readonly Meeting[];
  readonly followings: readonly Following[];
  readonly promotions: readonly Promotion[];
}

/** `nodes`: all nodes of the plan, by id. */
export function subjectsOf({ steps }: Plan, nodes: ReadonlyMap<string, AdminNode>): Subjects {
  const moves: KeyMove[] = [];
  const meetings: Meeting[] = [];
  const followings: Following[] = [];
  const promotions: Promotion[] = [];
  const pair = (a: NodeRef, b: NodeRef): readonly [AdminNode, AdminNode] | null => {
    const [one, other] = [nodes.get(a.id), nodes.get(b.id)];
    return one === undefined || other === undefined ? null : [one, other];
  };
  for (const step of steps) {
    if ('from' in step && 'slots' in step) {
      const [from, to] = pair(step.from, step.to) ?? [];
      if (from !== undefined && to !== undefined)
        moves.push({
          from,
          to,
          slots: step.slots,
          isOpen: step.do === 'moveSlots' && step.replace,
          canBeAtomic: step.do === 'moveSlots' && !step.replace,
        });
    } else if (step.do === 'meet') {
      const [introducer, newcomer] = pair(step.node, step.other) ?? [];
      if (introducer !== undefined && newcomer !== undefined)
        meetings.push({
          introducer,
          newcomer,
          copiesFunctions: steps.some((each) => each.do === 'copyFunctions' && each.to.id === newcomer.id),
        });
    } else if (step.do === 'replicate') {
      const [node, primary] = pair(step.node, step.primary) ?? [];
      if (node !== undefined && primary !== undefined) followings.push({ node, primary });
    } else if (step.do === 'failover') {
      const node = nodes.get(step.node.id);
      if (node !== undefined) promotions.push({ node, primary: nodes.get(node.primaryId ?? '') ?? null, mode: step.mode });
    }
  }
  return { moves, meetings, followings, promotions };
}
