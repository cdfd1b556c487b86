import { sleep } from '../../util/timers.js';
import type { NodeFacts } from '../health/node-facts.js';
import type { BatchClient } from '../node-connections.js';
import { type MigrationDialect, migrationDialectOf } from '../state/migration-jobs.js';
import { AtomicMover } from './atomic-mover.js';
import { describeJob, MigrationWatch } from './migration-watch.js';
import type { MoveLimits } from './move-options.js';
import { commonDialect, wayOf } from './move-way.js';
import { type MoveStep, SlotMover, type StepControl } from './slot-mover.js';

const PAUSE_MS = 200;

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
      const counting: StepControl = {
        ...control,
        moved: (slots, keys) => {
          for (const slot of slots) left.delete(slot);
          control.moved(slots, keys);
        },
      };
      because = await new AtomicMover(this.connections, this.limits, way.atomic).move(step, counting);
      if (because === null) return;
    }
    if (because !== null) control.note(`slots go from ${step.from.name} to ${step.to.name} key by key: ${because}`);
    await this.#untilFree(step, dialects, control);
    await this.#slots.move({ ...step, slots: step.slots.filter((slot) => left.has(slot)) }, control);
  }

  /** While a migration runs, its nodes refuse to open slots, of which one side would stay open. */
  async #untilFree(
    step: MoveStep,
    dialects: Readonly<Record<'from' | 'to', MigrationDialect | null>>,
    control: StepControl,
  ): Promise<void> {
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
