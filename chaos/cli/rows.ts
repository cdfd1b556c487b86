import { grouped } from '../../scripts/demo/report.js';
import type { ContestantName } from '../clients.js';
import type { RunReport } from '../run.js';
import type { Suite } from '../suites.js';
import { type Check, checksOf, holds, median } from '../verdict.js';

/** A fault under a client's load, all runs together. */
export interface Row {
  readonly topology: Suite['topology'];
  readonly fault: string;
  readonly client: ContestantName;
  readonly runs: readonly RunReport[];
  readonly checks: readonly Check[];
  readonly failures: readonly Check[];
  readonly crashes: readonly string[];
  readonly cells: readonly string[];
}

interface Column {
  readonly title: string;
  readonly width: number;
  readonly cell: (runs: readonly RunReport[]) => string;
}

const worst = (runs: readonly RunReport[], value: (run: RunReport) => number): string => ms(Math.max(...runs.map(value)));
const total = (runs: readonly RunReport[], value: (run: RunReport) => number): string =>
  grouped(runs.reduce((sum, run) => sum + value(run), 0));

/** Counts are of all runs together, times the worst of them unless it says otherwise. */
const COLUMNS: readonly Column[] = [
  { title: 'runs', width: 4, cell: (runs) => String(runs.length) },
  { title: 'writes', width: 8, cell: (runs) => total(runs, ({ ledger }) => ledger.writes) },
  { title: 'acknowl.', width: 8, cell: (runs) => total(runs, ({ ledger }) => ledger.acknowledged) },
  { title: 'failed', width: 7, cell: (runs) => total(runs, ({ ledger }) => ledger.failed) },
  { title: 'unknown', width: 7, cell: (runs) => total(runs, ({ ledger }) => ledger.unknown) },
  { title: 'stuck', width: 6, cell: (runs) => total(runs, ({ ledger }) => ledger.pending) },
  { title: 'found', width: 8, cell: (runs) => total(runs, ({ ledger }) => ledger.found) },
  { title: 'reads failed', width: 12, cell: (runs) => total(runs, ({ ledger }) => ledger.readsFailed) },
  { title: 'outage', width: 6, cell: (runs) => middleOf(runs.flatMap(({ outagesMs }) => outagesMs)) },
  { title: 'back: median', width: 12, cell: (runs) => middleOf(backsOf(runs)) },
  { title: 'worst', width: 6, cell: (runs) => (backsOf(runs).length === 0 ? '-' : ms(Math.max(...backsOf(runs)))) },
  { title: 'slowest INCR', width: 12, cell: (runs) => worst(runs, ({ ledger }) => ledger.worstWriteMs) },
  { title: 'GET', width: 6, cell: (runs) => worst(runs, ({ ledger }) => ledger.worstReadMs) },
  { title: 'stall', width: 5, cell: (runs) => worst(runs, ({ stallMs }) => stallMs) },
  { title: 'lost by client', width: 14, cell: (runs) => total(runs, ({ ledger }) => ledger.lostByUs) },
  { title: 'by servers', width: 10, cell: (runs) => total(runs, ({ ledger }) => ledger.lostByServers) },
  { title: 'direct', width: 6, cell: (runs) => (runs.some(({ direct }) => direct !== null) ? total(runs, lostDirectly) : '-') },
  { title: 'twice', width: 5, cell: (runs) => total(runs, ({ ledger }) => ledger.twice) },
];

function lostDirectly({ direct }: RunReport): number {
  return direct?.lost ?? 0;
}

function backsOf(runs: readonly RunReport[]): number[] {
  return runs.flatMap(({ ledger }) => ledger.backMs);
}

function middleOf(values: readonly number[]): string {
  return values.length === 0 ? '-' : ms(median(values));
}

/** A time in ms as text; infinite: it never happened. */
export function ms(value: number): string {
  return Number.isFinite(value) ? grouped(Math.round(value)) : 'never';
}

export const widths: readonly number[] = [70, 10, ...COLUMNS.map(({ width }) => width)];

export function headingOf(): string[] {
  return ['fault', 'client', ...COLUMNS.map(({ title }) => title)];
}

/** What only some faults look at. */
export function notesOf({ subscribers, resources, blocked, list, transfers }: RunReport): string[] {
  const notes: string[] = [];
  if (blocked !== null)
    notes.push(`blocked callers: ${grouped(blocked.delivered)} elements, ${blocked.missing} missing, ${blocked.twice} twice`);
  if (subscribers !== null) {
    const { acknowledged, missing, hidden, hiddenByServers, twice, disordered, gaps, backMs } = subscribers;
    const unseen = `${hidden - hiddenByServers} in no gap and ${hiddenByServers} by servers`;
    const counts = `${grouped(acknowledged)} messages, ${grouped(missing)} missing (${unseen}), ${twice} twice, ${disordered} out of order`;
    notes.push(`subscribers: ${counts}, ${gaps} gaps, back after at most ${ms(Math.max(0, ...backMs))} ms`);
  }
  if (list !== null) notes.push(`poisoned read: ${list.outcome} after ${ms(list.tookMs)} ms, ${list.error?.message ?? 'no error'}`);
  if (transfers !== null) {
    const { uploads, downloads, failed, wrong, pending, slowestMs, messages } = transfers;
    const counts = `${uploads} sent, ${downloads} fetched, ${failed} failed, ${wrong} wrong, ${pending} stuck, slowest ${ms(slowestMs)} ms`;
    notes.push(`large values: ${[counts, ...messages].join('; ')}`);
  }
  if (resources !== null) notes.push(`before and after: ${resourceNotes(resources)}`);
  return notes;
}

export function resourceNotes({ before, after }: NonNullable<RunReport['resources']>): string {
  const count = (type: string): string => `${before.byType[type] ?? 0} → ${after.byType[type] ?? 0}`;
  const heap = `heap ${(before.heapBytes / 1e6).toFixed(1)} → ${(after.heapBytes / 1e6).toFixed(1)} MB`;
  return `sockets ${count('TCPSocketWrap')}, timers ${count('Timeout')}, listeners ${before.listeners} → ${after.listeners}, ${heap}`;
}

/** What a row sums up. */
export interface RowFacts {
  readonly topology: Suite['topology'];
  readonly fault: Suite['faults'][number];
  readonly client: ContestantName;
  readonly runs: readonly RunReport[];
  readonly rate: number;
  /** Runs that did not come to their end. */
  readonly crashes: readonly string[];
}

export function rowOf({ topology, fault, client, runs, rate, crashes }: RowFacts): Row {
  const checks = [
    { what: 'runs that did not come to their end', measured: crashes.length, atMost: 0 },
    ...(runs.length === 0 ? [] : checksOf(fault, runs, rate)),
  ];
  return {
    topology,
    fault: fault.name,
    client,
    runs,
    checks,
    crashes,
    failures: checks.filter((check) => !holds(check)),
    cells: [fault.title, client, ...COLUMNS.map(({ cell }) => (runs.length === 0 ? '-' : cell(runs)))],
  };
}
