import { show } from '../../errors.js';
import { bytesText } from '../health/amounts.js';
import type { Plan, PlanStep } from '../plans/steps.js';
import { count, slotsText } from '../slot-list.js';
import type { AdminNode } from '../state/cluster-state.js';
import { type Finding, note } from './finding.js';
import { settingOf } from './server-facts.js';
import type { BigKey } from './slot-content.js';
import type { KeyMove } from './subjects.js';

/** From here on a key is named: the nodes serve nobody else for some 0.05 s while it moves. */
export const BIG_BYTES = 8 * 1_048_576;
const MAX_NAMED = 5;

/**
 * What moving a key costs source and target together, in ms: measured with MIGRATE between two processes on one machine, keys of 200 MiB with
 * short elements, Redis 7.0: string 0.8 s, list 0.25 s, sorted set of 2 million 2.1 s, hash of 2 million 4.6 s, hash of 200,000 1.2 s.
 */
const MS_PER_MIB: Readonly<Record<string, number>> = { list: 1.5 };
const DEFAULT_MS_PER_MIB = 4;
/** Each element is allocated for itself at the target. */
const MS_PER_ELEMENT: Readonly<Record<string, number>> = { hash: 0.0015, set: 0.0015, zset: 0.001 };

export function moveMs({ bytes, type, length }: Pick<BigKey, 'bytes' | 'type' | 'length'>): number {
  return (bytes / 1_048_576) * (MS_PER_MIB[type] ?? DEFAULT_MS_PER_MIB) + length * (MS_PER_ELEMENT[type] ?? 0);
}

/** Names the large keys that a move takes key by key. */
export function bigKeyFindings({ from, to }: Pick<KeyMove, 'from' | 'to'>, bigKeys: readonly BigKey[]): Finding[] {
  const named = bigKeys.slice(0, MAX_NAMED).map((big) => {
    const ms = moveMs(big);
    const key = show(big.key.toString());
    return note(
      `slot ${big.slot}: key ${key} (${big.type}, ${bytesText(big.bytes)}) blocks both nodes for about ${seconds(ms)} while it moves${downNote(ms, from, to)}`,
    );
  });
  const more = bigKeys.length - named.length;
  return more <= 0 ? named : [...named, note(`${count(more, 'more key')} of ${bytesText(BIG_BYTES)} or more from ${from.name}`)];
}

/** A node that is silent for longer than this is taken for down by the others. */
function downNote(ms: number, ...nodes: readonly AdminNode[]): string {
  const timeouts = nodes.flatMap((node) => settingOf(node, 'cluster-node-timeout') ?? []);
  const least = Math.min(...timeouts);
  return ms * 2 < least || timeouts.length === 0 ? '' : `, and others may take them for down (cluster-node-timeout ${least})`;
}

function seconds(ms: number): string {
  return ms < 950 ? `${Math.max(0.1, Math.round(ms / 100) / 10)} s` : `${Math.round(ms / 1_000)} s`;
}

/** Slots with a large key, by the id of the node that has it. */
export type BigSlots = ReadonlyMap<string, ReadonlySet<number>>;

/**
 * The plan with slots that have large keys last, each source's in a step of its own: what else is to move has moved when they block.
 * `blocks`: whether a step moves keys one by one.
 */
export function bigSlotsLast(plan: Plan, big: BigSlots, blocks: (step: PlanStep) => boolean = () => true): Plan {
  const parts = plan.steps.map((step) => (blocks(step) ? split(step, big) : split(step, NO_SLOTS)));
  const late = parts.flatMap(([, own]) => own);
  if (late.length === 0) return plan;
  const early = parts.map(([own]) => own);
  const lastMove = plan.steps.map(({ do: kind }) => kind).lastIndexOf('moveSlots');
  return { ...plan, steps: [...early.slice(0, lastMove + 1).flat(), ...late, ...early.slice(lastMove + 1).flat()] };
}

/** The plan without the slots that have keys over the limit, which stay where they are. */
export function withoutSlots(plan: Plan, big: BigSlots, limit: number): Plan {
  const parts = plan.steps.map((step) => split(step, big));
  const stays = parts.flatMap(([, own]) => own.flatMap(({ slots }) => slots));
  if (stays.length === 0) return plan;
  const steps = parts.flatMap(([own]) => own);
  const text = `slots ${slotsText(stays, 8)} stay where they are: they have keys of more than ${limit.toLocaleString('en-US')} bytes (--skip-larger)`;
  const isRest = steps.some(({ do: kind }) => kind !== 'settle');
  const title = isRest ? `${plan.title}, but ${count(stays.length, 'slot')} with large keys` : 'nothing to move but slots with large keys';
  return { ...plan, title, steps: isRest ? steps : [], notes: [...plan.notes, text] };
}

const NO_SLOTS: BigSlots = new Map();

type MoveStep = Extract<PlanStep, { readonly do: 'moveSlots' }>;

function split(step: PlanStep, big: BigSlots): readonly [rest: readonly PlanStep[], big: readonly MoveStep[]] {
  if (step.do !== 'moveSlots') return [[step], []];
  const slots = big.get(step.from.id);
  const late = step.slots.filter((slot) => slots?.has(slot) === true);
  if (late.length === 0) return [[step], []];
  const rest = step.slots.filter((slot) => slots?.has(slot) !== true);
  return [rest.length === 0 ? [] : [{ ...step, slots: rest }], [{ ...step, slots: late }]];
}
