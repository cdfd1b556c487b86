import type { NodeClient } from './node-connections.js';
import type { TopologyAdmin } from './topology-report.js';

/** The connections over which an admin asks servers. */
export interface Reach {
  readonly data: NodeClient;
  readonly sentinels: NodeClient;
}

const reaches = new WeakMap<TopologyAdmin, Reach>();

/** An admin says how it reaches servers: to what asks more often than reports are made, and is no part of what users call. */
export function setReach(admin: TopologyAdmin, data: NodeClient, sentinels: NodeClient = data): void {
  reaches.set(admin, { data, sentinels });
}

export function reachOf(admin: TopologyAdmin): Reach {
  const reach = reaches.get(admin);
  if (reach === undefined) throw new Error('an admin without connections');
  return reach;
}
