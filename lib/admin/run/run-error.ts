import { nameErrors } from '../../util/slotwise-error.js';
import { AdminError } from '../admin-error.js';
import type { PlanStep } from '../plans/steps.js';

export interface Progress {
  readonly slots: number;
  /** Slots of the whole plan. */
  readonly totalSlots: number;
  readonly keys: number;
}

/** A run of a plan that ended on the way. */
export class RunError extends AdminError {
  constructor(
    message: string,
    facts: ConstructorParameters<typeof AdminError>[1],
    /** Steps that are not done, the one that failed first; a step that moves slots has the slots that are left. */
    readonly left: readonly PlanStep[],
    /** What was done before. */
    readonly progress: Progress,
  ) {
    super(message, facts);
  }
}

nameErrors({ RunError });
