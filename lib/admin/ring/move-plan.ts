import { bytesText, durationText } from '../health/amounts.js';
import { count } from '../slot-list.js';

/** A key that was looked at, with where the placements put it. */
export interface SampledKey {
  /** Its memory at the source; null: not known. */
  readonly bytes: number | null;
  /** It is where the old placement puts it. */
  readonly isAtHome: boolean;
  /** Name of the place that it moves to; null: it stays. */
  readonly to: string | null;
}

/** One server that gives keys, as far as its keys were looked at. */
export interface SampledSource {
  readonly name: string;
  /** All of its keys. */
  readonly keys: number;
  readonly samples: readonly SampledKey[];
}

/** Keys that go from one place to another. */
export interface KeyMoveStep {
  readonly do: 'move';
  readonly from: string;
  readonly to: string;
  /** About so many, where not all were looked at. */
  readonly keys: number;
  /** Null: the sources do not say how large keys are. */
  readonly bytes: number | null;
}

/** What moves when a store of keys becomes another one: an estimate from samples, for people to decide by. */
export interface MovePlan {
  readonly title: string;
  readonly steps: readonly KeyMoveStep[];
  /** Consequences that the operator should know. */
  readonly notes: readonly string[];
  /** Keys of all sources. */
  readonly totalKeys: number;
  /** Keys that were looked at. */
  readonly sampled: number;
  /** Part of the keys that moves, from 0 to 1. */
  readonly share: number;
  /** Part that moves by the best of placements, which moves no key that may stay, by the weights. */
  readonly leastShare: number;
  /** Part of the keys that is not where the old placement puts it. */
  readonly strayShare: number;
  /** About how long the move takes, in ms. */
  readonly durationMs: number;
}

/** Weights of members by identity: equal identities in two stores are the same servers. */
export type Weights = ReadonlyMap<string, number>;

/** What is known of both stores besides the samples. */
export interface PlanFacts {
  readonly weights: { readonly from: Weights; readonly to: Weights };
  /** Bounds of the run; null: none. */
  readonly limits: { readonly keysPerSecond: number | null; readonly bytesPerSecond: number | null };
  /** Keys move, too, that are not where the old placement puts them. */
  readonly strays: boolean;
  /** What was found out on the way. */
  readonly notes: readonly string[];
}

/** What one source gives a second where nothing bounds it: measured with 100-byte values, on a machine of two cores that was busy. */
const KEYS_PER_SECOND = 15_000;
const BYTES_PER_SECOND = 60 * 1_048_576;
/** Beyond this part the old placement is hardly what the services use. */
export const MOST_STRAYS = 0.05;
/** A placement that moves so much more than the best one is remarked on. */
const MUCH_MORE = 1.6;

/** Plans the move from samples of every source. Pure. */
export function planMove(sources: readonly SampledSource[], facts: PlanFacts): MovePlan {
  const steps = sources.flatMap((source) => stepsOf(source, facts.strays));
  const totalKeys = sum(sources.map(({ keys }) => keys));
  // The parts are rounded.
  const moving = Math.min(totalKeys, sum(steps.map(({ keys }) => keys)));
  const sampled = sum(sources.map(({ samples }) => samples.length));
  const strays = sum(sources.map((source) => source.keys * partOf(source, ({ isAtHome, to }) => !isAtHome && to !== null)));
  const share = totalKeys === 0 ? 0 : moving / totalKeys;
  const strayShare = totalKeys === 0 ? 0 : strays / totalKeys;
  const leastShare = leastShareOf(facts.weights.from, facts.weights.to);
  const about = sampled < totalKeys ? 'about ' : '';
  const durationMs = durationOf(steps, facts.limits);
  const title =
    moving === 0
      ? `nothing to move: ${totalKeys === 0 ? 'there are no keys' : `all of ${count(totalKeys, 'key')} are where they belong`}`
      : `move ${about}${count(moving, 'key')} of ${totalKeys.toLocaleString('en-US')} (${percent(share)}), ${sizeText(steps)}in about ${durationText(durationMs)}`;
  const plan = { title, steps, totalKeys, sampled, share, leastShare, strayShare, durationMs };
  return { ...plan, notes: [...notesOf(plan, facts.strays), ...facts.notes] };
}

