import type { Redis } from '../../index.js';
import { keysByShard } from '../shared/shard-keys.js';

/** A key in each shard of a topology, if it has slots, in the order in which they are found. */
export function keysOfShards(redis: Pick<Redis, 'topology' | 'explain'>): string[] {
  return [...keysByShard(redis).values()];
}

/** CLIENT LIST of the primary that has the key. */
export async function clientListAt(redis: Redis, key: string): Promise<string> {
  return String(await redis.lease((one) => one.call('CLIENT', 'LIST'), { key }));
}
