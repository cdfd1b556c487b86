import { SlotwiseError } from '../../lib/index.js';
import type { Operation } from './load.js';

/** What became of the operations, and what must be found on the servers. */
export interface Ledger {
  readonly reads: number;
  readonly readErrors: number;
  readonly writes: number;
  readonly acknowledged: number;
  /** Errors that prove that the server did not run it. */
  readonly failed: number;
  /** Errors after which it may have run. */
  readonly unknown: number;
  /** Acknowledged, and gone with the old primary: another INCR got the same reply from the new one. */
  readonly lostByServer: number;
  /** By `code`. */
  readonly errors: ReadonlyMap<string, number>;
  /** Slowest answers, in ms. */
  readonly worstReadMs: number;
  readonly worstWriteMs: number;
}

export function ledgerOf(operations: readonly Operation[]): Ledger {
  const writes = operations.filter(({ kind }) => kind === 'INCR');
  const reads = operations.filter(({ kind }) => kind === 'GET');
  const failures = operations.filter(({ error }) => error !== undefined);
  const executed = ({ error }: Operation): string => (error instanceof SlotwiseError ? error.executed : 'unknown');
  const failedWrites = failures.filter(({ kind }) => kind === 'INCR');
  const acknowledged = writes.filter(({ value }) => value !== null);
  const errors = new Map<string, number>();
  for (const { error } of failures) {
    const code = error instanceof SlotwiseError ? error.code : String(error);
    errors.set(code, (errors.get(code) ?? 0) + 1);
  }
  return {
    reads: reads.length,
    readErrors: failures.length - failedWrites.length,
    writes: writes.length,
    acknowledged: acknowledged.length,
    failed: failedWrites.filter((write) => executed(write) === 'no').length,
    unknown: failedWrites.filter((write) => executed(write) !== 'no').length,
    lostByServer: acknowledged.length - new Set(acknowledged.map(({ key, value }) => `${key} ${value}`)).size,
    errors,
    worstReadMs: slowest(reads),
    worstWriteMs: slowest(writes),
  };
}

function slowest(operations: readonly Operation[]): number {
  return Math.max(0, ...operations.filter(({ error }) => error === undefined).map(({ issuedAt, settledAt }) => settledAt - issuedAt));
}

/** Whether what the servers have is what the callers were told: every acknowledged write, and of the unknown ones any number. */
export function balances({ acknowledged, unknown, lostByServer }: Ledger, found: number): boolean {
  const kept = acknowledged - lostByServer;
  return kept <= found && found <= kept + unknown;
}

/** When the first operation of this kind was answered that was issued after `time`; null: none was. */
export function firstAnswer(operations: readonly Operation[], kind: Operation['kind'], time: number): number | null {
  const answered = operations.filter((one) => one.kind === kind && one.error === undefined && one.issuedAt >= time);
  return answered.length === 0 ? null : Math.min(...answered.map(({ settledAt }) => settledAt));
}

/** Writes that were on their way at this moment: only they may be unknown after it. */
export function onTheWay(operations: readonly Operation[], time: number): number {
  return operations.filter(({ kind, issuedAt, settledAt }) => kind === 'INCR' && issuedAt <= time && settledAt >= time).length;
}
