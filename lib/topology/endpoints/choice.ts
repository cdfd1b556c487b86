import { random as runtimeRandom } from '../../runtime/runtime.js';
import type { NodeInfo } from '../snapshot.js';

/** What decides which of several equal endpoints is asked first. */
export interface ChoiceFacts {
  /** Where the client is; null: it does not say. */
  readonly zone: string | null;
  /** It failed a moment ago. */
  readonly isFailing: (key: string) => boolean;
}

/**
 * The endpoints in the order in which they are tried: those that have not just failed, of them those of the client's own zone, and these at
 * random by weight, so that the clients of a fleet spread over all.
 */
export function orderOfChoice(
  endpoints: readonly NodeInfo[],
  { zone, isFailing }: ChoiceFacts,
  random: () => number = runtimeRandom,
): readonly NodeInfo[] {
  const ranked = endpoints.map((node) => ({
    node,
    failing: isFailing(node.key) ? 1 : 0,
    far: zone !== null && node.zone !== zone ? 1 : 0,
    // The least of such numbers is that of a node with the probability of its weight (Efraimidis and Spirakis).
    turn: -Math.log(1 - random()) / (node.weight ?? 1),
  }));
  ranked.sort((a, b) => a.failing - b.failing || a.far - b.far || a.turn - b.turn);
  return ranked.map(({ node }) => node);
}
