import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Break, patchOf } from '../breaks/break.js';
import { breaks } from '../breaks/index.js';
import { bundleWorker } from './bundle.js';
import type { Output } from './output.js';
import { problemsOf } from './tally.js';
import { PatchedTree } from './unit-tests.js';
import { workFolder } from './work-folder.js';
import type { SeedJob } from './worker.js';
import { Worker } from './workers.js';

/** Each break gets the seeds from 1 up to this one, until something is noticed. */
export const DEFAULT_BREAK_SEEDS = 200;
/** So many of them come before the unit tests. */
const FEW_SEEDS = 10;

/** What a run of seeds noticed, and after how many. */
interface Noticed {
  readonly seeds: number;
  readonly what: string;
}

/** Who noticed a break. */
export interface BreakReport {
  readonly name: string;
  readonly harm: string;
  readonly by: 'simulation' | 'unit tests' | null;
  /** Seeds that were run. */
  readonly seeds: number;
  /** The check or the test, and what it said. */
  readonly what: string | null;
}

/** The breaks with these names, or all. Throws for a name that none has. */
export function chosenBreaks(names: readonly string[]): readonly Break[] {
  const unknown = names.find((name) => !breaks.some((one) => one.name === name));
  if (unknown !== undefined) throw new Error(`no break is called ${unknown}`);
  return names.length === 0 ? breaks : breaks.filter(({ name }) => names.includes(name));
}

/** The engine as it is: a seed that it fails says nothing of a break. Only seeds that fail with one are tried without. */
class SoundEngine {
  readonly #worker: Worker;
  readonly #tried = new Map<string, Promise<boolean>>();
  /** One seed after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(bundle: string) {
    this.#worker = new Worker(bundle);
  }

  passes(job: SeedJob): Promise<boolean> {
    const name = `${job.kind ?? 'any'}/${job.seed}`;
    const known = this.#tried.get(name);
    if (known !== undefined) return known;
    const passed = this.#last.then(async () => problemsOf(await this.#worker.run(job)).length === 0);
    this.#last = passed;
    this.#tried.set(name, passed);
    return passed;
  }

  async failing(): Promise<number> {
    const passed = await Promise.all(this.#tried.values());
    return passed.filter((isGood) => !isGood).length;
  }

  stop(): Promise<void> {
    return this.#worker.stop();
  }
}

/** What says whether a seed passes without the break. */
type Sound = Pick<SoundEngine, 'passes'>;

/** Has `work` done with a process that runs the broken engine. */
async function withBroken<T>(one: Break, folder: string, work: (worker: Worker) => Promise<T>): Promise<T> {
  const own = join(folder, one.name);
  mkdirSync(own);
  const worker = new Worker(await bundleWorker(own, [patchOf(one)]));
  try {
    return await work(worker);
  } finally {
    await worker.stop();
    rmSync(own, { recursive: true, force: true });
  }
}

/** Runs the seeds until one fails that the engine passes as it is. Returns what was noticed; null: nothing. */
async function firstFailing(worker: Worker, jobs: readonly SeedJob[], sound: Sound): Promise<Noticed | null> {
  for (const [at, job] of jobs.entries()) {
    const [problem] = problemsOf(await worker.run(job));
    if (problem !== undefined && (await sound.passes(job))) {
      return { seeds: at + 1, what: `seed ${job.seed}${job.kind === undefined ? '' : ` (${job.kind})`}: ${problem.split('\n')[0]}` };
    }
  }
  return null;
}

/** Runs the seeds with the break until one fails. They are such that the engine passes as it is. */
export function simulateBreak(one: Break, jobs: readonly SeedJob[], folder: string): ReturnType<typeof firstFailing> {
  return withBroken(one, folder, (worker) => firstFailing(worker, jobs, { passes: async () => true }));
}

/** The seeds that a break gets, of the servers that show it soonest. */
function jobsFor({ kind }: Break, count: number): SeedJob[] {
  return Array.from({ length: count }, (_, at) => ({ seed: at + 1, kind }));
}

/** Tries the breaks, so many at a time. Resolves with the report for `--json`, and whether all were noticed. */
export async function runBreaks(
  { names, seeds: count, jobs }: { readonly names: readonly string[]; readonly seeds: number; readonly jobs: number },
  output: Output,
  isStopped: () => boolean,
): Promise<{ readonly isGood: boolean; readonly json: object }> {
  const chosen = chosenBreaks(names);
  const folder = workFolder('breaks');
  output.progress('unit tests without a break …');
  const trees = Array.from({ length: jobs }, () => new PatchedTree());
  await trees[0]?.checkSound([...new Set(chosen.flatMap(({ tests }) => tests))]);
  const sound = new SoundEngine(await bundleWorker(folder));
  const reports: BreakReport[] = [];
  const waiting = chosen.values();
  const lane = async (tree: PatchedTree): Promise<void> => {
    for (const one of waiting) {
      if (isStopped()) return;
      const report = await tryBreak(one, { count, folder, tree, sound });
      reports.push(report);
      output.line(lineOf(report));
      output.progress(`${reports.length} of ${chosen.length} breaks`);
    }
  };
  try {
    await Promise.all(trees.map(lane));
  } finally {
    await sound.stop();
  }
  output.progress('');
  const failing = await sound.failing();
  if (failing > 0) output.line(`${failing} seeds failed without the break as well, and did not count.`);
  return summary(reports, output);
}

interface Trial {
  /** Seeds that a break gets at most. */
  readonly count: number;
  readonly folder: string;
  readonly tree: PatchedTree;
  readonly sound: Sound;
}

/** Most breaks are noticed soon, and unit tests are quicker than the many seeds that a rare one takes. */
async function tryBreak(one: Break, { count, folder, tree, sound }: Trial): Promise<BreakReport> {
  const { name, harm, tests } = one;
  const jobs = jobsFor(one, count);
  return withBroken(one, folder, async (worker): Promise<BreakReport> => {
    const few = jobs.slice(0, FEW_SEEDS);
    const soon = await firstFailing(worker, few, sound);
    if (soon !== null) return { name, harm, by: 'simulation', ...soon };
    const what = await tree.firstFailure(tests, patchOf(one));
    if (what !== null) return { name, harm, by: 'unit tests', seeds: few.length, what };
    const late = await firstFailing(worker, jobs.slice(FEW_SEEDS), sound);
    if (late !== null) return { name, harm, by: 'simulation', seeds: few.length + late.seeds, what: late.what };
    return { name, harm, by: null, seeds: count, what: null };
  });
}

function lineOf({ name, by, seeds, what, harm }: BreakReport): string {
  const how = by === null ? `NOT NOTICED in ${seeds} seeds: ${harm}` : by === 'simulation' ? `${seeds} seeds   ${what}` : `${by}   ${what}`;
  return `${name.padEnd(36)} ${how}`;
}

function summary(reports: readonly BreakReport[], output: Output): { readonly isGood: boolean; readonly json: object } {
  const by = (who: BreakReport['by']): readonly BreakReport[] => reports.filter((report) => report.by === who);
  const missed = by(null).map(({ name }) => name);
  output.line();
  output.line(
    `${reports.length} breaks: ${by('simulation').length} noticed by the simulation, ${by('unit tests').length} by unit tests alone, ${missed.length} by nobody${missed.length === 0 ? '' : `: ${missed.join(', ')}`}`,
  );
  return { isGood: missed.length === 0, json: { breaks: reports, missed } };
}
