import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../support/processes.js';
import { type Break, patchOf } from '../breaks/break.js';
import { breaks } from '../breaks/index.js';
import { bundleWorker } from './bundle.js';
import type { Output } from './output.js';
import { problemsOf } from './tally.js';
import { PatchedTree } from './unit-tests.js';
import type { SeedReport } from './worker.js';
import { runJobs, Worker, withWorkers } from './workers.js';

/** Each break gets the seeds from 1 up to this one, until something is noticed. */
export const DEFAULT_BREAK_SEEDS = 150;

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
export async function soundSeeds(bundle: string, count: number, jobs: number): Promise<number[]> {
  const sound: number[] = [];
  const seeds = Array.from({ length: count }, (_, at) => ({ seed: at + 1 }));
  const keep = (report: SeedReport): void => {
    if (problemsOf(report).length === 0) sound.push(report.seed);
  };
  await withWorkers(bundle, jobs, (workers) => runJobs(workers, seeds.values(), keep));
  return sound.sort((a, b) => a - b);
}

/** Runs the seeds with the break until one fails. */
export async function simulateBreak(one: Break, seeds: readonly number[], folder: string): Promise<Pick<BreakReport, 'seeds' | 'what'>> {
  const own = join(folder, one.name);
  mkdirSync(own);
  const worker = new Worker(await bundleWorker(own, [patchOf(one)]));
  let run = 0;
  try {
    for (const seed of seeds) {
      run++;
      const [problem] = problemsOf(await worker.run({ seed }));
      if (problem !== undefined) return { seeds: run, what: `seed ${seed}: ${problem.split('\n')[0]}` };
    }
    return { seeds: run, what: null };
  } finally {
    await worker.stop();
    rmSync(own, { recursive: true, force: true });
  }
}

/** Tries the breaks, so many at a time. Resolves with the report for `--json`, and whether all were noticed that can be. */
export async function runBreaks(
  { names, seeds: count, jobs }: { readonly names: readonly string[]; readonly seeds: number; readonly jobs: number },
  output: Output,
  isStopped: () => boolean,
): Promise<{ readonly isGood: boolean; readonly json: object }> {
  const chosen = chosenBreaks(names);
  const folder = temporaryFolder('breaks');
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

async function tryBreak(one: Break, seeds: readonly number[], folder: string, tree: PatchedTree): Promise<BreakReport> {
  const { name, harm, tests } = one;
  const simulated = await simulateBreak(one, seeds, folder);
  if (simulated.what !== null) return { name, harm, by: 'simulation', ...simulated };
  const what = await tree.firstFailure(tests, patchOf(one));
  return { name, harm, by: what === null ? null : 'unit tests', seeds: simulated.seeds, what };
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
