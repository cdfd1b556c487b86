import { performance } from '../../runtime/runtime.js';
import { AdminError } from '../admin-error.js';
import { planCreate } from '../plans/create.js';
import { planFix } from '../plans/fix.js';
import { planAddNode, planDelNode, planFailover, planForget, planReplicate } from '../plans/membership.js';
import { begunMoves, leftMarks, type Move, marksToSteps, movesToSteps, refuseUnlessWhole } from '../plans/moves.js';
import { totalsAfter } from '../plans/request.js';
import { describeStep, type Plan, type PlanRequest, type PlanStep, type RequestedMove } from '../plans/steps.js';
import { parseSlotsText, slotsText } from '../slot-list.js';
import { type ClusterState, primariesOf } from '../state/cluster-state.js';
import type { KeyCounts } from '../state/key-counts.js';
import { isDone, type Look } from './guards.js';

/** Where a plan that is made again gets its facts from. */
export interface PlanSources {
  read(): Promise<ClusterState>;
  /** What the server at an address says of itself. */
  server(address: string): Promise<ClusterState>;
  keyCounts(cluster: ClusterState): Promise<KeyCounts>;
  /** Lets news travel: one picture is put together from answers of different moments. */
  pause(): Promise<unknown>;
}

/** How often a cluster is looked at before it counts as changed. */
const LOOKS = 3;
/** After this time it is not looked at again, in ms: somebody does not answer. */
const LOOKS_WITHIN_MS = 2_000;

/** A plan with what it was made for. */
type RequestedPlan = Pick<Plan, 'steps'> & { readonly request: PlanRequest };

/** A plan made again, with what it was made from. */
export interface Replanned {
  readonly plan: Pick<Plan, 'steps'>;
  readonly look: Look;
}

const NO_KEYS: KeyCounts = new Map();

/** Makes a plan again from what it was made for. Rejects where no plan can be made now. */
async function planAgain({ steps, request }: RequestedPlan, sources: PlanSources): Promise<Replanned> {
  if (request.command === 'create') {
    const servers = await Promise.all(request.nodes.map((address) => sources.server(address)));
    return { plan: planCreate(servers, request.replicas), look: { ...mergedOf(servers), keys: NO_KEYS } };
  }
  const cluster = await sources.read();
  const look: Look = { ...cluster, keys: request.command === 'fix' ? await sources.keyCounts(cluster) : NO_KEYS };
  switch (request.command) {
    case 'add-node': {
      const server = await sources.server(request.address);
      return { plan: planAddNode(cluster, server, request.replicaOf), look: { ...mergedOf([server, cluster]), keys: NO_KEYS } };
    }
    case 'replicate':
      return { plan: planReplicate(cluster, request.node, request.primary), look };
    case 'del-node':
      return { plan: planDelNode(cluster, request.node), look };
    case 'forget':
      return { plan: planForget(cluster, request.node), look };
    case 'failover':
      return { plan: planFailover(cluster, request.node, request.mode), look };
    case 'reshard':
      return { plan: movesAgain(cluster, request.moves, steps), look };
    case 'rebalance': {
      const plan = movesAgain(cluster, request.moves, steps);
      refuseOtherTotals(cluster, plan, request);
      return { plan, look };
    }
    case 'fix':
      return { plan: planFix(cluster, look.keys, request), look };
    default:
      return request satisfies never;
  }
}

/** Servers that may be no members of one cluster, each by its own word. */
function mergedOf(servers: readonly ClusterState[]): ClusterState {
  const own = servers.flatMap(({ nodes, views }) => [...nodes.values()].filter(({ id }) => views.has(id)));
  return {
    nodes: new Map([...servers.flatMap(({ nodes }) => [...nodes]), ...own.map((node) => [node.id, node] as const)]),
    views: new Map(servers.flatMap(({ views }) => [...views])),
  };
}

/**
 * The moves as far as they are not done, and the marks that the plan ends as far as they are there. Throws where a slot belongs to none of a
 * move's ends.
 */
