// A process that runs seeds one after the other, as its parent asks. It has all of the simulation in one file: see bundle.ts.
import { type DrawOptions, drawPlan } from '../planning/draw-plan.js';
import { runSeed, type SeedOptions, type SeedResult } from '../seed.js';
import { knownTables, type StateCounts, takeStateCounts } from './states.js';

/** What the parent asks for. */
export interface SeedJob extends DrawOptions {
  readonly seed: number;
  readonly trace?: boolean;
  /** Only these parts of the plan, each by its name or by its place in it; undefined: all. */
  readonly faults?: readonly string[] | undefined;
  readonly workloads?: readonly string[] | undefined;
}

/** Names of the parts of a plan, in their order. */
export interface PlanParts {
  readonly faults: readonly string[];
  readonly workloads: readonly string[];
}

/** What comes back of a seed. */
export interface SeedReport {
  readonly seed: number;
  /** null: the seed could not even be drawn, or the process ended. */
  readonly parts: PlanParts | null;
  /** null: the seed ended with an exception, or with the process. */
  readonly result: SeedResult | null;
  readonly crash: string | null;
  readonly states: StateCounts;
}

/** First message of a worker: the tables of transitions that it has. */
export interface WorkerReady {
  readonly tables: ReturnType<typeof knownTables>;
}

function optionsOf({ trace = false, faults, workloads, ...draw }: SeedJob, parts: PlanParts): SeedOptions {
  return {
    ...draw,
    trace,
    ...(faults === undefined ? {} : { faults: placesOf(parts.faults, faults) }),
    ...(workloads === undefined ? {} : { workloads: placesOf(parts.workloads, workloads) }),
  };
}

function placesOf(names: readonly string[], wanted: readonly string[]): number[] {
  return names.flatMap((name, place) => (wanted.includes(name) || wanted.includes(String(place)) ? place : []));
}

function run(job: SeedJob): SeedReport {
  const { seed } = job;
  let parts: PlanParts | null = null;
  try {
    const plan = drawPlan(seed, job);
    parts = { faults: plan.faults.map(({ name }) => name), workloads: plan.workloads.map(({ name }) => name) };
    return { seed, parts, result: runSeed(seed, optionsOf(job, parts)), crash: null, states: takeStateCounts() };
  } catch (error) {
    const crash = Error.stackTraceLimit === 0 ? (crashWithStack(job) ?? `${error}, and not when it was run again`) : stackOf(error);
    return { seed, parts, result: null, crash, states: takeStateCounts() };
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Runs it once more, so that it can be seen where it fails. */
function crashWithStack(job: SeedJob): string | null {
  Error.stackTraceLimit = STACK_LINES;
  try {
    return run(job).crash;
  } finally {
    Error.stackTraceLimit = 0;
  }
}

const STACK_LINES = 20;
// A seed makes thousands of errors, and nobody reads their stacks, which cost a fifth of its time.
Error.stackTraceLimit = 0;

process.on('message', (job: SeedJob) => {
  // In an immediate of its own, as the loop of the simulated client wants it.
  setImmediate(() => process.send?.(run(job)));
});
process.on('disconnect', () => process.exit());
// Ctrl-C goes to the whole group: the parent still wants the end of the seed.
process.on('SIGINT', () => undefined);
process.send?.({ tables: knownTables() } satisfies WorkerReady);
