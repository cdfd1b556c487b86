import { SlotwiseError } from '../../errors.js';
import { printable } from '../../util/printable.js';
import { AdminError } from '../admin-error.js';
import { type PlanJson, planToJson } from '../plans/plan-json.js';
import { describeStep, type Plan, type PlanStep } from '../plans/steps.js';
import type { Progress } from '../run/run-error.js';
import { type SlotSet, slotsText } from '../slot-list.js';
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

/** A plan with its steps in words. `slotwise cluster run` takes the document that it is in. */
export function planJson(plan: Plan): { readonly plan: PlanJson; readonly lines: readonly string[] } {
  return { plan: planToJson(plan), lines: plan.steps.map(describeStep) };
}

/** How a run ended. `left`: steps, whose nodes are those of the plan. */
export function outcomeJson(status: string, { slots, totalSlots, keys }: Progress, left: readonly PlanStep[]): Record<string, unknown> {
  return { status, slots, totalSlots, keys, left: planToJson({ title: '', notes: [], steps: left }).steps };
}

/** The same with its slots as ranges, if it has any: a list would have up to 16,384 numbers. */
export function withSlotRanges<T extends { readonly slots?: SlotSet }>(item: T): Omit<T, 'slots'> & { readonly slots?: string } {
  const { slots, ...rest } = item;
  return slots === undefined ? rest : { ...rest, slots: slotsText(slots) };
}