function movesAgain(cluster: ClusterState, moves: readonly RequestedMove[], planned: readonly PlanStep[]): Pick<Plan, 'steps'> {
  const { finishable, open } = begunMoves(cluster);
  const moving = moves.flatMap((move): PlanStep[] => {
    const to = cluster.nodes.get(move.to);
    const from = cluster.nodes.get(move.from);
    const left = without(parseSlotsText(move.slots) ?? [], to?.slots ?? []);
    if (left.length === 0) return [];
    for (const [id, node] of [[move.from, from] as const, [move.to, to] as const]) {
      if (node?.reachable !== true || node.role !== 'primary')
        throw new AdminError(`${node?.name ?? id.slice(0, 8)} is no primary that answers any more`);
    }
    if (from === undefined || to === undefined) return [];
    const foreign = without(left, from.slots);
    if (foreign.length > 0) throw new AdminError(`slots ${slotsText(foreign, 4)} belong to other nodes than ${from.name} now`);
    const finish = finishable.filter((each) => each.from.id === from.id && each.to.id === to.id).flatMap(({ slots }) => slots);
    const others = left.filter((slot) => open.has(slot) && !finish.includes(slot));
    if (others.length > 0) throw new AdminError(`slots ${slotsText(others, 4)} are open for another move now`);
    const part = (slots: readonly number[]): Move[] => [{ from, to, slots }];
    return [
      ...movesToSteps(cluster, part(left.filter((slot) => open.has(slot))), true),
      ...movesToSteps(cluster, part(left.filter((slot) => !open.has(slot))), false),
    ];
  });
  const ended = planned.flatMap((step) => (step.do === 'close' ? step.slots.map((slot) => `${step.node.id} ${slot}`) : []));
  const isEnded = new Set(ended);
  const marks = leftMarks(cluster).map((mark) => ({ ...mark, slots: mark.slots.filter((slot) => isEnded.has(`${mark.from.id} ${slot}`)) }));
  const steps = [...moving, ...marksToSteps(marks)];
  if (steps.length === 0) return { steps };
  refuseUnlessWhole(cluster);
  return { steps: [...steps, { do: 'settle' }] };
}

function without(slots: readonly number[], taken: readonly number[]): number[] {
  const set = new Set(taken);
  return slots.filter((slot) => !set.has(slot));
}

/** Throws where the moves that are left would not end in what the rebalance aimed at. */
function refuseOtherTotals(
  cluster: ClusterState,
  plan: Pick<Plan, 'steps'>,
  { totals, useEmpty }: Extract<PlanRequest, { readonly command: 'rebalance' }>,
): void {
  const primaries = primariesOf(cluster);
  const now = totalsAfter(plan, primaries);
  const other = primaries.find(
    ({ id, slots }) => (now[id] ?? 0) !== (totals[id] ?? 0) || (useEmpty && slots.length === 0 && !Object.hasOwn(totals, id)),
  );
  if (other !== undefined) {
    throw new AdminError(`${other.name} would end with ${now[other.id] ?? 0} slots instead of ${totals[other.id] ?? 0}`);
  }
}

/** What a comparison of a plan with the one that comes out now says. */
export type Comparison =
  /** The steps that are left to do, as they come out now and in the order of the plan. */
  { readonly steps: readonly PlanStep[]; readonly change: null } | { readonly change: string };

/**
 * Compares a plan with the one that comes out now: the same, or a part of it while the rest is done, is the same work. A step that would come
 * out besides, or one that does not come out any more though it is not done, is a change.
 */
export function compare(steps: readonly PlanStep[], { plan, look }: Replanned): Comparison {
  const fresh = new Map<string, PlanStep[]>();
  for (const step of plan.steps) fresh.set(keyOf(step), [...(fresh.get(keyOf(step)) ?? []), step]);
  const left: PlanStep[] = [];
  for (const step of steps) {
    const candidates = fresh.get(keyOf(step)) ?? [];
    const { taken, rest, missing } = matched(step, candidates);
    fresh.set(keyOf(step), rest);
    left.push(...taken);
    if (missing !== null && !isDone(missing, look) && !isWait(missing)) return { change: `it would not ${describeStep(missing)} any more` };
  }
  const besides = [...fresh.values()].flat().find((step) => !isWait(step));
  return besides === undefined ? { steps: left, change: null } : { change: `it would now ${describeStep(besides)}` };
}

