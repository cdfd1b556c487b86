import { batchWorkloads } from './batches.js';
import { blockingWorkloads } from './blocking.js';
import { dedicatedWorkloads } from './dedicated.js';
import { duplicateWorkloads } from './duplicates.js';
import { limitWorkloads } from './limits.js';
import { pubsubWorkloads } from './pubsub.js';
import { sameSlotWorkloads } from './same-slot.js';
import { scanWorkloads } from './scans.js';
import { scriptWorkloads } from './scripts.js';
import { stringWorkloads } from './strings.js';
import { structureWorkloads } from './structures.js';
import type { Workload } from './workload.js';

/** All that programs do with a client. */
export const workloads: readonly Workload[] = [
  ...stringWorkloads,
  ...sameSlotWorkloads,
  ...structureWorkloads,
  ...blockingWorkloads,
  ...batchWorkloads,
  ...scriptWorkloads,
  ...scanWorkloads,
  ...pubsubWorkloads,
  ...limitWorkloads,
  ...dedicatedWorkloads,
  ...duplicateWorkloads,
];

/** Those that were added since the first regressions were found: without them plans are what they were then. */
export const addedWorkloads: readonly string[] = [...dedicatedWorkloads, ...duplicateWorkloads].map(({ name }) => name);

const byName: ReadonlyMap<string, Workload> = new Map(workloads.map((workload) => [workload.name, workload]));

export function workloadOf(name: string): Workload {
  const workload = byName.get(name);
  if (workload === undefined) throw new Error(`no workload ${name}`);
  return workload;
}
