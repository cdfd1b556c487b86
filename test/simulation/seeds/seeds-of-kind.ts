import assert from 'node:assert/strict';
import { LEAST_COMMANDS } from '../planning/plan.js';
import { bundleWorker } from '../run/bundle.js';
import { replayOf } from '../run/report.js';
import { wordsOf } from '../run/seeds.js';
import { problemsOf } from '../run/tally.js';
import { workFolder } from '../run/work-folder.js';
import type { SeedJob } from '../run/worker.js';
import { Worker, withWorkers } from '../run/workers.js';
import type { DeploymentKind } from '../topologies/deployment.js';
import { openSeeds } from './regressions.js';

/** Seeds mostly fail for one reason. */
const MOST_SHOWN = 5;

let bundle: Promise<string> | null = null;

/** The program that runs seeds, made once for all tests of this process. */
export function testBundle(): Promise<string> {
  bundle ??= bundleWorker(workFolder('seeds'));
  return bundle;
}

/** Has one process run these jobs, one after the other, and fails with what went wrong in any of them. */
export async function assertSound(jobs: Iterable<SeedJob>): Promise<void> {
  const failed: string[] = [];
  const path = await testBundle();
  await withWorkers(path, 1, async ([worker = new Worker(path)]) => {
    for (const job of jobs) {
      const report = await worker.run(job);
      const { commands = LEAST_COMMANDS, faults = [] } = report.result ?? {};
      const isSmall = commands < LEAST_COMMANDS || (report.result !== null && faults.length < 2);
      const problems = [...problemsOf(report), ...(isSmall ? [`it had ${commands} commands and ${faults.length} faults`] : [])];
      if (problems.length > 0) failed.push(`${replayOf(job.seed, wordsOf(job))}\n  ${problems.join('\n  ')}`);
    }
  });
  assert.equal(failed.length, 0, `${failed.length} failed\n${failed.slice(0, MOST_SHOWN).join('\n')}`);
}

/** The seeds of every test run. Each kind of servers has a file of its own, so that two lanes of tests share them. */
export function describeSeeds(kind: DeploymentKind, count: number): void {
  describe(`the engine in a simulated world: ${kind}`, () => {
    it(`keeps what it promises in ${count} seeds`, async function () {
      // Only what happens in the seeds counts, however slow this machine is.
      this.timeout(0);
      const isOpen = (seed: number): boolean => openSeeds.some((open) => open.kind === kind && open.seed === seed);
      const seeds = Array.from({ length: count }, (_, at) => at + 1).filter((seed) => !isOpen(seed));
      await assertSound(seeds.map((seed) => ({ seed, kind })));
    });
  });
}
