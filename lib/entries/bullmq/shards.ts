import type { Redis } from '../../index.js';

/** How many keys are tried to find one in a shard. */
const TRIES_A_SHARD = 64;

/** A key in each shard of a cluster that has slots, in the order in which they are found. */
export function keysOfShards(redis: Pick<Redis, 'topology' | 'explain'>): string[] {
  const count = redis.topology?.shards.length ?? 0;
  const keys = new Map<number, string>();
  for (let at = 0; keys.size < count && at < count * TRIES_A_SHARD; at++) {
    const key = `{${at}}`;
    const { shard } = redis.explain('GET', key);
    if (shard !== null && !keys.has(shard)) keys.set(shard, key);
  }
  return [...keys.values()];
}

/** CLIENT LIST of the primary that has the key. */
export async function clientListAt(redis: Redis, key: string): Promise<string> {
  return String(await redis.lease((one) => one.call('CLIENT', 'LIST'), { key }));
}
