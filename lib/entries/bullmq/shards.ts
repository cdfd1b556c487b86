import type { Redis, TopologySnapshot } from '../../index.js';

/** How many keys are tried to find one in a shard. */
const TRIES_A_SHARD = 64;

/** The keys that were found, by topology: BullMQ asks for the nodes before each command that blocks. */
const found = new WeakMap<TopologySnapshot, string[]>();

/** A key in each shard of a topology, if it has slots, in the order in which they are found. */
export function keysOfShards(redis: Pick<Redis, 'topology' | 'explain'>): string[] {
  const { topology } = redis;
  if (topology === null) return [];
  const known = found.get(topology);
  if (known !== undefined) return known;
  const { length } = topology.shards;
  const keys = new Map<number, string>();
  for (let at = 0; keys.size < length && at < length * TRIES_A_SHARD; at++) {
    const key = `{${at}}`;
    const { shard } = redis.explain('GET', key);
    if (shard !== null && !keys.has(shard)) keys.set(shard, key);
  }
  const list = [...keys.values()];
  found.set(topology, list);
  return list;
}

/** CLIENT LIST of the primary that has the key. */
export async function clientListAt(redis: Redis, key: string): Promise<string> {
  return String(await redis.lease((one) => one.call('CLIENT', 'LIST'), { key }));
}
