import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Break, patchOf } from '../breaks/break.js';
import { breaks } from '../breaks/index.js';
import { bundleWorker } from './bundle.js';
import type { Output } from './output.js';
import { problemsOf } from './tally.js';
import { PatchedTree } from './unit-tests.js';
import { workFolder } from './work-folder.js';
import type { SeedJob, SeedReport } from './worker.js';
import { runJobs, Worker, withWorkers } from './workers.js';

/** Each break gets the seeds from 1 up to this one, until something is noticed. */
export const DEFAULT_BREAK_SEEDS = 200;
/** So many of them come before the unit tests. */
const FEW_SEEDS = 10;

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

/** Seeds that the engine passes as it is: a violation in one of the others says nothing. */
async function soundSeeds(bundle: string, count: number, jobs: number): Promise<SeedJob[]> {
  const sound: SeedJob[] = [];
  const seeds = Array.from({ length: count }, (_, at) => ({ seed: at + 1 }));
  const keep = (report: SeedReport): void => {
    if (problemsOf(report).length === 0) sound.push({ seed: report.seed });
  };
  await withWorkers(bundle, jobs, (workers) => runJobs(workers, seeds.values(), keep));
  return sound.sort((a, b) => a.seed - b.seed);
}

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

/** Runs the seeds until one fails. Returns what was noticed; null: nothing. */
async function firstFailing(worker: Worker, jobs: readonly SeedJob[]): Promise<{ readonly seeds: number; readonly what: string } | null> {
  for (const [at, job] of jobs.entries()) {
    const [problem] = problemsOf(await worker.run(job));
    if (problem !== undefined) return { seeds: at + 1, what: `seed ${job.seed}: ${problem.split('\n')[0]}` };
  }
  return null;
}

/** Runs the seeds with the break until one fails. */
export function simulateBreak(one: Break, jobs: readonly SeedJob[], folder: string): ReturnType<typeof firstFailing> {
  return withBroken(one, folder, (worker) => firstFailing(worker, jobs));
}

/** Tries the breaks, so many at a time. Resolves with the report for `--json`, and whether all were noticed that can be. */
export async function runBreaks(
  { names, seeds: count, jobs }: { readonly names: readonly string[]; readonly seeds: number; readonly jobs: number },
  output: Output,
  isStopped: () => boolean,
): Promise<{ readonly isGood: boolean; readonly json: object }> {
  const chosen = chosenBreaks(names);
  const folder = workFolder('breaks');
  output.progress('unit tests and seeds without a break …');
  const trees = Array.from({ length: jobs }, () => new PatchedTree());
  await trees[0]?.checkSound([...new Set(chosen.flatMap(({ tests }) => tests))]);
  const seeds = await soundSeeds(await bundleWorker(folder), count, jobs);
  if (seeds.length < count) output.line(`${count - seeds.length} of ${count} seeds fail without a break, and are left out.`);
  const reports: BreakReport[] = [];
  const waiting = chosen.values();
  const lane = async (tree: PatchedTree): Promise<void> => {
    for (const one of waiting) {
      if (isStopped()) return;
      const report = await tryBreak(one, seeds, folder, tree);
      reports.push(report);
      output.line(lineOf(report));
      output.progress(`${reports.length} of ${chosen.length} breaks`);
    }
  };
  await Promise.all(trees.map(lane));
  output.progress('');
  return summary(reports, output);
}

/** Most breaks are noticed soon, and unit tests are quicker than the many seeds that a rare one takes. */
async function tryBreak(one: Break, seeds: readonly SeedJob[], folder: string, tree: PatchedTree): Promise<BreakReport> {
  const { name, harm, tests } = one;
  return withBroken(one, folder, async (worker): Promise<BreakReport> => {
    const soon = await firstFailing(worker, seeds.slice(0, FEW_SEEDS));
    if (soon !== null) return { name, harm, by: 'simulation', ...soon };
    const what = await tree.firstFailure(tests, patchOf(one));
    if (what !== null) return { name, harm, by: 'unit tests', seeds: Math.min(FEW_SEEDS, seeds.length), what };
    const late = await firstFailing(worker, seeds.slice(FEW_SEEDS));
    if (late === null) return { name, harm, by: null, seeds: seeds.length, what: null };
    return { name, harm, by: 'simulation', seeds: FEW_SEEDS + late.seeds, what: late.what };
  });
}

function lineOf({ name, by, seeds, what, harm }: BreakReport): string {
  const how =
    by === null ? `NOT NOTICED in ${seeds} seeds: ${harm}` : by === 'simulation' ? `${seeds} seeds   ${what}` : `unit tests   ${what}`;
  return `${name.padEnd(36)} ${how}`;
}

function summary(reports: readonly BreakReport[], output: Output): { readonly isGood: boolean; readonly json: object } {
  const by = (who: BreakReport['by']): readonly BreakReport[] => reports.filter((report) => report.by === who);
  const missed = by(null).map(({ name, harm }) => {
    const why = breaks.find((one) => one.name === name)?.unnoticed;
    return { name, harm, why: why ?? null };
  });
  output.line();
  output.line(
    `${reports.length} breaks: ${by('simulation').length} noticed by the simulation, ${by('unit tests').length} by unit tests alone, ${missed.length} by neither`,
  );
  for (const { name, harm, why } of missed) output.line(`  ${name}: ${harm} ${why === null ? 'Nobody knows why.' : `Not noticed: ${why}`}`);
  return { isGood: missed.every(({ why }) => why !== null), json: { breaks: reports, missed } };
}
