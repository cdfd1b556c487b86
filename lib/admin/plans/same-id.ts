import type { AdminNode } from '../state/cluster-state.js';

/** Whether answers with one node id come from two processes: each has a run id of its own. https://redis.io/docs/latest/commands/info/ */
export function areTwo(a: AdminNode, b: AdminNode): boolean {
  const [one, other] = [a, b].map(({ facts }) => facts?.info.get('run_id'));
  return one !== undefined && other !== undefined && one !== other;
}

export function sameIdText(member: AdminNode, copy: AdminNode): string {
  return `${copy.name} has the node id of ${member.name} (${copy.id.slice(0, 8)}): its cluster-config-file was copied. Give it an id of its own with CLUSTER RESET HARD`;
}