/** Steps that change nothing. */
function isWait({ do: kind }: PlanStep): boolean {
  return kind === 'settle' || kind === 'join';
}

/** The parts of the steps that come out now which a step of the plan covers, what is left of them, and what of the step is in none of them. */
function matched(
  step: PlanStep,
  candidates: readonly PlanStep[],
): { readonly taken: PlanStep[]; readonly rest: PlanStep[]; readonly missing: PlanStep | null } {
  if (!('slots' in step)) {
    const [first, ...rest] = candidates;
    return { taken: first === undefined ? [] : [first], rest, missing: first === undefined ? step : null };
  }
  const taken: PlanStep[] = [];
  const rest: PlanStep[] = [];
  const found = new Set<number>();
  const wanted = new Set(step.slots);
  for (const candidate of candidates) {
    if (!('slots' in candidate)) continue;
    const has = new Set(candidate.slots);
    const slots = step.slots.filter((slot) => has.has(slot) && !found.has(slot));
    for (const slot of slots) found.add(slot);
    if (slots.length > 0) taken.push({ ...candidate, slots });
    const beyond = candidate.slots.filter((slot) => !wanted.has(slot));
    if (beyond.length > 0) rest.push({ ...candidate, slots: beyond });
  }
  const missing = step.slots.filter((slot) => !found.has(slot));
  return { taken, rest, missing: missing.length === 0 ? null : { ...step, slots: missing } };
}

/** What a step does to whom, slots aside. Who introduces a node, and who is told besides the ends of a move, may be others. */
function keyOf(step: PlanStep): string {
  switch (step.do) {
    case 'setEpoch':
    case 'addSlots':
    case 'assign':
    case 'close':
    case 'reset':
      return `${step.do} ${step.node.id}`;
    case 'failover':
      return `${step.do} ${step.node.id} ${step.mode}`;
    case 'meet':
      return `${step.do} ${step.other.id}`;
    case 'copyFunctions':
      return `${step.do} ${step.to.id}`;
    case 'moveSlots':
    case 'takeBack':
      return `${step.do} ${step.from.id} ${step.to.id}`;
    case 'gather':
      return `${step.do} ${step.from.id} ${step.to.id} ${step.duplicates}`;
    case 'replicate':
      return `${step.do} ${step.node.id} ${step.primary.id}`;
    case 'forget':
      return `${step.do} ${step.node.id} ${step.gone.id}`;
    case 'join':
    case 'settle':
      return step.do;
    default:
      return step satisfies never;
  }
}

/**
 * The steps of a plan that are left, in a cluster that may have changed since. Rejects with an `AdminError` where another plan would come out
 * now.
 */
export async function stepsLeft({ steps, request }: Plan, sources: PlanSources): Promise<readonly PlanStep[]> {
  if (request === undefined) return steps;
  const startedMs = performance.now();
  for (let look = 1; ; look++) {
    try {
      return await stepsLeftNow({ steps, request }, sources);
    } catch (error) {
      if (!(error instanceof AdminError && error.reason === 'changed') || look === LOOKS || performance.now() - startedMs > LOOKS_WITHIN_MS)
        throw error;
      await sources.pause();
    }
  }
}

async function stepsLeftNow(plan: RequestedPlan, sources: PlanSources): Promise<readonly PlanStep[]> {
  const { steps, request } = plan;
  const again = await planAgain(plan, sources).catch(async (error: unknown) => {
    if (!(error instanceof AdminError) || error.reason !== 'refused') throw error;
    // What is done for good often cannot be planned again: a node that was removed has no name any more.
    const look: Look = { ...(await sources.read()), keys: NO_KEYS };
    const isOver = request.command !== 'fix' && steps.every((step) => isWait(step) || isDone(step, look));
    if (isOver) return null;
    throw changed(error.message, error);
  });
  if (again === null) return [];
  const comparison = compare(steps, again);
  if (comparison.change !== null) throw changed(comparison.change);
  return comparison.steps;
}

function changed(change: string, cause?: unknown): AdminError {
  return new AdminError(`the cluster has changed since the plan was made: ${change}. Nothing was done; make a new plan and look at it`, {
    reason: 'changed',
    cause,
  });
}
