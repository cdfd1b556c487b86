import { type SlotSet, slotsText } from '../slot-list.js';
import { type NodeRef, type Plan, type PlanRequest, type PlanStep, type RequestedMove, STEP_FIELDS } from './steps.js';

/** The moves of a plan's steps. */
export function movesOf({ steps }: Pick<Plan, 'steps'>): RequestedMove[] {
  return steps.flatMap((step) => (step.do === 'moveSlots' ? [{ from: step.from.id, to: step.to.id, slots: slotsText(step.slots) }] : []));
}

/** Number of slots by node id after the steps. */
export function totalsAfter(
  { steps }: Pick<Plan, 'steps'>,
  primaries: readonly { readonly id: string; readonly slots: SlotSet }[],
): Record<string, number> {
  const totals = new Map(primaries.map(({ id, slots }) => [id, slots.length]));
  for (const step of steps) {
    if (step.do !== 'moveSlots') continue;
    totals.set(step.from.id, (totals.get(step.from.id) ?? 0) - step.slots.length);
    totals.set(step.to.id, (totals.get(step.to.id) ?? 0) + step.slots.length);
  }
  return Object.fromEntries(totals);
}

/** The plan as compact data: of its nodes what reaches and names them, and what it was made for. */
export function requested(plan: Plan, request: PlanRequest): Plan {
  const refs = new Map<string, NodeRef>();
  const refOf = ({ id, name, address, peer }: NodeRef): NodeRef => {
    const known = refs.get(id) ?? { id, name, address, peer };
    refs.set(id, known);
    return known;
  };
  return { ...plan, steps: plan.steps.map((step) => withRefs(step, refOf)), request };
}

/** The step with other references to its nodes. */
function withRefs(step: PlanStep, refOf: (node: NodeRef) => NodeRef): PlanStep {
  const kinds: Readonly<Record<string, string>> = STEP_FIELDS[step.do];
  const replaced = Object.entries(step).map(([name, value]: [string, unknown]) => {
    // The table says which fields are nodes.
    if (kinds[name] === 'node') return [name, refOf(value as NodeRef)] as const;
    return [name, kinds[name] === 'nodes' ? (value as readonly NodeRef[]).map(refOf) : value] as const;
  });
  return Object.fromEntries(replaced) as unknown as PlanStep; // it has the fields that it had
}
