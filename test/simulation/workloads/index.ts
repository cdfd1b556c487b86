import { stringWorkloads } from './strings.js';
import type { Workload } from './workload.js';

/** All that programs do with a client. */
export const workloads: readonly Workload[] = [...stringWorkloads];

const byName: ReadonlyMap<string, Workload> = new Map(workloads.map((workload) => [workload.name, workload]));

export function workloadOf(name: string): Workload {
  const workload = byName.get(name);
  if (workload === undefined) throw new Error(`no workload ${name}`);
  return workload;
}
