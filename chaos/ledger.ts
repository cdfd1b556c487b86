import type { Keys } from './key-space.js';
import { OK, type Operations, PENDING, UNKNOWN } from './operations.js';

/** Span of time in which the servers did not serve, in ms on the clock of `nowMs`. */
export interface Outage {
  /** Moment of the harm. */
  readonly struckAt: number;
  /** Moment at which the servers served again, asked directly. */
  readonly backAt: number;
}

/** Moments of one run, in ms on the clock of `nowMs`. */
export interface Moments {
  /** Moment of the first harm. */
  readonly struckAt: number;
  /** Outages in the order of time; none where the servers never stopped serving. */
  readonly outages: readonly Outage[];
}

/** A client that acknowledges from a node superseded for longer than this has lost the write itself. */
export const LEAVE_MS = 50;

/** Ledger of the operations: what became of them by what callers were told, and by what the servers have in the end. */
export interface Ledger {
  readonly writes: number;
  readonly acknowledged: number;
  /** Writes that rejected with an error that says that they did not run. */
  readonly failed: number;
  /** Writes that rejected with an error after which they may have run. */
  readonly unknown: number;
  /** Writes that were neither answered nor rejected when the load had ended and every deadline had passed. */
  readonly pending: number;
  /** Increments that the servers have. */
  readonly found: number;
  /** Writes that replication lost: acknowledged around an outage, before a client could know of the new primary. */
  readonly lostByServers: number;
  /** Writes that the client lost: acknowledged more than `LEAVE_MS` after an outage, or without one, by a node it had to leave before. */
  readonly lostByUs: number;
  /** Increments that the servers have and nobody may have issued once more. Exact where each write has a counter of its own. */
  readonly twice: number;
  /** Failed writes that ran although their error says that they did not. */
  readonly falselyFailed: number;
  readonly reads: number;
  readonly readsFailed: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly messages: readonly string[];
  /** Time from the end of each outage to the first write that the new primary acknowledged, in ms; Infinity: none was. */
  readonly backMs: readonly number[];
  /** Time from the last outage to the issue of the last operation that failed or was lost, in ms; 0: none after it. */
  readonly lateMs: number;
  /** Slowest answers in ms: before the fault, and from then on. */
  readonly quietMs: number;
  readonly worstWriteMs: number;
  readonly worstReadMs: number;
}

/** Compares what callers were told with what the servers have. `found`: increments by counter. */
export function ledgerOf(writes: Operations, reads: Operations, keys: Keys, found: ArrayLike<number>, moments: Moments): Ledger {
  const counts = countByOutcome(writes);
  const { lost, lostCount } = lostOf(writes, keys, found);
  const { struckAt, outages } = moments;
  const byServers = lost.filter((n) => mayBeLost(at(writes.settledAt, n), outages)).length;
  const readCounts = countByOutcome(reads);
  const lostSet = new Set(lost);
  const worst = worstOf(writes, struckAt);
  const worstReads = worstOf(reads, struckAt);
  return {
    writes: writes.length,
    acknowledged: counts.ok,
    failed: counts.failed,
    unknown: counts.unknown,
    pending: counts.pending + readCounts.pending,
    found: sum(found),
    lostByServers: byServers,
    lostByUs: lostCount - byServers,
    ...executedTooOften(writes, keys, found),
    reads: reads.length,
    readsFailed: readCounts.failed + readCounts.unknown,
    errors: merged(writes.errors, reads.errors),
    messages: [...writes.messages, ...reads.messages],
    backMs: outages.map(({ backAt }) => firstAfter(writes, backAt, lostSet) - backAt),
    lateMs: lateness([writes, reads], outages.at(-1)?.backAt ?? null, lostSet),
    quietMs: Math.max(worst.before, worstReads.before),
    worstWriteMs: worst.after,
    worstReadMs: worstReads.after,
  };
}

/** Replicas are behind by less than this. */
const REPLICATION_MS = 1_000;

function mayBeLost(acknowledgedAt: number, outages: readonly Outage[]): boolean {
  return outages.some(({ struckAt, backAt }) => struckAt - REPLICATION_MS <= acknowledgedAt && acknowledgedAt <= backAt + LEAVE_MS);
}

