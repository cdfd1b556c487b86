import type { Bounds, Fault } from './fault.js';
import type { Ledger } from './ledger.js';
import { pubsubChecksOf } from './pubsub/verdict.js';
import type { Resources } from './resources.js';
import type { RunReport } from './run.js';

/** Something that was measured, and what it may be at most. */
export interface Check {
  readonly what: string;
  readonly measured: number;
  readonly atMost: number;
}

export function holds({ measured, atMost }: Check): boolean {
  return measured <= atMost;
}

/** A client's own sockets and timers differ by a few from one moment to the next; what leaks grows with every failover. */
const HANDLES_MORE = 4;
/** Listeners of as many sockets; a leak of one a failover would be a hundred in a hundred. */
const LISTENERS_MORE = HANDLES_MORE * 10;
const HEAP_MORE_BYTES = 8 * 1024 * 1024;
const BLOCKED_BACK_MS = 1_000;

/** What the runs of a fault are measured against: its own bounds, and what nothing may ever cost. */
export function checksOf(fault: Pick<Fault, 'bounds' | 'leaks'>, runs: readonly RunReport[], rate: number): Check[] {
  const ledgers = runs.map(({ ledger }) => ledger);
  const worst = (value: (ledger: Ledger) => number): number => Math.max(...ledgers.map(value));
  return [
    ...boundsOf(fault.bounds, runs, rate),
    { what: 'acknowledged writes lost by the client', measured: worst(({ lostByUs }) => lostByUs), atMost: 0 },
    { what: 'executed twice', measured: worst(({ twice }) => twice), atMost: 0 },
    { what: "failed as 'not executed' and executed", measured: worst(({ falselyFailed }) => falselyFailed), atMost: 0 },
    { what: 'never settled', measured: worst(({ pending }) => pending), atMost: 0 },
    ...runs.flatMap((run) => checksOfList(run, fault.bounds.poisonedMs)),
    ...runs.flatMap((run) => checksOfTransfers(run, fault.bounds.failedTransfers)),
    ...runs.flatMap(checksOfBlocked),
    ...runs.flatMap(({ subscribers }) => (subscribers === null ? [] : pubsubChecksOf(subscribers))),
    ...runs.flatMap(({ resources }) => checksOfResources(resources)),
  ];
}

function boundsOf(bounds: Bounds, runs: readonly RunReport[], rate: number): Check[] {
  const ledgers = runs.map(({ ledger }) => ledger);
  const worst = (value: (ledger: Ledger) => number): number => Math.max(...ledgers.map(value));
  const times = ledgers.flatMap(({ backMs }) => backMs);
  // What was due while the process stood still was issued in one go, before it could read that the connection had broken.
  const stallMs = Math.max(...runs.map((run) => run.stallMs));
  const pileMs = bounds.failedWritesOfOutage ? Math.max(0, ...runs.flatMap(({ outagesMs }) => outagesMs)) : 0;
  const writes = bounds.failedWritesMs === undefined ? undefined : Math.ceil(((bounds.failedWritesMs + pileMs) * rate) / 1_000);
  const stalled = writes === undefined || writes === 0 ? writes : writes + Math.ceil((stallMs * rate) / 1_000);
  const all: readonly (readonly [what: string, measured: number, atMost: number | undefined])[] = [
    ['writes failed in a run', worst(({ failed, unknown }) => failed + unknown), stalled],
    ['reads failed in a run', worst(({ readsFailed }) => readsFailed), bounds.readsFailed],
    ['back, median (ms)', median(times), bounds.back?.medianMs],
    ['back, worst (ms)', Math.max(...times), bounds.back?.worstMs],
    ['failed or lost although issued after the servers were back, last one (ms)', worst(({ lateMs }) => lateMs), bounds.back?.worstMs],
    ['slowest read (ms)', worst(({ worstReadMs }) => worstReadMs), bounds.worstReadMs],
    [
      'slowest operation above the quiet time (ms)',
      worst(({ quietMs, worstWriteMs, worstReadMs }) => Math.max(worstWriteMs, worstReadMs) - quietMs),
      bounds.aboveQuietMs,
    ],
  ];
  return all.flatMap(([what, measured, atMost]) => (atMost === undefined ? [] : [{ what, measured, atMost }]));
}

/** A poisoned read has to fail by itself, and to say why. */
function checksOfList({ list, stallMs }: RunReport, poisonedMs: number | undefined): Check[] {
  if (poisonedMs === undefined) return [];
  const saysWhy = list !== null && /closes the connection at this command/.test(list.error?.message ?? '');
  return [
    { what: 'poisoned read, until it failed (ms)', measured: list?.tookMs ?? Number.POSITIVE_INFINITY, atMost: poisonedMs + stallMs },
    { what: 'poisoned read that does not say why it failed', measured: saysWhy ? 0 : 1, atMost: 0 },
  ];
}

/** A large value that was acknowledged is there as it was sent. */
function checksOfTransfers({ transfers }: RunReport, failedTransfers: number | undefined): Check[] {
  if (failedTransfers === undefined) return [];
  const { uploads = 0, downloads = 0, failed = 0, wrong = 0, pending = 0 } = transfers ?? {};
  return [
    { what: 'large values neither sent nor fetched', measured: Number(uploads === 0) + Number(downloads === 0), atMost: 0 },
    { what: 'large values that failed', measured: failed, atMost: failedTransfers },
    { what: 'large values fetched otherwise than acknowledged', measured: wrong, atMost: 0 },
    { what: 'large values that never settled', measured: pending, atMost: 0 },
  ];
}

function checksOfBlocked({ blocked, blockedBackMs, ledger }: RunReport): Check[] {
  if (blocked === null) return [];
  const allowed = blocked.unknown + ledger.lostByServers;
  return [
    { what: 'blocked callers that were never served again', measured: blocked.stuck, atMost: 0 },
    { what: 'elements delivered twice', measured: blocked.twice, atMost: 0 },
    { what: "elements missing beyond calls that failed as 'unknown' and the servers' loss", measured: blocked.missing, atMost: allowed },
    { what: 'blocked callers served again (ms)', measured: blockedBackMs ?? Number.POSITIVE_INFINITY, atMost: BLOCKED_BACK_MS },
  ];
}

/** What a client may hold more than before. */
export function checksOfResources(
  resources: { readonly before: Resources; readonly after: Resources } | null,
  heapMoreBytes = HEAP_MORE_BYTES,
): Check[] {
  if (resources === null) return [];
  const { before, after } = resources;
  const types = [...new Set([...Object.keys(before.byType), ...Object.keys(after.byType)])].filter((type) => !isOfTheMoment(type));
  return [
    ...types.map((type) => ({
      what: `more open: ${type}`,
      measured: (after.byType[type] ?? 0) - (before.byType[type] ?? 0),
      atMost: HANDLES_MORE,
    })),
    { what: 'more listeners', measured: after.listeners - before.listeners, atMost: LISTENERS_MORE },
    { what: 'more heap (bytes)', measured: after.heapBytes - before.heapBytes, atMost: heapMoreBytes },
  ];
}

/** Writes and callbacks under way. */
function isOfTheMoment(type: string): boolean {
  return /Req|Wrap$|Immediate|TickObject/.test(type) && type !== 'TCPSocketWrap';
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