export function describeKeyMove({ from, to, keys, bytes }: KeyMoveStep): string {
  return `move ${count(keys, 'key')}${bytes === null ? '' : ` (${bytesText(bytes)})`} from ${from} to ${to}`;
}

/**
 * The part of the keys that has to move whatever the placement, by the shares of the members before and after: n equal ones that become n + k
 * give k / (n + k).
 */
export function leastShareOf(from: Weights, to: Weights): number {
  const before = sum([...from.values()]);
  const after = sum([...to.values()]);
  if (before === 0 || after === 0) return 0;
  return 1 - sum([...from].map(([id, weight]) => Math.min(weight / before, (to.get(id) ?? 0) / after)));
}

function stepsOf(source: SampledSource, strays: boolean): KeyMoveStep[] {
  const { name, keys, samples } = source;
  const groups = new Map<string, { keys: number; measured: number; bytes: number }>();
  for (const { to, bytes, isAtHome } of samples) {
    if (to === null || !(isAtHome || strays)) continue;
    const group = groups.get(to) ?? { keys: 0, measured: 0, bytes: 0 };
    group.keys++;
    if (bytes !== null) {
      group.measured++;
      group.bytes += bytes;
    }
    groups.set(to, group);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([to, group]) => {
      const about = Math.max(1, Math.round((keys * group.keys) / samples.length));
      return {
        do: 'move',
        from: name,
        to,
        keys: about,
        bytes: group.measured === 0 ? null : Math.round((about * group.bytes) / group.measured),
      };
    });
}

function partOf({ samples }: SampledSource, test: (key: SampledKey) => boolean): number {
  return samples.length === 0 ? 0 : samples.filter(test).length / samples.length;
}

/** Sources give keys side by side, so the largest one counts; the bounds are for all together. */
function durationOf(steps: readonly KeyMoveStep[], { keysPerSecond, bytesPerSecond }: PlanFacts['limits']): number {
  const sources = [...new Set(steps.map(({ from }) => from))].map((name) => steps.filter(({ from }) => from === name));
  const unbounded = sources.map((own) => keysOf(own) / KEYS_PER_SECOND + bytesOf(own) / BYTES_PER_SECOND);
  const bounded = [
    keysPerSecond === null ? 0 : keysOf(steps) / keysPerSecond,
    bytesPerSecond === null ? 0 : bytesOf(steps) / bytesPerSecond,
  ];
  return Math.max(0, ...unbounded, ...bounded) * 1_000;
}

function notesOf({ steps, share, leastShare, strayShare }: Omit<MovePlan, 'notes'>, strays: boolean): string[] {
  const notes: string[] = [];
  if (steps.length > 0 && leastShare > 0 && leastShare < 1) {
    const text = `the least that any placement could move is ${percent(leastShare)}`;
    notes.push(
      share > leastShare * MUCH_MORE
        ? `${text}: this one moves ${(share / leastShare).toFixed(1)} times as much, as modula, and a change of the placement, do`
        : text,
    );
  }
  if (strayShare > 0) {
    const what = strays
      ? 'they move, too'
      : strayShare > MOST_STRAYS
        ? 'is the placement that of the services? The move refuses, unless with --strays'
        : 'they stay where they are, unless with --strays';
    notes.push(`${percent(strayShare)} of the keys are not where the old placement puts them: ${what}`);
  }
  return notes;
}

function sizeText(steps: readonly KeyMoveStep[]): string {
  const bytes = bytesOf(steps);
  return bytes === 0 ? '' : `${bytesText(bytes)}, `;
}

function keysOf(steps: readonly KeyMoveStep[]): number {
  return sum(steps.map(({ keys }) => keys));
}

function bytesOf(steps: readonly KeyMoveStep[]): number {
  return sum(steps.map(({ bytes }) => bytes ?? 0));
}

function percent(part: number): string {
  const number = part * 100;
  return `${number >= 10 || number === 0 ? Math.round(number) : number < 0.1 ? '<0.1' : number.toFixed(1)} %`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
