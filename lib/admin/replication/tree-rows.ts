import { keysIn } from '../health/info-fields.js';
import type { ServerRow } from '../health/server-row.js';
import type { ReplicationTree, TreeServer } from './tree.js';

/** The servers of a tree in the form of every topology. */
export function treeRows({ servers }: ReplicationTree): ServerRow[] {
  return servers.map(
    (server): ServerRow => ({
      id: server.id,
      name: server.name,
      depth: server.depth,
      role: server.role,
      address: server.address,
      reachable: server.reachable,
      problem: server.problem,
      slots: null,
      keys: keysOf(server),
      facts: server.facts,
    }),
  );
}

function keysOf({ facts }: TreeServer): number | null {
  if (facts === null || !facts.info.has('redis_version')) return null;
  return keysIn(facts.info);
}