function countByOutcome({ outcome }: Operations): { pending: number; ok: number; failed: number; unknown: number } {
  const counts = [0, 0, 0, 0];
  for (const one of outcome) counts[one] = at(counts, one) + 1;
  const [pending = 0, ok = 0, failed = 0, unknown = 0] = counts;
  return { pending, ok, failed, unknown };
}

interface OfCounter {
  acknowledged: number;
  /** Failed, and may have run. */
  unknown: number;
}

function byCounter({ length, outcome }: Operations, keys: Keys): OfCounter[] {
  const counters = Array.from({ length: keys.countersOf(length) }, (): OfCounter => ({ acknowledged: 0, unknown: 0 }));
  for (let n = 0; n < length; n++) {
    const counter = counters[keys.counterOf(n)];
    if (counter === undefined) continue;
    if (outcome[n] === OK) counter.acknowledged++;
    else if (outcome[n] === UNKNOWN || outcome[n] === PENDING) counter.unknown++;
  }
  return counters;
}

/** The writes that were acknowledged and are missing: where several share a counter, the last ones acknowledged. */
function lostOf(writes: Operations, keys: Keys, found: ArrayLike<number>): { lost: number[]; lostCount: number } {
  const missing = byCounter(writes, keys).map(({ acknowledged }, counter) => Math.max(0, acknowledged - at(found, counter)));
  const lostCount = sum(missing);
  const lost: number[] = [];
  if (lostCount === 0) return { lost, lostCount };
  const late: number[] = [];
  for (let n = 0; n < writes.length; n++) if (writes.outcome[n] === OK && at(missing, keys.counterOf(n)) > 0) late.push(n);
  late.sort((a, b) => at(writes.settledAt, b) - at(writes.settledAt, a));
  for (const n of late) {
    const counter = keys.counterOf(n);
    if (at(missing, counter) === 0) continue;
    missing[counter] = at(missing, counter) - 1;
    lost.push(n);
  }
  return { lost, lostCount };
}

function executedTooOften(writes: Operations, keys: Keys, found: ArrayLike<number>): { twice: number; falselyFailed: number } {
  let twice = 0;
  let falselyFailed = 0;
  for (const [counter, { acknowledged, unknown }] of byCounter(writes, keys).entries()) {
    const beyond = Math.max(0, at(found, counter) - acknowledged - unknown);
    // A single write of its own that was refused, and ran once.
    if (acknowledged + unknown === 0) {
      falselyFailed += Math.min(1, beyond);
      twice += Math.max(0, beyond - 1);
    } else twice += beyond;
  }
  return { twice, falselyFailed };
}

function firstAfter({ length, outcome, settledAt }: Operations, time: number, without: ReadonlySet<number>): number {
  let first = Number.POSITIVE_INFINITY;
  for (let n = 0; n < length; n++) {
    const settled = at(settledAt, n);
    if (outcome[n] === OK && settled >= time && settled < first && !without.has(n)) first = settled;
  }
  return first;
}

function lateness(all: readonly Operations[], time: number | null, lost: ReadonlySet<number>): number {
  if (time === null) return 0;
  let last = time;
  for (const [which, { length, outcome, issuedAt }] of all.entries()) {
    for (let n = 0; n < length; n++) {
      const isGood = outcome[n] === OK && !(which === 0 && lost.has(n));
      if (!isGood) last = Math.max(last, at(issuedAt, n));
    }
  }
  return last - time;
}

function worstOf({ length, outcome, issuedAt, settledAt }: Operations, struckAt: number): { before: number; after: number } {
  let before = 0;
  let after = 0;
  for (let n = 0; n < length; n++) {
    if (outcome[n] !== OK) continue;
    const tookMs = at(settledAt, n) - at(issuedAt, n);
    if (at(settledAt, n) < struckAt) before = Math.max(before, tookMs);
    else after = Math.max(after, tookMs);
  }
  return { before, after };
}

function at(values: ArrayLike<number>, n: number): number {
  return values[n] ?? 0;
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += at(values, i);
  return total;
}

function merged(...all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const result: Record<string, number> = {};
  for (const one of all) for (const [code, count] of Object.entries(one)) result[code] = (result[code] ?? 0) + count;
  return result;
}
