import type { ServerProcess } from '../servers/server-process.js';
import type { Random } from '../time/random.js';
import type { World } from '../world.js';

/** What a deployment must have for a fault to mean anything. */
export type Need = 'replicas' | 'sentinels' | 'cluster' | 'names';

/** Of a deployment, what faults befall. */
export interface Victims {
  readonly servers: readonly ServerProcess[];
  readonly sentinels: readonly ServerProcess[];
  /** The node that is the primary for the key by the servers' own rules; null: none at the moment. */
  primaryOf(key: string): ServerProcess | null;
}

/** A world in which servers run. */
export type DeployedWorld = World & { readonly deployment: Victims | null };

/** Something that goes wrong for a while. Faults overlap: each ends what it began, and nothing else. */
export interface Fault {
  readonly name: string;
  readonly needs?: Need;
  /** Returns what ends it: called once, at the latest at the end of the stormy part. */
  begin(world: DeployedWorld, random: Random): () => void;
}

/** Keys by whose primaries victims are chosen. */
const KEYS = 64;

export function victimsOf(world: DeployedWorld): Victims {
  if (world.deployment === null) throw new Error('the world has no deployment');
  return world.deployment;
}

/** A data node: every other time one that is a primary, because little is noticed of the others. */
export function anyServer(world: DeployedWorld, random: Random): ServerProcess {
  const victims = victimsOf(world);
  const primary = random.chance(0.5) ? victims.primaryOf(`key:${random.integer(0, KEYS - 1)}`) : null;
  return primary ?? random.pick(victims.servers);
}

/** A data node or a sentinel. */
export function anyProcess(world: DeployedWorld, random: Random): ServerProcess {
  const { sentinels } = victimsOf(world);
  return sentinels.length > 0 && random.chance(0.3) ? random.pick(sentinels) : anyServer(world, random);
}
