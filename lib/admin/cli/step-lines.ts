import type { PlanStep } from '../plans/steps.js';
import { describeGroup, groupsOf, isSameForget } from './render.js';

/** The lines that a run shows: one as each step begins, and one for all steps that people read as one. */
export class StepLines {
  readonly #steps: readonly PlanStep[];
  /** The step that began last; null: none has begun. */
  current: PlanStep | null = null;

  constructor(steps: readonly PlanStep[]) {
    this.#steps = steps;
  }

  /** The line for a step of this index, of so many that are left to do; null: the line before is its own, too. */
  begin(step: PlanStep, index: number, total: number): string | null {
    const before = this.current;
    this.current = step;
    if (before !== null && isSameForget(before, step)) return null;
    const group = groupsOf(this.#steps).find((each) => isSameForget(each[0] ?? step, step)) ?? [step];
    return `[${index + 1}/${total}] ${describeGroup(group)}`;
  }
}
