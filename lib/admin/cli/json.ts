import { SlotwiseError } from '../../errors.js';
import { printable } from '../../util/printable.js';
import { AdminError } from '../admin-error.js';
import { describeStep, type Plan, type PlanStep } from '../plans/steps.js';
import type { RunOutcome } from '../run/executor.js';
import { UsageError } from './usage-error.js';

/** One document on the standard output. */
export function jsonText(value: unknown): string {
  return `${printable(JSON.stringify(value, null, 2), '\n')}\n`;
}

/** An error for programs. `message` has no secrets any more. */
export function errorJson(error: unknown, message: string): Record<string, unknown> {
  if (!(error instanceof SlotwiseError)) return { code: 'ERR_UNEXPECTED', message };
  if (error instanceof UsageError) return { code: 'ERR_USAGE', message };
  const { code, node, executed } = error;
  return {
    code,
    message,
    ...(error instanceof AdminError ? { reason: error.reason } : {}),
    ...(node === undefined ? {} : { node }),
    executed,
  };
}

export function planJson({ title, steps, notes }: Plan): Record<string, unknown> {
  return { title, steps: steps.map(stepJson), notes };
}

export function outcomeJson({ status, slots, totalSlots, keys, left }: RunOutcome): Record<string, unknown> {
  return { status, slots, totalSlots, keys, left: left.map(stepJson) };
}

function stepJson(step: PlanStep): Record<string, unknown> {
  return { do: step.do, text: describeStep(step) };
}
