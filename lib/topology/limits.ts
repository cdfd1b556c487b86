import { type SlotwiseError, TopologyError } from '../errors.js';

/**
 * Bounds of what is believed of servers, far above what there is. A deployment may be mistaken, and a server may be made to lie: neither may
 * have a client open ten thousand connections, or its process stand still.
 */
export const LIMITS = {
  /** Sentinels of a group. Some are asked at each probe, and there is a subscription to each. */
  sentinels: 100,
  /** Replicas of one primary, and members of a replication group, each of which is asked at each probe. */
  replicas: 1_000,
  /** Nodes of a cluster. The servers' own advice is to stay below a thousand. */
  nodes: 10_000,
  /** Ranges of slots in one view of a cluster: there are no more slots. */
  ranges: 16_384,
  /** Characters of CLUSTER NODES, of which a node has about 150 and a slot 6. */
  nodesText: 4_194_304,
} as const satisfies Record<string, number>;

type Limit = keyof typeof LIMITS;

const NOUNS: Readonly<Record<Limit, string>> = {
  sentinels: 'sentinels',
  replicas: 'replicas',
  nodes: 'nodes of the cluster',
  ranges: 'ranges of slots',
  nodesText: 'characters of CLUSTER NODES',
};

/** The error for a server that names more than is believed. `what`: what follows. */
export function tooLarge(node: string, limit: Limit, count: number, what: string): TopologyError {
  const message = `${node} names ${count} ${NOUNS[limit]}, more than the ${LIMITS[limit]} that are believed: ${what}`;
  return new TopologyError('ERR_TOPOLOGY_TOO_LARGE', message, [], { node });
}

/** The first of a list, as many as are believed; where there are more, `report` gets an error. */
export function bounded<T>(
  list: readonly T[],
  limit: Limit,
  node: string,
  report: (source: string, error: SlotwiseError) => void,
): readonly T[] {
  if (list.length <= LIMITS[limit]) return list;
  report(`too many ${limit}`, tooLarge(node, limit, list.length, `the first ${LIMITS[limit]} count`));
  return list.slice(0, LIMITS[limit]);
}

/** Throws where a list is longer than is believed, and its beginning alone would be a wrong picture. */
export function refuseBeyond(count: number, limit: Limit, node: string): void {
  if (count > LIMITS[limit]) throw tooLarge(node, limit, count, 'its view does not count');
}
