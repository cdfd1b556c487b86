import { reportListenerError } from '../../diagnostics.js';
import { SlotwiseError, show } from '../../errors.js';
import { callAside } from '../../util/user-function.js';
import { AdminError } from '../admin-error.js';
import type { NodeConnections } from '../node-connections.js';
import { describeStep, isSlotStep, type Plan, type PlanStep, type SlotStep, slotsToMove } from '../plans/steps.js';
import type { MoveOptions } from './slot-mover.js';
import { MoveFailure, SlotMoves } from './slot-moves.js';
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
  readonly #moves: SlotMoves;
  #slots = 0;
  #keys = 0;
  #totalSlots = 0;

  constructor(connections: NodeConnections, read: ReadCluster, options: RunOptions) {
    this.#options = options;
    this.#steps = new StepRunner(connections, read, options.settleMs);
    this.#moves = new SlotMoves(connections, read, options);
  }

  async run(plan: Plan): Promise<RunOutcome> {
    const { steps } = plan;
    this.#totalSlots = slotsToMove(plan);
    for (let index = 0; index < steps.length; ) {
      if (this.#isStopped) return this.#outcome('stopped', steps.slice(index));
      const moves = movesFrom(steps, index);
      const [step] = steps.slice(index);
      if (moves.length > 0) {
        const left = await this.#move(moves, index);
        if (left.length > 0) return this.#outcome('stopped', [...left, ...steps.slice(index + moves.length)]);
        index += moves.length;
      } else if (step !== undefined && !isSlotStep(step)) {
        tell('onStep', this.#options.onStep?.(step, index));
        await this.#steps.run(step).catch((error: unknown) => {
          throw this.#failure(step, error);
        });
        index++;
      }
    }
    return this.#outcome('done', []);
  }

  get #isStopped(): boolean {
    return this.#options.stop?.aborted === true;
  }

  /** Resolves with what is left of the steps, of which the first has this index in the plan. */
  async #move(steps: readonly SlotStep[], firstIndex: number): Promise<readonly SlotStep[]> {
    try {
      return await this.#moves.run(steps, {
        stop: this.#options.stop,
        guard: async (step) => tell('onStep', this.#options.onStep?.(step, firstIndex + steps.indexOf(step))),
        moved: (_, slots, keys) => {
          this.#slots += slots;
          this.#keys += keys;
          tell('onProgress', this.#options.onProgress?.({ slots: this.#slots, totalSlots: this.#totalSlots, keys: this.#keys }));
        },
        note: () => undefined,
      });
    } catch (error) {
      throw error instanceof MoveFailure ? this.#failure(error.step, error.cause) : error;
    }
  }

  #failure(step: PlanStep, error: unknown): AdminError {
    const reason = error instanceof SlotwiseError ? error.message : show(error);
    const node = error instanceof SlotwiseError && error.node !== undefined ? ` (${error.node})` : '';
    const done = this.#totalSlots > 0 ? ` after ${this.#slots} of ${this.#totalSlots} slots` : '';
    const text = `could not ${describeStep(step)}${done}: ${reason}${reason.includes(node.slice(2, -1)) ? '' : node}`;
    // Of this step a part may have been done, and of those before it all.
    return new AdminError(`${text}. Nothing is lost: the same command, run again, goes on from here`, {
      reason: 'failed',
      executed: 'unknown',
      cause: error,
    });
  }

  #outcome(status: RunOutcome['status'], left: readonly PlanStep[]): RunOutcome {
    return { status, slots: this.#slots, totalSlots: this.#totalSlots, keys: this.#keys, left };
  }
}

/** The steps from this one on that move slots: consecutive, and all moves or all gatherings. */
function movesFrom(steps: readonly PlanStep[], index: number): readonly SlotStep[] {
  const end = steps.findIndex((step, at) => at >= index && (!isSlotStep(step) || step.do !== steps[index]?.do));
  return steps.slice(index, end === -1 ? steps.length : end).filter(isSlotStep);
}

/** Takes what a user's function returned. What it throws ends the run; nobody waits for a promise, whose rejection becomes a warning. */
function tell(name: string, result: unknown): void {
  callAside(
    () => result,
    (error) => reportListenerError(name, error),
  );
}
