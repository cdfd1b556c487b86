import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { SeedJob, SeedReport, WorkerReady } from './worker.js';

/** A seed that takes longer does not end: the engine or the simulation goes round in circles. */
const HANG_MS = 120_000;
/** What the last lines of a process that died may tell. */
const KEPT_OUTPUT = 4_000;

/**
 * A seed runs a little of much code, and of one seed little is alive in the next. By default V8 takes more than a third of all time in the first
 * hundreds of seeds to compile, with much inlined, and forgets what it compiled, and the shapes of objects that it knew, whenever it collects
 * the old space. So it optimizes later, inlines what is small, and collects seldom. What runs seldom is still half of all, so none of it is
interpreted. What runs is the same. Code is in bytes, spaces are in MB.
 */
const V8_OPTIONS = [
  ...['--interrupt-budget=200000', '--max-inlined-bytecode-size=100', '--max-inlined-bytecode-size-cumulative=200'],
  ...['--initial-old-space-size=500', '--max-semi-space-size=32'],
  ...['--always-sparkplug', '--no-lazy-feedback-allocation'],
];

/** One process that runs seeds. It is started anew after a seed that ended it. */
export class Worker {
  #child: ChildProcess | null = null;
  #output = '';
  tables: WorkerReady['tables'] = {};

  constructor(private readonly bundle: string) {}

  /** Never rejects: a process that dies or hangs is a report, too. */
  async run(job: SeedJob): Promise<SeedReport> {
    try {
      const child = this.#child ?? (await this.#start());
      child.send(job);
      return (await this.#message(child, HANG_MS)) as SeedReport;
    } catch (error) {
      await this.stop();
      const crash = `${(error as Error).message}\n${this.#output}`.trim();
      return { seed: job.seed, parts: null, result: null, crash, states: {} };
    }
  }

  async start(): Promise<void> {
    await this.#start();
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'close');
  }

  async #start(): Promise<ChildProcess> {
    this.#output = '';
    const child = fork(this.bundle, [], {
      execArgv: ['--enable-source-maps', ...V8_OPTIONS],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Of the bundle no coverage is taken: one source in two forms cannot be added up.
      env: { ...process.env, DEBUG: '', NODE_V8_COVERAGE: '' },
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        this.#output = `${this.#output}${data}`.slice(-KEPT_OUTPUT);
      });
    }
    ({ tables: this.tables } = (await this.#message(child, HANG_MS)) as WorkerReady);
    return child;
  }

  async #message(child: ChildProcess, withinMs: number): Promise<unknown> {
    const ended = new AbortController();
    const { signal } = ended;
    const timer = setTimeout(() => ended.abort(new Error(`The seed did not end within ${withinMs / 1_000} s.`)), withinMs);
    const onExit = (code: number | null, how: string | null): void =>
      ended.abort(new Error(`The process ended with ${how ?? `exit code ${code}`}.`));
    child.once('close', onExit);
    try {
      const [message] = await once(child, 'message', { signal });
      return message;
    } catch (error) {
      throw signal.reason ?? error;
    } finally {
      clearTimeout(timer);
      child.off('close', onExit);
    }
  }
}

/** Has work done by so many processes that run this bundle, and ends them. */
export async function withWorkers<T>(bundle: string, count: number, work: (workers: readonly Worker[]) => Promise<T>): Promise<T> {
  const workers = Array.from({ length: count }, () => new Worker(bundle));
  try {
    return await work(workers);
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

/** Runs the jobs in so many processes. `onReport` is called as seeds end; `isOver` ends it early. */
export async function runJobs(
  workers: readonly Worker[],
  jobs: Iterator<SeedJob>,
  onReport: (report: SeedReport) => void,
  isOver: () => boolean = () => false,
): Promise<void> {
  const lanes = workers.map(async (worker) => {
    while (!isOver()) {
      const next = jobs.next();
      if (next.done) return;
      onReport(await worker.run(next.value));
    }
  });
  await Promise.all(lanes);
}
