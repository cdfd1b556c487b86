import assert from 'node:assert/strict';
import { describeStep, type Plan } from '../../../../lib/admin/plans/steps.js';

/** The texts of a plan's steps, without hosts and without the last wait for agreement. */
export function stepTexts(plan: Plan): string[] {
  const texts = plan.steps.map((step) => describeStep(step).replaceAll('10.0.0.1:', ''));
  return texts.at(-1) === 'wait until all nodes agree' ? texts.slice(0, -1) : texts;
}

/** The texts of the steps, or the message of the error. */
export type ExpectedPlan = readonly string[] | RegExp;

export function assertPlan(make: () => Plan, expected: ExpectedPlan): void {
  if (expected instanceof RegExp) assert.throws(make, (error: Error) => expected.test(error.message) || assert.fail(error.message));
  else assert.deepEqual(stepTexts(make()), expected);
}
