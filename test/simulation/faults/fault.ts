import type { RedisServer } from '../servers/redis/redis-server.js';
import type { ServerProcess } from '../servers/server-process.js';
import type { Random } from '../time/random.js';
import type { World } from '../world.js';

/** What a deployment must have for a fault to mean anything. */
export type Need = 'replicas' | 'sentinels' | 'cluster' | 'names';

/** Something that goes wrong for a while. Faults overlap: each ends what it began, and nothing else. */
export interface Fault {
  readonly name: string;
  readonly needs?: Need;
  /** Returns what ends it: called once, at the latest at the end of the stormy part. */
  begin(world: World, random: Random): () => void;
}

/** Keys by whose primaries victims are chosen. */
const KEYS = 64;

/** A data node: every other time one that is a primary, because little is noticed of the others. */
export function anyServer({ deployment }: World, random: Random): RedisServer {
  const primary = random.chance(0.5) ? deployment.primaryOf(`key:${random.integer(0, KEYS - 1)}`) : null;
  return primary ?? random.pick(deployment.servers);
}

/** A data node, a sentinel, or a proxy: that is what clients of proxies have to do with. */
export function anyProcess(world: World, random: Random): ServerProcess {
  const { sentinels, proxies = [] } = world.deployment;
  if (proxies.length > 0 && random.chance(0.7)) return random.pick(proxies);
  return sentinels.length > 0 && random.chance(0.3) ? random.pick(sentinels) : anyServer(world, random);
}

/** All processes. */
export function processesOf({ deployment }: World): readonly ServerProcess[] {
  return [...deployment.servers, ...deployment.sentinels, ...(deployment.proxies ?? [])];
}

/** The hosts of all processes. */
export function hostsOf(world: World): string[] {
  return [...new Set(processesOf(world).map(({ host }) => host))];
}

/** Ends several at once. */
export function all(ends: readonly (() => void)[]): () => void {
  return () => {
    for (const end of ends) end();
  };
}
