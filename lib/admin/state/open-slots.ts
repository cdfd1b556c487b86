import type { SlotSet } from '../slot-list.js';
import type { AdminNode, ClusterState } from './cluster-state.js';
import type { MigrationJob } from './migration-jobs.js';

/** One end of an open slot: a node that sends it to another, or receives it from one. */
export interface OpenEnd {
  readonly slot: number;
  /** Id of the node that says so. */
  readonly node: string;
  readonly way: 'migrating' | 'importing';
  /** Id of the other end. */
  readonly peer: string;
}

/** A slot on its way from one node to another. */
export interface SlotPassage {
  readonly slot: number;
  readonly from: string;
  readonly to: string;
}

/** The ends of open slots that a node tells of. */
export function openEndsOf({ id, migrating, importing }: AdminNode): OpenEnd[] {
  return [
    ...[...migrating].map(([slot, peer]): OpenEnd => ({ slot, node: id, way: 'migrating', peer })),
    ...[...importing].map(([slot, peer]): OpenEnd => ({ slot, node: id, way: 'importing', peer })),
  ];
}

/** Where the slot goes, whichever of the two ends tells of it. */
export function passageOf({ slot, node, way, peer }: OpenEnd): SlotPassage {
  return way === 'migrating' ? { slot, from: node, to: peer } : { slot, from: peer, to: node };
}

/** The slots of each pair of nodes, each slot once and in order. */
export function byPair(passages: Iterable<SlotPassage>): { readonly from: string; readonly to: string; readonly slots: SlotSet }[] {
  const pairs = new Map<string, { readonly from: string; readonly to: string; readonly slots: Set<number> }>();
  for (const { slot, from, to } of passages) {
    const pair = pairs.get(`${from} ${to}`) ?? { from, to, slots: new Set() };
    pairs.set(`${from} ${to}`, pair);
    pair.slots.add(slot);
  }
  return [...pairs.values()].map(({ slots, ...ends }) => ({ ...ends, slots: [...slots].sort((a, b) => a - b) }));
}

/** An atomic migration that runs, with the ids of its ends; null: the server does not tell. */
export interface RunningJob {
  readonly job: MigrationJob;
  readonly from: string | null;
  readonly to: string | null;
}

/** The atomic migrations that run, each once: both ends tell of one, by one name, and one of them may not know the other. */
export function runningJobsOf({ nodes }: Pick<ClusterState, 'nodes'>): RunningJob[] {
  const found = new Map<string, RunningJob>();
  for (const { id, jobs } of nodes.values()) {
    for (const job of jobs) {
      const known = found.get(job.id);
      if (!job.running || (known !== undefined && known.job.peer !== null)) continue;
      const [from, to] = job.direction === 'import' ? [job.peer, id] : [id, job.peer];
      found.set(job.id, { job, from, to });
    }
  }
  return [...found.values()];
}
