import { reportListenerError } from '../../diagnostics.js';
import { SlotwiseError, show } from '../../errors.js';
import { callAside } from '../../util/user-function.js';
import { AdminError } from '../admin-error.js';
import type { NodeConnections } from '../node-connections.js';
import { describeStep, type Plan, type PlanStep, type SlotStep, slotsToMove } from '../plans/steps.js';
import { type MoveOptions, SlotMover } from './slot-mover.js';
import { type ReadCluster, StepRunner } from './step-runner.js';

export interface Progress {
  readonly slots: number;
  /** Slots of the whole plan. */
  readonly totalSlots: number;
  readonly keys: number;
}

export interface RunOptions extends MoveOptions {
  /** Signal to stop: the slot that is being moved is finished, and nothing more is begun. */
  readonly stop?: AbortSignal;
  /** What it throws ends the run, before the step. */
  readonly onStep?: (step: PlanStep, index: number) => void;
  /** What it throws ends the run, between two slots. */
  readonly onProgress?: (progress: Progress) => void;
  /** How long nodes may take to know each other, or to agree, in ms. Default 60,000. */
  readonly settleMs?: number;
}

export interface RunOutcome extends Progress {
  /** `stopped`: by `stop`. The same command, run again, goes on from there. */
  readonly status: 'done' | 'stopped';
  /** Steps that were not begun; a step that moves slots has the slots that are left. */
  readonly left: readonly PlanStep[];
}

/** One run of a plan, a step after the other: counts slots and keys, and stops between two slots. */
export class Executor {
  readonly #options: RunOptions;
  readonly #steps: StepRunner;
  readonly #mover: SlotMover;
  #slots = 0;
  #keys = 0;
  #totalSlots = 0;

  constructor(connections: NodeConnections, read: ReadCluster, options: RunOptions) {
    this.#options = options;
    this.#steps = new StepRunner(connections, read, options.settleMs);
    this.#mover = new SlotMover(connections, options);
  }

  async run(plan: Plan): Promise<RunOutcome> {
    this.#totalSlots = slotsToMove(plan);
    for (const [index, step] of plan.steps.entries()) {
      if (this.#isStopped) return this.#outcome('stopped', plan.steps.slice(index));
      tell('onStep', this.#options.onStep?.(step, index));
      const rest = await this.#runStep(step).catch((error: unknown) => {
        throw this.#failure(step, error);
      });
      if (rest !== null) return this.#outcome('stopped', [rest, ...plan.steps.slice(index + 1)]);
    }
    return this.#outcome('done', []);
  }

  get #isStopped(): boolean {
    return this.#options.stop?.aborted === true;
  }

  /** Resolves with what is left of the step, null if nothing is. */
  async #runStep(step: PlanStep): Promise<PlanStep | null> {
    if (step.do === 'moveSlots') {
      const { from, to, others, replace } = step;
      return await this.#eachSlot(step, (slot) => this.#mover.move(slot, from, to, others, replace));
    }
    if (step.do === 'gather') {
      const { from, to, duplicates } = step;
      return await this.#eachSlot(step, (slot) => this.#mover.collectKeys(slot, from, to, duplicates));
    }
    await this.#steps.run(step);
    return null;
  }

  async #eachSlot(step: SlotStep, work: (slot: number) => Promise<number>): Promise<SlotStep | null> {
    for (const [index, slot] of step.slots.entries()) {
      if (this.#isStopped) return { ...step, slots: step.slots.slice(index) };
      this.#keys += await work(slot);
      this.#slots++;
      tell('onProgress', this.#options.onProgress?.({ slots: this.#slots, totalSlots: this.#totalSlots, keys: this.#keys }));
    }
    return null;
  }

  #failure(step: PlanStep, error: unknown): AdminError {
    const reason = error instanceof SlotwiseError ? error.message : show(error);
    const node = error instanceof SlotwiseError && error.node !== undefined ? ` (${error.node})` : '';
    const done = this.#totalSlots > 0 ? ` after ${this.#slots} of ${this.#totalSlots} slots` : '';
    const text = `could not ${describeStep(step)}${done}: ${reason}${reason.includes(node.slice(2, -1)) ? '' : node}`;
    // Of this step a part may have been done, and of those before it all.
    return new AdminError(`${text}. Nothing is lost: the same command, run again, goes on from here`, {
      executed: 'unknown',
      cause: error,
    });
  }

  #outcome(status: RunOutcome['status'], left: readonly PlanStep[]): RunOutcome {
    return { status, slots: this.#slots, totalSlots: this.#totalSlots, keys: this.#keys, left };
  }
}

/** Takes what a user's function returned. What it throws ends the run; nobody waits for a promise, whose rejection becomes a warning. */
function tell(name: string, result: unknown): void {
  callAside(
    () => result,
    (error) => reportListenerError(name, error),
  );
}
