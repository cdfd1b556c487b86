import { failoverRefusal } from '../plans/failover-guard.js';
import { describeStep, type NodeRef, type PlanStep } from '../plans/steps.js';
import { type SlotSet, slotsText } from '../slot-list.js';
import type { AdminNode, ClusterState } from '../state/cluster-state.js';

/** What a step is judged by: what nodes say now, and the keys that they have of slots. */
export interface Look extends ClusterState {
  /** Number of keys by slot and node id, as far as they were counted. */
  readonly keys: ReadonlyMap<number, ReadonlyMap<string, number>>;
}

type StepOf<Kind extends PlanStep['do']> = Extract<PlanStep, { readonly do: Kind }>;

/** The rules of one kind of step. */
interface Guard<Step extends PlanStep> {
  /** The nodes that must answer before the step begins. */
  readonly nodes: (step: Step) => readonly NodeRef[];
  /** More nodes to look at, which the first look has found. */
  readonly peers?: (step: Step, look: ClusterState) => readonly NodeRef[];
  /** The nodes whose keys of the step's slots are counted. */
  readonly counted?: (step: Step) => readonly NodeRef[];
  /** What the step brings about is so already, of each of its slots. */
  readonly isDone: (step: Step, look: Look) => (slot: number) => boolean;
  /** Why the step must not be done as things are; null: it may. Its slots are those that are not done. */
  readonly refusal?: (step: Step, look: Look) => string | null;
}

const always = (): boolean => true;
const never = (): boolean => false;
const when = (condition: boolean): ((slot: number) => boolean) => (condition ? always : never);

/** A row a kind of step. What a node says of itself counts; what it says of others only where they were not asked. */
const GUARDS: { readonly [Kind in PlanStep['do']]: Guard<StepOf<Kind>> } = {
  setEpoch: {
    nodes: ({ node }) => [node],
    isDone: ({ node }, look) => when((look.nodes.get(node.id)?.epoch ?? 0) > 0),
  },
  addSlots: {
    nodes: ({ node }) => [node],
    isDone: ({ node }, look) => owns(look, node),
    refusal: ({ node, slots }, look) => notPrimary(look, node) ?? ownedByAnother(look, node, slots),
  },
  copyFunctions: {
    nodes: ({ from, to }) => [from, to],
    // A member may have functions of its own by now, which a second copy would overwrite.
    isDone: ({ from, to }, look) => when(knows(look, to, from)),
  },
  meet: {
    nodes: ({ node, other }) => [node, other],
    isDone: ({ node, other }, look) => when(knows(look, node, other) && knows(look, other, node)),
  },
  join: { nodes: () => [], isDone: () => never },
  replicate: {
    nodes: ({ node, primary }) => [node, primary],
    isDone: ({ node, primary }, look) => when(look.nodes.get(node.id)?.primaryId === primary.id),
    refusal: ({ node, primary }, look) => notPrimary(look, primary) ?? notEmpty(look, node),
  },
  moveSlots: {
    nodes: ({ from, to }) => [from, to],
    isDone: ({ to }, look) => owns(look, to),
    refusal: ({ from, to, slots, replace }, look) =>
      notPrimary(look, from) ??
      notPrimary(look, to) ??
      notOwned(look, from, slots) ??
      openElsewhere(look, { from, to, slots }) ??
      (replace ? null : openAlready(look, { from, to, slots })),
  },
  gather: {
    nodes: ({ from, to }) => [from, to],
    counted: ({ from }) => [from],
    isDone: ({ from, to }, look) => {
      const isOwner = owns(look, to);
      return (slot) => isOwner(slot) && keysOf(look, from, slot) === 0;
    },
    refusal: ({ to, slots }, look) => notPrimary(look, to) ?? notOwned(look, to, slots),
  },
  takeBack: {
    nodes: ({ from, to }) => [from, to],
    counted: ({ from }) => [from],
    isDone: ({ from, to }, look) => {
      const isOwner = owns(look, to);
      return (slot) => isOwner(slot) && keysOf(look, from, slot) === 0 && !isOpen(look, from, slot) && !isOpen(look, to, slot);
    },
    refusal: ({ from, to, slots }, look) =>
      notPrimary(look, from) ?? notPrimary(look, to) ?? notOwned(look, to, slots) ?? ownedByAnother(look, to, slots),
  },
  assign: {
    nodes: ({ node, others }) => [node, ...others],
    counted: ({ node, others }) => [node, ...others],
    isDone: ({ node, others }, look) => {
      const isOwner = owns(look, node);
      const claimed = others.map((other) => owns(look, other));
      const agreed = [...look.views.keys()].map((id) => ownedInView(look, id, node.id));
      return (slot) => isOwner(slot) && !claimed.some((claims) => claims(slot)) && agreed.every((agrees) => agrees(slot));
    },
    refusal: (step, look) => notPrimary(look, step.node) ?? claimedMeanwhile(step, look),
  },
  close: {
    nodes: ({ node }) => [node],
    counted: ({ node }) => [node],
    isDone:
      ({ node }, look) =>
      (slot) =>
        !isOpen(look, node, slot),
    refusal: ({ node, slots }, look) => {
      const isOwner = owns(look, node);
      const kept = slots.filter((slot) => !isOwner(slot) && keysOf(look, node, slot) > 0);
      return kept.length === 0 ? null : `${node.name} has keys of slots ${slotsText(kept, 4)} by now, which it does not own`;
    },
  },
  forget: {
    nodes: ({ node }) => [node],
    isDone: ({ node, gone }, look) => when(!knows(look, node, gone)),
    refusal: ({ node, gone }, look) => {
      if (look.nodes.get(node.id)?.primaryId === gone.id) return `${node.name} is a replica of ${gone.name}`;
      const owner = look.nodes.get(gone.id);
      return owner !== undefined && owner.slots.length > 0 ? `${gone.name} owns slots ${slotsText(owner.slots, 4)} now` : null;
    },
  },
  reset: {
    nodes: ({ node }) => [node],
    // It has another id afterwards.
    isDone: ({ node }, look) => when(!look.nodes.has(node.id) || look.views.get(node.id)?.known.size === 1),
    refusal: ({ node }, look) => notEmpty(look, node),
  },
  failover: {
    nodes: ({ node }) => [node],
    peers: ({ node }, look) => {
      const primary = look.nodes.get(look.nodes.get(node.id)?.primaryId ?? '');
      return primary === undefined ? [] : [primary];
    },
    isDone: ({ node }, look) => when(look.nodes.get(node.id)?.role === 'primary'),
    refusal: ({ node, mode }, look) => {
      const replica = look.nodes.get(node.id);
      if (mode !== 'coordinated' || replica === undefined) return null;
      return failoverRefusal(replica, look.nodes.get(replica.primaryId ?? ''));
    },
  },
  settle: { nodes: () => [], isDone: () => never },
};

