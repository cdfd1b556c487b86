import { sleep } from '../runtime/runtime.js';
import { hasErrors, type Problem } from './health/problem.js';
import type { TopologyReport } from './topology-report.js';

/** As long as a replica needs for its next confirmation, and a sentinel for its next message. */
const PAUSE_MS = 1_500;

/**
 * A report whose errors are still there at a second look: answers of different moments contradict each other while roles change. With errors
 * it is the report of the second look.
 */
export async function lastingReport(look: () => Promise<TopologyReport>, pauseMs = PAUSE_MS): Promise<TopologyReport> {
  const first = await look();
  if (!hasErrors(first.problems)) return first;
  await sleep(pauseMs);
  const second = await look();
  return { ...second, problems: stillThere(first.problems, second.problems) };
}

/** The problems of the second look, without errors of which the first one had none. */
function stillThere(first: readonly Problem[], second: readonly Problem[]): Problem[] {
  const errors = first.filter(({ severity }) => severity === 'error');
  return second.filter((problem) => problem.severity !== 'error' || errors.some((error) => isSame(error, problem)));
}

/** One error may be about several servers, and about fewer of them a moment later. */
function isSame(a: Problem, b: Problem): boolean {
  const [of = [], others = []] = [a.nodes, b.nodes];
  return a.kind === b.kind && (of.length === 0 || others.length === 0 || of.some((name) => others.includes(name)));
}
