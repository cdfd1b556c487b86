import type { SlotSet } from '../slot-list.js';
import type { ClusterState } from './cluster-state.js';
import { byPair, openEndsOf, passageOf, runningJobsOf } from './open-slots.js';

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
  const nameOf = (id: string | null): string | null => nodes.get(id ?? '')?.name ?? null;
  const byKey = byPair([...nodes.values()].flatMap(openEndsOf).map(passageOf));
  return [
    ...byKey.map(({ from, to, slots }) => ({ from: nameOf(from), to: nameOf(to), slots, state: 'open' })),
    ...runningJobsOf({ nodes }).map(({ job, from, to }) => ({ from: nameOf(from), to: nameOf(to), slots: job.slots, state: job.state })),
  ];
}