/** What a look at the nodes says of a step. */
export type Verdict =
  /** `step`: what is left of it; null: it is done already. */
  { readonly step: PlanStep | null; readonly refusal: null } | { readonly step: PlanStep; readonly refusal: string };

/** The nodes to look at before a step. */
export function nodesOf(step: PlanStep): readonly NodeRef[] {
  return guardOf(step).nodes(step);
}

/** More nodes to look at before a step, now that its own have been. */
export function peersOf(step: PlanStep, look: ClusterState): readonly NodeRef[] {
  return guardOf(step).peers?.(step, look) ?? [];
}

/** The nodes whose keys of the step's slots are to be counted before it. */
export function countedOf(step: PlanStep): readonly NodeRef[] {
  return guardOf(step).counted?.(step) ?? [];
}

/** Whether what a step brings about is so already. */
export function isDone(step: PlanStep, look: Look): boolean {
  const done = guardOf(step).isDone(step, look);
  return 'slots' in step ? step.slots.every(done) : done(0);
}

/** Judges a step by what its nodes say right before it. */
export function judge(step: PlanStep, look: Look): Verdict {
  const guard = guardOf(step);
  const silent = guard
    .nodes(step)
    .map(({ id }) => look.nodes.get(id))
    .find((node) => node?.reachable === false);
  if (silent !== undefined) return { step, refusal: `${silent.name} cannot be asked: ${silent.problem}` };
  const done = guard.isDone(step, look);
  if (!('slots' in step)) return done(0) ? { step: null, refusal: null } : refusalOf(step, look);
  const left = step.slots.filter((slot) => !done(slot));
  return left.length === 0 ? { step: null, refusal: null } : refusalOf({ ...step, slots: left }, look);
}

function refusalOf(step: PlanStep, look: Look): Verdict {
  const refusal = guardOf(step).refusal?.(step, look) ?? null;
  return refusal === null ? { step, refusal } : { step, refusal: `${refusal}, so it is not safe to ${describeStep(step)}` };
}

function guardOf<Step extends PlanStep>(step: Step): Guard<PlanStep> {
  return GUARDS[step.do] as Guard<PlanStep>; // the row of its own kind
}

function owns(look: Look, { id }: NodeRef): (slot: number) => boolean {
  const node = look.nodes.get(id);
  const slots = new Set(node?.reachable === true ? node.slots : []);
  return (slot) => slots.has(slot);
}

/** Whether a node takes another for the owner: lines of its view are `id slots`. */
function ownedInView(look: Look, viewer: string, owner: string): (slot: number) => boolean {
  const line = look.views
    .get(viewer)
    ?.owners.split('\n')
    .find((each) => each.startsWith(`${owner} `));
  const slots = new Set(parsed(line?.slice(owner.length + 1) ?? ''));
  return (slot) => slots.has(slot);
}

