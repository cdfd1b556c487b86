/** A number of 0 or more in INFO or in settings; null: it is not told. Servers say -1 for what there is not. */
export function numberAt(fields: ReadonlyMap<string, string>, name: string): number | null {
  const text = fields.get(name);
  const number = text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) && number >= 0 ? number : null;
}

/** How often a command was called: `cmdstat_migrate:calls=12,usec=34,…` in INFO commandstats. Of one that was never called there is no line. */
export function callsOf(info: ReadonlyMap<string, string>, command: string): number {
  return Number(/^calls=(\d+)/.exec(info.get(`cmdstat_${command}`) ?? '')?.[1] ?? 0);
}

/**
 * Number of keys by database, of the databases that have any: `db0:keys=5,expires=0,avg_ttl=0` in INFO keyspace. Nodes of a cluster have
 * database 0 and, from Valkey 9 on with `cluster-databases`, others. https://valkey.io/topics/cluster-spec/
 */
export function keysByDatabase(info: ReadonlyMap<string, string>): ReadonlyMap<number, number> {
  const keys = new Map<number, number>();
  for (const [name, value] of info) {
    const database = /^db(\d+)$/.exec(name)?.[1];
    const count = /^keys=(\d+)/.exec(value)?.[1];
    if (database !== undefined && count !== undefined) keys.set(Number(database), Number(count));
  }
  return keys;
}

/** Number of keys in all databases. */
export function keysIn(info: ReadonlyMap<string, string>): number {
  return [...keysByDatabase(info).values()].reduce((sum, keys) => sum + keys, 0);
}
