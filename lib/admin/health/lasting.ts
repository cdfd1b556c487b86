import { sleep } from '../../util/timers.js';
import type { Problem } from './problem.js';

/** As long as a replica needs for its next confirmation, and a sentinel for its next message. */
const PAUSE_MS = 1_500;

/** Errors that are still there at a second look: answers of different moments contradict each other while roles change. */
export async function lasting(problems: readonly Problem[], again: () => Promise<readonly Problem[]>): Promise<readonly Problem[]> {
  if (problems.every(({ severity }) => severity !== 'error')) return problems;
  await sleep(PAUSE_MS);
  return stillThere(problems, await again());
}

/** The problems of the second look, without errors that the first one had not. */
export function stillThere(first: readonly Problem[], second: readonly Problem[]): Problem[] {
  const keyOf = ({ kind, nodes = [] }: Problem): string => [kind, ...nodes].join(' ');
  const known = new Set(first.filter(({ severity }) => severity === 'error').map(keyOf));
  return second.filter((problem) => problem.severity !== 'error' || known.has(keyOf(problem)));
}
