import { ReconnectStrategyError } from './errors.js';
import type { ReconnectStrategy } from './options/types.js';

const LONGEST_MS = 2000;
const FIRST_MS = 50;

/** What follows a failed attempt to connect. */
export type RetryDecision =
  | { readonly delayMs: number /** What the strategy threw. */; readonly thrown?: unknown }
  | { readonly endedBy: Error };

/** Asks the strategy. `retries`: how many attempts failed before this one. One that throws is as none. */
export function decideRetry(strategy: ReconnectStrategy | undefined, retries: number, cause: Error): RetryDecision {
  const usual = { delayMs: Math.min(FIRST_MS * 2 ** retries, LONGEST_MS) };
  if (strategy === undefined) return usual;
  if (strategy === false) return { endedBy: cause };
  if (typeof strategy === 'number') return { delayMs: strategy };
  try {
    const decided: unknown = strategy(retries, cause);
    if (decided === false) return { endedBy: cause };
    if (decided instanceof Error) return { endedBy: new ReconnectStrategyError(decided, cause) };
    if (typeof decided === 'number' && decided >= 0) return { delayMs: decided };
    throw new TypeError(`Reconnect strategy should return \`false | Error | number\`, got ${String(decided)} instead`);
  } catch (thrown) {
    return { ...usual, thrown };
  }
}
