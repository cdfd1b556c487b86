import type { Database } from '../redis/database.js';
import { wallText } from '../redis/server-clock.js';
import { copyOf } from '../redis/values.js';
import type { ClusterMember } from './cluster-member.js';
import { dumpOf } from './dump.js';

/** MIGRATE of one key that has no other life at the target, between two servers that run. Nobody sees it at both, or at neither. */
export function moveKey(source: ClusterMember, target: ClusterMember, key: string): void {
  const from = source.server.keyspace.database(0);
  const value = from.get(key);
  if (value === undefined) return;
  const expiresAt = from.expiries.get(key);
  const to = target.server.keyspace.database(0);
  to.put(key, copyOf(value), expiresAt);
  written(target, to, key, ['RESTORE', key, expiresAt === undefined ? '0' : wallText(expiresAt), dumpOf(value), 'REPLACE', 'ABSTTL']);
  from.remove(key);
  written(source, from, key, ['DEL', key]);
  source.server.books.keyMoved({ key, from: placeOf(source), to: placeOf(target) });
}

function placeOf({ server, replication }: ClusterMember): { readonly server: string; readonly history: string; readonly offset: number } {
  return { server: server.name, history: replication.history, offset: replication.offset };
}

function written({ server, replication }: ClusterMember, database: Database, key: string, effect: readonly string[]): void {
  replication.append(0, effect);
  server.keyspace.modified(database, key);
  server.blocked.serve();
}
