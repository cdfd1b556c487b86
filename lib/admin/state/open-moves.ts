import type { SlotSet } from '../slot-list.js';
import type { ClusterState } from './cluster-state.js';

/** Slots on their way from one node to another. */
export interface OpenMove {
  /** Names of the nodes; null: the cluster does not know the node. */
  readonly from: string | null;
  readonly to: string | null;
  readonly slots: SlotSet;
  /** `open`: key by key, these are the open slots. Else the server's word for the state of its atomic migration. */
  readonly state: string;
}

/** The open slots of each pair of nodes, and the atomic migrations that run. */
export function openMoves({ nodes }: ClusterState): OpenMove[] {
  const pairs = new Map<string, { from: string; to: string; slots: Set<number> }>();
  const open = (from: string, to: string, slot: number): void => {
    const pair = pairs.get(`${from} ${to}`) ?? { from, to, slots: new Set() };
    pairs.set(`${from} ${to}`, pair);
    pair.slots.add(slot);
  };
  const jobs = new Map<string, OpenMove>();
  const nameOf = (id: string | null): string | null => nodes.get(id ?? '')?.name ?? null;
  for (const node of nodes.values()) {
    for (const [slot, to] of node.migrating) open(node.id, to, slot);
    for (const [slot, from] of node.importing) open(from, node.id, slot);
    for (const { id, direction, peer, slots, state, running } of node.jobs) {
      // Both ends tell of a job, by one name.
      if (!running || jobs.has(id)) continue;
      const [from, to] = direction === 'import' ? [nameOf(peer), node.name] : [node.name, nameOf(peer)];
      jobs.set(id, { from, to, slots, state });
    }
  }
  const byKey = [...pairs.values()].map(({ from, to, slots }) => ({
    from: nameOf(from),
    to: nameOf(to),
    slots: [...slots].sort((a, b) => a - b),
    state: 'open',
  }));
  return [...byKey, ...jobs.values()];
}
