import type { ServerRow } from '../health/server-row.js';
import { treeRows } from '../replication/tree-rows.js';
import type { SentinelGroupState, SentinelNode } from './sentinel-group.js';

/** The data servers of a group with replicas under their primary, then its sentinels. */
export function groupRows({ tree, sentinels }: SentinelGroupState): ServerRow[] {
  return [...(tree === null ? [] : treeRows(tree)), ...sentinels.map(sentinelRow)];
}

function sentinelRow({ id, name, address, replies, problem }: SentinelNode): ServerRow {
  const facts = replies === null ? null : { info: replies.info, config: new Map<string, string>(), roundTripMs: 0 };
  return { id, name, depth: 0, role: 'sentinel', address, reachable: replies !== null, problem, slots: null, keys: null, facts };
}
