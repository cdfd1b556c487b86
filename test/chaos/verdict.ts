import type { Bounds, Fault } from './fault.js';
import type { Ledger } from './ledger.js';
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
const HEAP_MORE_BYTES = 8 * 1024 * 1024;
const BLOCKED_BACK_MS = 1_000;

/** What the runs of a fault are measured against: its own bounds, and what nothing may ever cost. */
export function checksOf(fault: Pick<Fault, 'bounds' | 'leaks'>, runs: readonly RunReport[], rate: number): Check[] {
  const ledgers = runs.map(({ ledger }) => ledger);
  const worst = (value: (ledger: Ledger) => number): number => Math.max(...ledgers.map(value));
  return [
    ...boundsOf(fault.bounds, ledgers, rate),
    { what: 'acknowledged writes lost by the client', measured: worst(({ lostByUs }) => lostByUs), atMost: 0 },
    { what: 'executed twice', measured: worst(({ twice }) => twice), atMost: 0 },
    { what: "failed as 'not executed' and executed", measured: worst(({ falselyFailed }) => falselyFailed), atMost: 0 },
    { what: 'never settled', measured: worst(({ pending }) => pending), atMost: 0 },
    ...runs.flatMap(checksOfBlocked),
    ...runs.flatMap(checksOfResources),
  ];
}

function boundsOf(
  { failedWritesMs, readsFailed, back, worstReadMs, aboveQuietMs }: Bounds,
  ledgers: readonly Ledger[],
  rate: number,
): Check[] {
  const worst = (value: (ledger: Ledger) => number): number => Math.max(...ledgers.map(value));
  const checks: Check[] = [];
  const check = (what: string, measured: number, atMost: number | undefined): void => {
    if (atMost !== undefined) checks.push({ what, measured, atMost });
  };
  if (failedWritesMs !== undefined) {
    check(
      'writes failed in a run',
      worst(({ failed, unknown }) => failed + unknown),
      Math.ceil((failedWritesMs * rate) / 1_000),
    );
  }
  check(
    'reads failed in a run',
    worst((ledger) => ledger.readsFailed),
    readsFailed,
  );
  if (back !== undefined) {
    const times = ledgers.flatMap(({ backMs }) => backMs);
    if (back.medianMs !== undefined) check('back, median (ms)', median(times), back.medianMs);
    check('back, worst (ms)', Math.max(...times), back.worstMs);
    check(
      'last operation that failed or was lost, issued after the servers were back (ms)',
      worst(({ lateMs }) => lateMs),
      back.worstMs,
    );
  }
  check(
    'slowest read (ms)',
    worst((ledger) => ledger.worstReadMs),
    worstReadMs,
  );
  check(
    'slowest operation above the quiet time (ms)',
    worst(({ quietMs, worstWriteMs, worstReadMs: read }) => Math.max(worstWriteMs, read) - quietMs),
    aboveQuietMs,
  );
  return checks;
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

function checksOfResources({ resources }: RunReport): Check[] {
  if (resources === null) return [];
  const { before, after } = resources;
  const types = [...new Set([...Object.keys(before.byType), ...Object.keys(after.byType)])].filter((type) => !isOfTheMoment(type));
  return [
    ...types.map((type) => ({
      what: `more open: ${type}`,
      measured: (after.byType[type] ?? 0) - (before.byType[type] ?? 0),
      atMost: HANDLES_MORE,
    })),
    { what: 'more heap (bytes)', measured: after.heapBytes - before.heapBytes, atMost: HEAP_MORE_BYTES },
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