function parsed(text: string): number[] {
  return text === ''
    ? []
    : text.split(',').flatMap((part) => {
        const [first = 0, last = first] = part.split('-').map(Number);
        return Array.from({ length: last - first + 1 }, (_, at) => first + at);
      });
}

function knows(look: Look, node: NodeRef, other: NodeRef): boolean {
  return look.views.get(node.id)?.known.has(other.id) === true;
}

function keysOf(look: Look, { id }: NodeRef, slot: number): number {
  return look.keys.get(slot)?.get(id) ?? 0;
}

function isOpen(look: Look, { id }: NodeRef, slot: number): boolean {
  const node = look.nodes.get(id);
  return node !== undefined && (node.migrating.has(slot) || node.importing.has(slot));
}

function notPrimary(look: Look, { id, name }: NodeRef): string | null {
  return look.nodes.get(id)?.role === 'primary' ? null : `${name} is no primary any more`;
}

function notEmpty(look: Look, { id, name }: NodeRef): string | null {
  const node = look.nodes.get(id);
  if (node === undefined) return null;
  if (node.slots.length > 0) return `${name} owns slots ${slotsText(node.slots, 4)} now`;
  return node.role === 'primary' && node.keys > 0 ? `${name} has keys now` : null;
}

/** Nodes that own one of the slots, in their own view or, where they were not asked, in that of others. */
function ownersOf(look: Look, slots: SlotSet): readonly AdminNode[] {
  const wanted = new Set(slots);
  return [...look.nodes.values()].filter((node) => node.slots.some((slot) => wanted.has(slot)));
}

function notOwned(look: Look, node: NodeRef, slots: SlotSet): string | null {
  const isOwner = owns(look, node);
  const foreign = slots.filter((slot) => !isOwner(slot));
  if (foreign.length === 0) return null;
  const owners = ownersOf(look, foreign).map(({ name }) => name);
  return `${node.name} does not own slots ${slotsText(foreign, 4)} any more${owners.length === 0 ? '' : `, but ${owners.join(', ')}`}`;
}

function ownedByAnother(look: Look, node: NodeRef, slots: SlotSet): string | null {
  const owner = ownersOf(look, slots).find(({ id }) => id !== node.id);
  if (owner === undefined) return null;
  const wanted = new Set(slots);
  return `${owner.name} owns slots ${slotsText(
    owner.slots.filter((slot) => wanted.has(slot)),
    4,
  )} now`;
}

/** The ends and slots of a move. */
interface MoveOfSlots {
  readonly from: NodeRef;
  readonly to: NodeRef;
  readonly slots: SlotSet;
}

/** Slots that are open for a move between other nodes. A target that has become a replica is none: its primary has what it had got. */
function openElsewhere(look: Look, { from, to, slots }: MoveOfSlots): string | null {
  const [source, target] = [look.nodes.get(from.id), look.nodes.get(to.id)];
  const leaving = slots.filter((slot) => {
    const target = source?.migrating.get(slot) ?? to.id;
    return target !== to.id && look.nodes.get(target)?.primaryId !== to.id;
  });
  if (leaving.length > 0) return `${from.name} is sending slots ${slotsText(leaving, 4)} to another node`;
  const coming = slots.filter((slot) => (target?.importing.get(slot) ?? from.id) !== from.id);
  return coming.length > 0 ? `${to.name} is receiving slots ${slotsText(coming, 4)} from another node` : null;
}

/** Slots that another run has opened since the plan was made. */
function openAlready(look: Look, { from, to, slots }: MoveOfSlots): string | null {
  const open = slots.filter((slot) => isOpen(look, from, slot) || isOpen(look, to, slot));
  return open.length === 0 ? null : `another run has begun to move slots ${slotsText(open, 4)} from ${from.name} to ${to.name}`;
}

/**
 * Slots that are to get an owner, and have another one by now: one with keys, one with a newer claim, or any where the new owner was to take
 * slots that nobody owned.
 */
function claimedMeanwhile({ node, others, slots }: StepOf<'assign'>, look: Look): string | null {
  const isOwner = owns(look, node);
  const epoch = look.nodes.get(node.id)?.epoch ?? 0;
  for (const other of others) {
    const claims = owns(look, other);
    const isNewer = (look.nodes.get(other.id)?.epoch ?? 0) > epoch;
    const taken = slots.filter((slot) => claims(slot) && (!isOwner(slot) || isNewer));
    if (taken.length > 0) return `${other.name} owns slots ${slotsText(taken, 4)} now`;
    const full = slots.filter((slot) => claims(slot) && keysOf(look, other, slot) > 0);
    if (full.length > 0) return `${other.name} owns slots ${slotsText(full, 4)} too and has keys of them`;
  }
  return null;
}
