import type { Redis, TopologySnapshot } from '../../index.js';

/** How many keys are tried to find one in a shard. */
const TRIES_A_SHARD = 64;

/** The keys that were found, by topology: packages ask for the nodes before each command that blocks. */
const found = new WeakMap<TopologySnapshot, ReadonlyMap<number, string>>();

/** A key in each shard of a topology, if it has slots, by the index of the shard, in the order in which they are found. */
export function keysByShard(redis: Pick<Redis, 'topology' | 'explain'>): ReadonlyMap<number, string> {
  const { topology } = redis;
  if (topology === null) return new Map();
  const known = found.get(topology);
  if (known !== undefined) return known;
  const { length } = topology.shards;
  const keys = new Map<number, string>();
  for (let at = 0; keys.size < length && at < length * TRIES_A_SHARD; at++) {
    const key = `{${at}}`;
    const { shard } = redis.explain('GET', key);
    if (shard !== null && !keys.has(shard)) keys.set(shard, key);
  }
  found.set(topology, keys);
  return keys;
}
