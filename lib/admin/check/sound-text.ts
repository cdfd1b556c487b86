import { hasErrors, type Problem } from '../health/problem.js';

const FOLLOWED = 'every primary has a replica that follows it';

/** What a check of a cluster can claim, each with the kinds of problems that make it untrue. */
const CLAIMS: readonly (readonly [claim: string, untrueBy: readonly Problem['kind'][]])[] = [
  ['all slots are covered', ['uncovered']],
  ['agreed on', ['contested', 'disagreement', 'unknown', 'down']],
  ['none is open', ['open', 'moving']],
  ['all nodes answer', ['unreachable', 'loading', 'suspected']],
  [FOLLOWED, ['no-replica', 'replica-link']],
];

/** What has been found to be in order, for a check without errors; null: there are errors. `tellsLinks`: replicas said how their links are. */
export function soundText(problems: readonly Problem[], tellsLinks: boolean): string | null {
  if (hasErrors(problems)) return null;
  const found = new Set(problems.map(({ kind }) => kind));
  const claims = CLAIMS.filter(([claim, kinds]) => (tellsLinks || claim !== FOLLOWED) && !kinds.some((kind) => found.has(kind)));
  return claims.map(([claim]) => claim).join(', ');
}
