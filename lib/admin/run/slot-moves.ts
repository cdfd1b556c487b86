import type { NodeConnections } from '../node-connections.js';
import type { SlotStep } from '../plans/steps.js';
import { type MoveOptions, SlotMover } from './slot-mover.js';
import type { ReadCluster } from './step-runner.js';

/** What a run of moves is told, and tells. */
export interface MoveHooks {
  /** Signal to stop: nothing more is begun, and what is half done is finished or taken back. */
  readonly stop: AbortSignal | undefined;
  /** Called before a step begins; what it rejects with ends the run. */
  readonly guard: (step: SlotStep) => Promise<void>;
  /** So many more slots of the step have moved, with so many keys. What it throws ends the run. */
  moved(step: SlotStep, slots: number, keys: number): void;
  /** Something that the operator should know, which ends nothing. */
  note(text: string): void;
}

/** The failure of one of several steps that move slots. */
export class MoveFailure extends Error {
  constructor(
    readonly step: SlotStep,
    override readonly cause: unknown,
    /** What is left of the steps, the failed one included. */
    readonly left: readonly SlotStep[],
  ) {
    super(`a step that moves slots failed`, { cause });
  }
}

/** Runs of consecutive steps that move slots, which may go on side by side. */
export class SlotMoves {
  readonly #mover: SlotMover;

  constructor(connections: NodeConnections, _read: ReadCluster, options: MoveOptions) {
    this.#mover = new SlotMover(connections, options);
  }

  /** Resolves with what is left of each step, nothing if all are done. Rejects with a `MoveFailure`. */
  async run(steps: readonly SlotStep[], hooks: MoveHooks): Promise<readonly SlotStep[]> {
    for (const [index, step] of steps.entries()) {
      const later = steps.slice(index + 1);
      let done = 0;
      const rest = (): SlotStep[] => [{ ...step, slots: step.slots.slice(done) }, ...later];
      try {
        if (hooks.stop?.aborted !== true) await hooks.guard(step);
        for (; done < step.slots.length; done++) {
          if (hooks.stop?.aborted === true) return rest();
          hooks.moved(step, 1, await this.#moveOne(step, step.slots[done] ?? 0));
        }
      } catch (error) {
        throw new MoveFailure(step, error, rest());
      }
    }
    return [];
  }

  #moveOne(step: SlotStep, slot: number): Promise<number> {
    switch (step.do) {
      case 'moveSlots':
        return this.#mover.move(slot, step.from, step.to, step.others, step.replace);
      case 'gather':
        return this.#mover.collectKeys(slot, step.from, step.to, step.duplicates);
      case 'takeBack':
        return this.#mover.takeBack(slot, step.from, step.to);
      default:
        return step satisfies never;
    }
  }
}
