import { type Address, addressKey } from '../../options/address.js';
import type { ProbeFocus } from '../resolver-api.js';
import { isConfirmed, type TopologySnapshot } from '../snapshot.js';

/** How many nodes are asked first that only a MOVED names: they may be nowhere, and must not hold up those that are known. */
const UNKNOWN_FIRST = 2;
/** How many nodes are asked again because there is a connection to them; the third one changes from probe to probe. */
const STICKY = 2;

/**
 * Addresses of the known nodes in the order in which a probe asks them: those that a MOVED named; the replicas of a primary that does not
 * answer, because the one that is promoted knows it first; those to which there is a connection (`answered`); the others in random order;
 * last those that do not answer.
 */
export function askingOrder(
  previous: TopologySnapshot,
  focus: ProbeFocus | undefined,
  answered: readonly string[],
  random: () => number,
): Address[] {
  const suspects = focus?.suspects ?? new Set<string>();
  const nodes = shuffled(
    [...previous.nodes.values()].filter(({ key }) => isConfirmed(previous, key)),
    random,
  );
  const healthy = nodes.filter((node) => !suspects.has(node.key) && (node.role === 'primary' || node.usable));
  const successors = healthy.filter((node) => node.replicaOf !== null && suspects.has(node.replicaOf));
  const sticky = healthy.filter((node) => answered.includes(node.key)).slice(0, STICKY);
  const moved = focus?.moved ?? [];
  const unknown = moved.filter((address) => !isConfirmed(previous, addressKey(address)));
  const known = [...successors, ...sticky, ...healthy, ...nodes].map(({ address }) => address);
  return [...unknown.slice(0, UNKNOWN_FIRST), ...moved.filter((address) => !unknown.includes(address)), ...known, ...unknown];
}

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
