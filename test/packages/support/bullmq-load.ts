import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, Queue, QueueEvents, Worker } from 'bullmq';
import { Messages, Pulse } from './ledger.js';

const PRODUCERS = 10;
const PAUSE_MS = 2;

/** What a load did, by what was told to those who issued it. */
export interface LoadReport {
  /** Jobs whose addition was acknowledged. */
  readonly added: number;
  /** Errors of additions, and those that queue, worker and events told of, by message. */
  readonly refused: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
  /** Longest time without an acknowledged addition, without a finished job, in ms. */
  readonly addPauseMs: number;
  readonly workPauseMs: number;
  /** Acknowledged, there at the end, and never done. */
  readonly stuck: readonly number[];
  /** Acknowledged, and nowhere: the primary failed before its replicas had them. */
  readonly lost: readonly number[];
  /** Those of them that were acknowledged after `mark`. */
  readonly lostLater: readonly number[];
  /** Added once, and there under several ids. */
  readonly twice: readonly number[];
  /** Acknowledged jobs that were processed more than once under the same id: what the primary knew of them was lost with it. */
  readonly again: number;
  /** Those of them that were acknowledged after `mark`, and of whose locks BullMQ does not say that they had expired. */
  readonly againLater: readonly number[];
  /** Jobs that QueueEvents told of, of those done. */
  readonly heard: number;
  readonly done: number;
}

/** Producers and workers of one queue, over one connection, until `stop`. */
export class BullLoad {
  readonly #queue: Queue<{ n: number }>;
  readonly #events: QueueEvents;
  readonly #workers: readonly Worker<{ n: number }>[];
  readonly #refused = new Messages();
  readonly #errors = new Messages();
  readonly #adds = new Pulse();
  readonly #ends = new Pulse();
  readonly #acknowledged = new Set<number>();
  /** How often each job was processed, by id and number. */
  readonly #runs = new Map<string, number>();
  readonly #heard = new Set<string>();
  /** Ids of jobs that BullMQ gave to another worker because it had not heard of the first. */
  readonly #stalled = new Set<string>();
  #marked: ReadonlySet<number> = new Set();
  #next = 0;
  #runsOn = true;
  #producers: Promise<unknown> = Promise.resolve();

  /** `locks`: how long BullMQ keeps a job for a worker that it does not hear of, as an option of workers. Default: 30 s. */
  constructor(name: string, connection: ConnectionOptions, locks: { lockDuration?: number; stalledInterval?: number } = {}) {
    const prefix = '{bull}';
    this.#queue = new Queue(name, { connection, prefix });
    this.#events = new QueueEvents(name, { connection, prefix });
    const work = async (job: { id?: string; data: { n: number } }): Promise<void> => {
      const key = `${job.id} ${job.data.n}`;
      this.#runs.set(key, (this.#runs.get(key) ?? 0) + 1);
      await sleep(1);
    };
    this.#workers = [1, 2].map(() => new Worker(name, work, { connection, prefix, concurrency: 5, ...locks }));
    for (const worker of this.#workers) {
      worker.on('completed', () => this.#ends.beat());
      worker.on('stalled', (jobId) => this.#stalled.add(jobId));
      worker.on('failed', (_job, error) => this.#errors.add(`failed: ${error.message}`));
    }
    this.#events.on('completed', ({ jobId }) => this.#heard.add(jobId));
    this.#queue.on('error', (error) => this.#errors.add(error));
    this.#events.on('error', (error) => this.#errors.add(error));
    for (const worker of this.#workers) worker.on('error', (error) => this.#errors.add(error));
  }

  async start(): Promise<void> {
    await Promise.all([this.#queue, this.#events, ...this.#workers].map((one) => one.waitUntilReady()));
    this.#producers = Promise.all(Array.from({ length: PRODUCERS }, () => this.#produce()));
  }

  async #produce(): Promise<void> {
    while (this.#runsOn) {
      const n = this.#next++;
      try {
        await this.#queue.add('work', { n });
        this.#acknowledged.add(n);
        this.#adds.beat();
      } catch (error) {
        this.#refused.add(error);
      }
      await sleep(PAUSE_MS);
    }
  }

  get added(): number {
    return this.#adds.count;
  }

  /** The primary that had what was acknowledged until now is gone. */
  mark(): void {
    this.#marked = new Set(this.#acknowledged);
  }

  /** Stops the producers and waits until the workers have done what there is, but no longer than `patienceMs`. */
  async stop(patienceMs = 60_000): Promise<LoadReport> {
    this.#runsOn = false;
    this.#adds.stop();
    this.#ends.stop();
    await this.#producers;
    const end = performance.now() + patienceMs;
    for (;;) {
      const { waiting = 0, active = 0 } = await this.#queue.getJobCounts('waiting', 'active');
      if (waiting + active === 0 || performance.now() > end) break;
      await sleep(100);
    }
    await sleep(200);
    const report = await this.#report();
    await Promise.all(this.#workers.map((worker) => worker.close()));
    await this.#events.close();
    await this.#queue.close();
    return report;
  }

  async #report(): Promise<LoadReport> {
    const jobs = await this.#queue.getJobs(['completed', 'waiting', 'active', 'failed', 'delayed']);
    const ids = new Map<number, string[]>();
    for (const job of jobs) if (job !== undefined) ids.set(job.data.n, [...(ids.get(job.data.n) ?? []), job.id ?? '']);
    const done = new Set([...this.#runs.keys()].map((key) => Number(key.split(' ')[1])));
    const isLater = (n: number): boolean => this.#acknowledged.has(n) && !this.#marked.has(n);
    const lost = [...this.#acknowledged].filter((n) => !ids.has(n) && !done.has(n));
    const again = [...this.#runs].filter(([, times]) => times > 1).map(([key]) => key.split(' ') as [id: string, n: string]);
    return {
      added: this.#acknowledged.size,
      refused: this.#refused.counts,
      errors: this.#errors.counts,
      addPauseMs: Math.round(this.#adds.longestMs),
      workPauseMs: Math.round(this.#ends.longestMs),
      stuck: [...this.#acknowledged].filter((n) => ids.has(n) && !done.has(n)),
      lost,
      lostLater: lost.filter(isLater),
      twice: [...ids].filter(([, list]) => list.length > 1).map(([n]) => n),
      again: again.length,
      againLater: again.filter(([id, n]) => isLater(Number(n)) && !this.#stalled.has(id)).map(([, n]) => Number(n)),
      heard: this.#heard.size,
      done: done.size,
    };
  }
}
