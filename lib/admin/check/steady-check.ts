import { inOrder, type Problem } from '../health/problem.js';
import type { ServerRule } from '../health/server.js';
import { folded } from '../health/server-problems.js';
import { count } from '../slot-list.js';
import type { ClusterState } from '../state/cluster-state.js';
import { problemsOf } from './check-cluster.js';
import { type ClusterPicture, leftOpen, moveProblems, movesUnderWay } from './moves-under-way.js';
import { inBoth, slotTroubles } from './slot-troubles.js';

/**
 * Problems that one picture may show although nothing is wrong: a picture is put together from answers of different moments, a change takes
 * a moment to reach all nodes, and a replica a moment to find its new primary.
 */
const MAY_PASS: ReadonlySet<Problem['kind']> = new Set([
  'uncovered',
  'contested',
  'open',
  'disagreement',
  'unknown',
  'down',
  'suspected',
  'epochs',
  'replica-link',
  'replica-lag',
  'no-replica',
  'coverage-rule',
  'min-replicas',
  'stray-keys',
  'failover-clock',
]);
/** Pauses before the second picture and those after it, in ms: gossip takes about a second. */
const PAUSES_MS: readonly number[] = [500, 1_000, 1_500];

/** How a steady check looks at the cluster. */
export interface SteadyReader {
  /** How often it looks at least. Default 1. */
  readonly leastLooks?: number;
  /** `before`: the picture before this one. */
  read(before: ClusterPicture | null): Promise<ClusterPicture>;
  sleep(ms: number): Promise<unknown>;
}

/** A cluster as it was at last, with the problems that have lasted. */
export interface SteadyCheck {
  readonly cluster: ClusterState;
  readonly problems: readonly Problem[];
  /** All that was looked at, the oldest first. */
  readonly pictures: readonly ClusterPicture[];
}

/** Looks at a cluster, and again as long as there are errors that may pass; for 3 s at most, and as long as the answers take. */
export async function steadyCheck(
  { leastLooks = 1, read, sleep }: SteadyReader,
  pausesMs: readonly number[] = PAUSES_MS,
): Promise<SteadyCheck> {
  let last = await read(null);
  const pictures = [last];
  let problems = steadyProblems(pictures);
  for (const pauseMs of pausesMs) {
    if (pictures.length >= leastLooks && !needsAnother(problems, pictures.length)) break;
    await sleep(pauseMs);
    last = await read(last);
    pictures.push(last);
    problems = steadyProblems(pictures);
  }
  return { cluster: last.cluster, problems, pictures };
}

function needsAnother(problems: readonly Problem[], pictures: number): boolean {
  const errors = problems.filter(({ severity }) => severity === 'error');
  // A node that does not answer may take its whole timeout each time, and is an error that stays.
  if (pictures > 1 && errors.some(({ kind }) => kind === 'unreachable')) return false;
  return errors.some(({ kind }) => MAY_PASS.has(kind));
}

/** The problems that all pictures show, and the moves that explain what only some do. */
export function steadyProblems(pictures: readonly ClusterPicture[]): Problem[] {
  const [last, ...earlier] = [...pictures].reverse();
  if (last === undefined) return [];
  const troubles = pictures.map(({ cluster }) => slotTroubles(cluster)).reduce(inBoth);
  const open = pictures.length === 1 ? troubles.open : leftOpen(pictures);
  const problems = [...problemsOf(last.cluster, { ...troubles, open }), ...strayProblems(last, pictures)];
  const before = earlier.map((picture) => new Set([...problemsOf(picture.cluster), ...strayProblems(picture)].flatMap(marksOf)));
  const lasting = problems.filter(
    (problem) => !MAY_PASS.has(problem.kind) || before.every((marks) => marksOf(problem).some((mark) => marks.has(mark))),
  );
  return inOrder(folded([...lasting, ...moveProblems(movesUnderWay(pictures), last.cluster)]));
}

/** By what a problem is known again in another picture: its numbers change, and its slots were compared before. */
function marksOf({ kind, nodes = [], slots }: Problem): string[] {
  return slots === undefined && nodes.length > 0 ? nodes.map((node) => `${kind} ${node}`) : [kind];
}

/** Keys that a primary has in slots of others. */
export const STRAY_KEYS: Pick<ServerRule, 'severity' | 'kind' | 'when'> = {
  severity: 'error',
  kind: 'stray-keys',
  when: 'a primary has keys in slots that it does not own, where no client finds them',
};

/** Keys are counted after the slots were read: those of a slot that has come meanwhile look like strays. `pictures`: to find such moves in. */
function strayProblems({ cluster, strays }: ClusterPicture, pictures: readonly ClusterPicture[] = []): Problem[] {
  const moving = new Set(movesUnderWay(pictures.slice(-2)).flatMap(({ from, to }) => [from, to]));
  const settled = [...strays].filter(([id]) => !moving.has(id));
  return settled.map(([id, keys]) => {
    const name = cluster.nodes.get(id)?.name ?? id;
    const text = `${name} has ${count(keys, 'key')} in slots that it does not own, where no client finds them: slotwise cluster fix takes them to their owners`;
    return { severity: STRAY_KEYS.severity, kind: STRAY_KEYS.kind, text, nodes: [name] };
  });
}
