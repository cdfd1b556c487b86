import type { SimulateArguments } from './arguments.js';
import type { Output } from './output.js';
import { aroundViolations, checksOf, replayOf, reportLines, shownProblems } from './report.js';
import { shrink } from './shrink.js';
import { type FailedSeed, problemsOf, Tally } from './tally.js';
import type { SeedJob, SeedReport } from './worker.js';
import { runJobs, type Worker, withWorkers } from './workers.js';

/** More failing seeds than these are only named: they mostly fail for one reason. */
const MOST_SHOWN = 5;
/** Of so many failing seeds it is said at once what happened. */
const MOST_ANNOUNCED = 20;
const PROGRESS_EVERY_MS = 500;

/** A failing seed, as the report in JSON has it. */
interface ShrunkSeed extends FailedSeed {
  readonly replay: string;
  /** null: it was not looked for, or the seed did not fail again. */
  readonly needed: NeededParts | null;
}

/** What of its plan a failing seed needs, in order to fail. */
interface NeededParts {
  readonly faults: readonly string[];
  readonly workloads: readonly string[];
  readonly replay: string;
}

/** What every seed of the run has in common. */
function jobOf(seed: number, { kind, onlyFaults, onlyWorkloads, commands, without }: SimulateArguments): SeedJob {
  return {
    seed,
    kind: kind ?? undefined,
    faults: onlyFaults ?? undefined,
    workloads: onlyWorkloads ?? undefined,
    commands: commands ?? undefined,
    without: without ?? undefined,
  };
}

/** The options that a replay of a job needs beside its seed. */
export function wordsOf({ kind, faults, workloads, commands, without }: SeedJob): string[] {
  return [
    ...(kind === undefined ? [] : [`--kind ${kind}`]),
    ...(commands === undefined ? [] : [`--commands ${commands}`]),
    ...(without === undefined ? [] : [`--without "${without.join(',')}"`]),
    ...(faults === undefined ? [] : [`--only-faults "${faults.join(',')}"`]),
    ...(workloads === undefined ? [] : [`--only-workloads "${workloads.join(',')}"`]),
  ];
}

function* jobsOf(args: SimulateArguments): Generator<SeedJob> {
  const end = args.seeds === null ? Number.POSITIVE_INFINITY : args.from + args.seeds;
  for (let seed = args.from; seed < end; seed++) yield jobOf(seed, args);
}

/** Runs many seeds. Resolves with the report for `--json`, and whether nothing failed. */
export async function runSeeds(
  args: SimulateArguments,
  bundle: string,
  output: Output,
  isStopped: () => boolean,
): Promise<{ readonly isGood: boolean; readonly json: object }> {
  return withWorkers(bundle, args.jobs, async (workers) => {
    const tally = new Tally();
    const seconds = await runAll(args, workers, { tally, output, isStopped });
    const coverage = tally.coverage(workers[0]?.tables ?? {});
    for (const line of reportLines(tally, coverage, { seconds, jobs: args.jobs })) output.line(line);
    const failed = await showFailed(tally, args, workers, output, isStopped);
    const { seeds, commands, virtualMs } = tally;
    const counts = { kinds: Object.fromEntries(tally.kinds), faults: Object.fromEntries(tally.faults) };
    return { isGood: failed.length === 0, json: { seeds, seconds, commands, virtualMs, ...counts, tables: coverage, failed } };
  });
}

/** Runs the seeds. Resolves with how many seconds that took. */
async function runAll(
  args: SimulateArguments,
  workers: readonly Worker[],
  { tally, output, isStopped }: { readonly tally: Tally; readonly output: Output; isStopped(): boolean },
): Promise<number> {
  await Promise.all(workers.map((worker) => worker.start()));
  const begunAt = performance.now();
  const endAt = args.minutes === null ? Number.POSITIVE_INFINITY : begunAt + args.minutes * 60_000;
  const secondsSpent = (): number => (performance.now() - begunAt) / 1_000;
  const of = args.seeds === null ? '' : ` of ${args.seeds.toLocaleString('en')}`;
  let shownAt = begunAt;
  const onReport = (report: SeedReport): void => {
    tally.add(report);
    const [problem] = problemsOf(report);
    if (problem !== undefined && tally.failed.length <= MOST_ANNOUNCED) output.line(`seed ${report.seed} fails: ${problem.split('\n')[0]}`);
    if (performance.now() - shownAt < PROGRESS_EVERY_MS) return;
    shownAt = performance.now();
    const rate = (tally.seeds / secondsSpent()).toFixed(1);
    output.progress(`${tally.seeds.toLocaleString('en')}${of} seeds, ${rate} a second, ${tally.failed.length} failed`);
  };
  await runJobs(workers, jobsOf(args), onReport, () => isStopped() || performance.now() >= endAt);
  output.progress('');
  return secondsSpent();
}

