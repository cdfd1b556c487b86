import type { Raw } from '../../protocol/command-spec.js';
import { infoOf } from '../../topology/replies.js';

/**
 * Number of keys by database, of the databases that have any: `db0:keys=5,expires=0,avg_ttl=0` in INFO keyspace. Nodes of a cluster have
 * database 0 and, from Valkey 9 on with `cluster-databases`, others. https://valkey.io/topics/cluster-spec/
 */
export function keysByDatabase(info: Raw | undefined): ReadonlyMap<number, number> {
  return keysByDatabaseIn(infoOf(info));
}

/** The same of the fields of INFO. */
export function keysByDatabaseIn(info: ReadonlyMap<string, string>): ReadonlyMap<number, number> {
  const keys = new Map<number, number>();
  for (const [name, value] of info) {
    const database = /^db(\d+)$/.exec(name)?.[1];
    const count = /^keys=(\d+)/.exec(value)?.[1];
    if (database !== undefined && count !== undefined) keys.set(Number(database), Number(count));
  }
  return keys;
}
