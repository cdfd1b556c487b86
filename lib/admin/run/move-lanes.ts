import type { SlotStep } from '../plans/steps.js';

/** Steps that put keys into one target at a time: each source waits while the target takes the keys of another. */
const PER_TARGET = 2;

/**
 * Whether a step may begin beside those that run. Two steps of one source would only take turns. A node that takes slots and gives others
 * away at the same time may, by its newer config epoch, claim back in gossip what it has just given.
 */
export function mayStart({ from, to }: SlotStep, running: readonly SlotStep[], parallel: number, perTarget = PER_TARGET): boolean {
  if (running.length >= parallel) return false;
  if (running.filter((step) => step.to.id === to.id).length >= perTarget) return false;
  return running.every((step) => step.from.id !== from.id && step.from.id !== to.id && step.to.id !== from.id);
}