/** Each with what went wrong, what of its plan it takes, and how to run it again. */
async function showFailed(
  tally: Tally,
  args: SimulateArguments,
  [worker]: readonly Worker[],
  output: Output,
  isStopped: () => boolean,
): Promise<ShrunkSeed[]> {
  const failed = [...tally.failed].sort((a, b) => a.seed - b.seed);
  const shown: ShrunkSeed[] = [];
  output.line();
  output.line(failed.length === 0 ? 'No seed failed.' : `${failed.length} failed: ${checksOf(failed)}`);
  for (const one of failed) {
    const job = jobOf(one.seed, args);
    const isShown = shown.length < MOST_SHOWN && worker !== undefined && !isStopped();
    const small = isShown ? await shrunk(worker, job) : null;
    const replay = replayOf(one.seed, wordsOf(job));
    shown.push({ ...one, replay, needed: small });
    output.line(`seed ${one.seed} (${one.kind})   ${replay}`);
    if (!isShown) continue;
    for (const problem of shownProblems(one.problems)) output.line(`  ${problem.replaceAll('\n', '\n  ')}`);
    showNeeded(small, output);
  }
  return shown;
}

function showNeeded(small: NeededParts | null, output: Output): void {
  if (small === null) return;
  output.line(`  takes the faults: ${small.faults.join(', ') || 'none'}; the workloads: ${small.workloads.join(', ') || 'none'}`);
  output.line(`  ${small.replay}`);
}

/** The parts of the plan without which a failing seed does not fail. null: it does not fail again. */
async function shrunk(worker: Worker, job: SeedJob): Promise<NeededParts | null> {
  const first = await worker.run(job);
  const checks = new Set(first.result?.violations.map(({ check }) => check));
  if (first.crash === null && checks.size === 0) return null;
  // Another check that fails instead is another defect.
  const stillFails = async (smaller: SeedJob): Promise<boolean> => {
    const { crash, result } = await worker.run(smaller);
    return first.crash === null ? (result?.violations.some(({ check }) => checks.has(check)) ?? false) : crash !== null;
  };
  const { parts } = first;
  if (parts === null) return null;
  const places = (names: readonly string[]): string[] => names.map((_, place) => String(place));
  const faults = await shrink(job.faults ?? places(parts.faults), (kept) => stillFails({ ...job, faults: kept }));
  const workloads = await shrink(job.workloads ?? places(parts.workloads), (kept) => stillFails({ ...job, faults, workloads: kept }));
  const named = (names: readonly string[], kept: readonly string[]): string[] => kept.map((place) => names[Number(place)] ?? place);
  return {
    faults: named(parts.faults, faults),
    workloads: named(parts.workloads, workloads),
    replay: replayOf(job.seed, wordsOf({ ...job, faults, workloads })),
  };
}

/** Runs one seed and shows what happened in it. Resolves with whether nothing went wrong. */
export async function runOne(
  args: SimulateArguments,
  seed: number,
  bundle: string,
  output: Output,
): Promise<{ readonly isGood: boolean; readonly json: object }> {
  const job = jobOf(seed, args);
  return withWorkers(bundle, 1, async ([worker]) => {
    if (worker === undefined) throw new Error('no worker');
    const report = await worker.run({ ...job, trace: true });
    const { result } = report;
    const problems = problemsOf(report);
    const lines = result?.lines ?? [];
    const times = result?.violations.map(({ at }) => at) ?? [];
    for (const line of args.trace ? lines : aroundViolations(lines, times)) output.line(line);
    output.line();
    if (result !== null) {
      const { kind, commands, faults, virtualMs, fingerprint } = result;
      const span = `${(virtualMs / 1_000).toFixed(3)} s of virtual time`;
      output.line(`seed ${seed}: ${kind}, ${commands} commands in ${span}, fingerprint ${fingerprint}`);
      output.line(`faults: ${faults.join(', ') || 'none'}`);
    }
    output.line(problems.length === 0 ? 'Nothing went wrong.' : 'What went wrong:');
    for (const problem of shownProblems(problems)) output.line(`  ${problem.replaceAll('\n', '\n  ')}`);
    if (problems.length > 0) showNeeded(await shrunk(worker, job), output);
    return { isGood: problems.length === 0, json: { problems, ...result } };
  });
}
