import type { NodeFacts } from '../health/node-facts.js';

export interface MoveOptions {
  /** Keys a MIGRATE; the source serves no other client meanwhile. Default 50. */
  readonly batch?: number;
  /**
   * Time for which a MIGRATE waits for the target, in ms: so long does a target that hangs keep the source from serving. Default: half of
   * the smaller `cluster-node-timeout` of the two, so that the other nodes do not take the source for dead.
   */
  readonly migrateTimeoutMs?: number;
  /** Overwrites keys that the target has although it does not own their slot. Default false. */
  readonly replace?: boolean;
  /** Replicas of the target that must have a slot's keys before the slot is given to it. Default 0. */
  readonly waitReplicas?: number;
  /** Number of sources from which slots are taken side by side. Default 4. */
  readonly parallel?: number;
  /** Whether servers that can move whole ranges by themselves do it: where both can, or never. Default auto. */
  readonly atomic?: 'auto' | 'never';
}

/** What the moves of one run keep to. */
export interface MoveLimits {
  readonly batch: number;
  readonly migrateTimeoutMs: number;
  readonly replace: boolean;
  readonly waitReplicas: number;
  /** Time for which replicas are waited for, in ms. */
  readonly replicasTimeoutMs: number;
  readonly parallel: number;
  readonly atomic: 'auto' | 'never';
}

const DEFAULT_BATCH = 50;
const DEFAULT_PARALLEL = 4;
/** The default of the server: https://redis.io/docs/latest/operate/oss_and_stack/management/config/ */
const DEFAULT_NODE_TIMEOUT_MS = 15_000;

/** Fills in what the options leave out, from the settings of the nodes that take part. */
export function moveLimits(options: MoveOptions, facts: Iterable<NodeFacts>): MoveLimits {
  const nodeTimeoutMs = smallestNodeTimeoutMs([...facts]);
  return {
    batch: options.batch ?? DEFAULT_BATCH,
    migrateTimeoutMs: options.migrateTimeoutMs ?? Math.max(1, Math.floor(nodeTimeoutMs / 2)),
    replace: options.replace ?? false,
    waitReplicas: options.waitReplicas ?? 0,
    replicasTimeoutMs: nodeTimeoutMs,
    parallel: options.parallel ?? DEFAULT_PARALLEL,
    atomic: options.atomic ?? 'auto',
  };
}

function smallestNodeTimeoutMs(facts: readonly NodeFacts[]): number {
  const timeouts = facts.map(({ config }) => Number(config.get('cluster-node-timeout') ?? Number.NaN));
  const known = timeouts.filter((ms) => Number.isFinite(ms) && ms > 0);
  return known.length === 0 ? DEFAULT_NODE_TIMEOUT_MS : Math.min(...known);
}
