import type { SeedResult } from '../seed.js';
import type { StateCounts } from './states.js';
import type { SeedReport, WorkerReady } from './worker.js';

/** A seed in which something happened that must not. */
export interface FailedSeed {
  readonly seed: number;
  readonly kind: string;
  /** What was wrong, a line each. */
  readonly problems: readonly string[];
}

/** State tables, with what was reached of each. */
export interface TableCoverage {
  readonly name: string;
  readonly states: number;
  readonly missingStates: readonly string[];
  readonly transitions: number;
  /** As `from → to`. */
  readonly missingTransitions: readonly string[];
  /** Those that few seeds reached, and how many did: what the next change of what seeds draw may lose. */
  readonly seldomTransitions: readonly (readonly [transition: string, seeds: number])[];
}

/** A transition that fewer seeds made is seldom. */
const SELDOM = 10;

/** What was wrong in a seed, a line each. */
export function problemsOf({ result, crash }: SeedReport): string[] {
  if (result === null) return [`the run itself ended: ${crash ?? 'nobody knows why'}`];
  return result.violations.map(({ check, at, text }) => `${check}, at ${at.toFixed(3)} ms: ${text}`);
}

function add(counts: Map<string, number>, name: string, count = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

/** Sums over all seeds of a run. */
export class Tally {
  seeds = 0;
  commands = 0;
  virtualMs = 0;
  leastCommands = Number.POSITIVE_INFINITY;
  leastFaults = Number.POSITIVE_INFINITY;
  readonly kinds = new Map<string, number>();
  readonly faults = new Map<string, number>();
  readonly failed: FailedSeed[] = [];
  /** By table and transition: in how many seeds it was made. */
  readonly #states = new Map<string, Map<string, number>>();

  add(report: SeedReport): void {
    const { seed, result } = report;
    this.seeds++;
    if (result !== null) this.#addResult(result);
    this.#addStates(report.states);
    const problems = problemsOf(report);
    if (problems.length > 0) this.failed.push({ seed, kind: result?.kind ?? 'unknown', problems });
  }

  coverage(tables: WorkerReady['tables']): TableCoverage[] {
    return Object.entries(tables)
      .map(([name, table]) => coverageOf(name, table, this.#states.get(name) ?? new Map()))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  #addResult({ commands, faults, kind, virtualMs }: SeedResult): void {
    this.commands += commands;
    this.virtualMs += virtualMs;
    this.leastCommands = Math.min(this.leastCommands, commands);
    this.leastFaults = Math.min(this.leastFaults, faults.length);
    add(this.kinds, kind);
    for (const fault of faults) add(this.faults, fault);
  }

  #addStates(states: StateCounts): void {
    for (const [name, transitions] of Object.entries(states)) {
      const sums = this.#states.get(name) ?? new Map<string, number>();
      this.#states.set(name, sums);
      for (const pair of Object.keys(transitions)) add(sums, pair);
    }
  }
}

function coverageOf(name: string, table: WorkerReady['tables'][string], made: ReadonlyMap<string, number>): TableCoverage {
  const states = Object.keys(table);
  const pairs = states.flatMap((from) => (table[from] ?? []).map((to) => `${from} → ${to}`));
  const reached = new Set([...made.keys()].flatMap((pair) => pair.split(' → ')));
  return {
    name,
    states: states.length,
    missingStates: states.filter((state) => !reached.has(state)),
    transitions: pairs.length,
    missingTransitions: pairs.filter((pair) => !made.has(pair)),
    seldomTransitions: pairs.flatMap((pair) => {
      const seeds = made.get(pair) ?? 0;
      return seeds > 0 && seeds < SELDOM ? [[pair, seeds] as const] : [];
    }),
  };
}
