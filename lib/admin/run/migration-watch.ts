import { ReplyError, show } from '../../errors.js';
import { performance, sleep } from '../../runtime/runtime.js';
import { AdminError } from '../admin-error.js';
import type { BatchClient } from '../node-connections.js';
import type { NodeRef } from '../plans/steps.js';
import { type SlotSet, slotsText } from '../slot-list.js';
import { type MigrationDialect, type MigrationJob, readMigrationJobs } from '../state/migration-jobs.js';
import { knownAddress } from './key-mover.js';
import { MIGRATION_COMMANDS, type MigrationEnds } from './migration-commands.js';

/** Pauses between two looks at a job, in ms: most are over at once, some take hours. */
const FIRST_LOOK_MS = 10;
const LONGEST_PAUSE_MS = 500;
/** A job that its server begins again and again is given up after so long, in ms. */
const GIVE_UP_MS = 3_000;

/** Watch over the atomic migrations of two nodes. */
export class MigrationWatch {
  constructor(
    private readonly connections: BatchClient,
    /** A node that does not answer for so long is given up, in ms. */
    private readonly patienceMs: number,
  ) {}

  jobsAt({ name, address }: NodeRef, dialect: MigrationDialect | null): Promise<readonly MigrationJob[]> {
    return readMigrationJobs(this.connections, knownAddress(name, address), dialect);
  }

  /** A job that runs between these nodes in this direction, and has some of the slots; null: none. */
  async ours(ends: MigrationEnds, slots: ReadonlySet<number>, dialect: MigrationDialect): Promise<MigrationJob | null> {
    const { at } = MIGRATION_COMMANDS[dialect];
    const [direction, peer] = at === 'from' ? (['export', ends.to.id] as const) : (['import', ends.from.id] as const);
    const jobs = await this.jobsAt(ends[at], dialect);
    const isOurs = (job: MigrationJob): boolean => job.running && job.direction === direction && job.peer === peer;
    return jobs.find((job) => isOurs(job) && job.slots.some((slot) => slots.has(slot))) ?? null;
  }

  /** A job of either node that would have it refuse a move of these slots; null: none. `any`: whatever slots it moves. */
  async inTheWay(
    ends: MigrationEnds,
    slots: ReadonlySet<number>,
    any: boolean,
    dialects: Readonly<Record<keyof MigrationEnds, MigrationDialect | null>>,
  ): Promise<MigrationJob | null> {
    const jobs = await Promise.all([this.jobsAt(ends.from, dialects.from), this.jobsAt(ends.to, dialects.to)]);
    return jobs.flat().find((job) => job.running && (any || job.slots.some((slot) => slots.has(slot)))) ?? null;
  }

  /** Resolves when the job has ended, with what it was last; null: the node knows it no more. `isStopped`: it is to be cancelled. */
  async follow(ends: MigrationEnds, id: string, dialect: MigrationDialect, isStopped: () => boolean): Promise<MigrationJob | null> {
    const node = ends[MIGRATION_COMMANDS[dialect].at];
    let lastSeenMs = performance.now();
    let failingSinceMs: number | null = null;
    let isCancelled = false;
    for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5)) {
      await sleep(pauseMs);
      const jobs = await this.jobsAt(node, dialect).catch((error: unknown) => {
        if (performance.now() - lastSeenMs < this.patienceMs) return null;
        throw new AdminError(
          `${node.name} does not answer: ${show(error)}. The migration of slots goes on without us; the same command, run again, waits for it`,
          { node: node.name, cause: error },
        );
      });
      if (jobs === null) continue;
      lastSeenMs = performance.now();
      const job = jobs.find((each) => each.id === id) ?? null;
      if (job === null || !job.running) return job;
      failingSinceMs = job.state === 'failed' ? (failingSinceMs ?? lastSeenMs) : null;
      const isHopeless = failingSinceMs !== null && lastSeenMs - failingSinceMs > GIVE_UP_MS;
      if ((isStopped() || isHopeless) && !isCancelled) {
        isCancelled = await this.#cancel(node, job, jobs, dialect);
        if (!isCancelled) return job;
        if (isHopeless) return await this.#ended(job, node, dialect);
        pauseMs = FIRST_LOOK_MS;
      }
    }
  }

  /** The job as it failed: what it says once it is cancelled is only that. */
  async #ended(job: MigrationJob, node: NodeRef, dialect: MigrationDialect): Promise<MigrationJob> {
    const now = (await this.jobsAt(node, dialect)).find(({ id }) => id === job.id);
    return now === undefined || now.running || now.state === 'canceled' ? { ...job, running: false } : now;
  }

  /** Whether the job will end: on some servers that would end jobs of others, too. */
  async #cancel(node: NodeRef, job: MigrationJob, jobs: readonly MigrationJob[], dialect: MigrationDialect): Promise<boolean> {
    const { cancelsAll, cancel } = MIGRATION_COMMANDS[dialect];
    if (cancelsAll && jobs.some(({ id, running }) => running && id !== job.id)) return false;
    try {
      await this.connections.send(knownAddress(node.name, node.address), cancel(job.id));
    } catch (error) {
      // It has just ended.
      if (!(error instanceof ReplyError && /no migrations/i.test(error.message))) throw error;
    }
    return true;
  }
}

/** A job in words. */
export function describeJob({ slots, state, direction }: MigrationJob): string {
  return `an atomic ${direction} of slots ${slotsText(slots, 4)} (${state})`;
}

export function overlap(slots: SlotSet, some: ReadonlySet<number>): SlotSet {
  return slots.filter((slot) => some.has(slot));
}
