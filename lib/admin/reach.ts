import type { ServerRow } from './health/server-row.js';
import type { NodeClient } from './node-connections.js';
import type { TopologyAdmin } from './topology-report.js';

/** The connections over which the server of a row is asked. */
type ClientOf = (row: ServerRow) => NodeClient;

const reaches = new WeakMap<TopologyAdmin, ClientOf>();

/** An admin says how it reaches servers: to what asks more often than reports are made, and is no part of what users call. */
export function setReach(admin: TopologyAdmin, clientOf: ClientOf): void {
  reaches.set(admin, clientOf);
}

/** The connections over which an admin asks the server of a row of its reports. */
export function clientOf(admin: TopologyAdmin, row: ServerRow): NodeClient {
  const reach = reaches.get(admin);
  if (reach === undefined) throw new Error('an admin without connections');
  return reach(row);
}
