import { sleep } from '../../runtime/runtime.js';
import type { NodeFacts } from '../health/node-facts.js';
import type { BatchClient } from '../node-connections.js';
import { commonDialect, type MigrationDialect, migrationDialectOf } from '../state/migration-jobs.js';
import { AtomicMover } from './atomic-mover.js';
import { isReply } from './key-mover.js';
import { describeJob, MigrationWatch } from './migration-watch.js';
import type { MoveLimits } from './move-options.js';
import { wayOf } from './move-way.js';
import { type MoveStep, SlotMover, type StepControl } from './slot-mover.js';

const PAUSE_MS = 200;
/** How often a move goes on that was refused because of a migration. */
const MAX_REFUSALS = 20;
/** Refusals of CLUSTER SETSLOT by Valkey 9 and Redis 8.4. */
const MIGRATION_RUNS = /slot (?:export|import) in progress|active atomic slot migration|pending trim/i;

type Dialects = Readonly<Record<'from' | 'to', MigrationDialect | null>>;

/** Mover of slots in the best way that both nodes know. */
export class WayFinder {
  readonly #slots: SlotMover;
  readonly #watch: MigrationWatch;

  constructor(
    private readonly connections: BatchClient,
    private readonly limits: MoveLimits,
    /** What the nodes say of themselves, by node id. */
    private readonly facts: ReadonlyMap<string, NodeFacts>,
  ) {
    this.#slots = new SlotMover(connections, limits);
    this.#watch = new MigrationWatch(connections, 2 * limits.replicasTimeoutMs);
  }

  /** Moves the slots of a step until it is stopped. */
  async move(step: MoveStep, control: StepControl): Promise<void> {
    const dialects = { from: this.#dialectOf(step.from.id), to: this.#dialectOf(step.to.id) };
    const way = wayOf(step, commonDialect(dialects), this.limits);
    const left = new Set(step.slots);
    let because = way.atomic === null ? way.because : null;
    if (way.atomic !== null) {
      because = await new AtomicMover(this.connections, this.limits, way.atomic).move(step, countingDown(left, control));
      if (because === null) return;
    }
    if (because !== null) control.note(`slots go from ${step.from.name} to ${step.to.name} key by key: ${because}`);
    await this.#moveKeys(step, left, dialects, control);
  }

  /** Somebody may begin a migration at any moment, and the nodes refuse to open slots then: what is left goes on when it has ended. */
  async #moveKeys(step: MoveStep, left: Set<number>, dialects: Dialects, control: StepControl): Promise<void> {
    const counting = countingDown(left, control);
    for (let refusals = 1; ; refusals++) {
      await this.#untilFree(step, dialects, control);
      try {
        return await this.#slots.move({ ...step, slots: step.slots.filter((slot) => left.has(slot)) }, counting);
      } catch (error) {
        if (refusals === MAX_REFUSALS || !isReply(error, MIGRATION_RUNS)) throw error;
        await sleep(PAUSE_MS);
      }
    }
  }

  /** While a migration runs, its nodes refuse to open slots, of which one side would stay open. */
  async #untilFree(step: MoveStep, dialects: Dialects, control: StepControl): Promise<void> {
    const slots = new Set(step.slots);
    for (let isNoted = false; !control.isStopped(); isNoted = true) {
      // One product refuses them for every slot, the other one only for those that move.
      const job = await this.#watch.inTheWay(step, slots, dialects.to === 'valkey', dialects);
      if (job === null) return;
      if (!isNoted) control.note(`waiting for ${describeJob(job)}, which somebody else has begun`);
      await sleep(PAUSE_MS);
    }
  }

  #dialectOf(id: string): MigrationDialect | null {
    return migrationDialectOf(this.facts.get(id) ?? null);
  }
}

/** Has the slots that move leave the set. */
function countingDown(left: Set<number>, control: StepControl): StepControl {
  return {
    ...control,
    moved: (slots, keys) => {
      for (const slot of slots) left.delete(slot);
      control.moved(slots, keys);
    },
  };
}
