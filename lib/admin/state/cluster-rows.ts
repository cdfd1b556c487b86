import type { ServerRow } from '../health/server-row.js';
import { count } from '../slot-list.js';
import { type AdminNode, type ClusterState, primariesOf, replicasOf } from './cluster-state.js';
import type { MigrationJob } from './migration-jobs.js';

/** The shards in the order of their slots, those that do not answer last, replicas under their primary. */
export function clusterRows(cluster: ClusterState): ServerRow[] {
  const reachable = primariesOf(cluster);
  const heads = [...cluster.nodes.values()].filter(({ primaryId }) => primaryId === null || !cluster.nodes.has(primaryId));
  const primaries = [...reachable, ...heads.filter((node) => !reachable.includes(node)).sort(byName)];
  return primaries.flatMap((primary) => [
    rowOf(primary, 0),
    ...replicasOf(cluster, primary.id)
      .filter((node) => !primaries.includes(node))
      .sort(byName)
      .map((replica) => rowOf(replica, 1)),
  ]);
}

/** `cluster of 3 shards, 6 nodes` */
export function clusterTitle(cluster: ClusterState): string {
  const shards = [...cluster.nodes.values()].filter(({ slots }) => slots.length > 0).length;
  return `cluster of ${count(shards, 'shard')}, ${count(cluster.nodes.size, 'node')}`;
}

/** The atomic migrations that run, each once: both ends tell of one. */
export function runningJobs({ nodes }: ClusterState): MigrationJob[] {
  const jobs = [...nodes.values()].flatMap((node) => node.jobs).filter(({ running }) => running);
  return [...new Map(jobs.map((job) => [job.id, job])).values()];
}

function rowOf({ id, name, role, address, reachable, problem, slots, keys, keysKnown, facts }: AdminNode, depth: number): ServerRow {
  return { id, name, depth, role, address, reachable, problem, slots, keys: keysKnown ? keys : null, facts };
}

function byName(a: AdminNode, b: AdminNode): number {
  return a.name < b.name ? -1 : 1;
}
