import { random as runtimeRandom } from '../runtime/runtime.js';

/** Shortest and longest delay between two attempts. */
export interface BackoffLimits {
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * Delay before the next attempt, `attempt` counting the failed ones from 0: uniform between `minMs` and a ceiling that doubles with every
 * attempt, from twice `minMs` up to `maxMs`. Jitter over the whole range keeps clients that lost the same server from returning in step.
 * https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
export function backoffMs(attempt: number, limits: BackoffLimits, random: () => number = runtimeRandom): number {
  const ceilingMs = Math.min(limits.maxMs, limits.minMs * 2 ** (attempt + 1));
  return Math.round(limits.minMs + random() * (ceilingMs - limits.minMs));
}
