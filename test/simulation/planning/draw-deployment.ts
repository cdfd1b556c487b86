import type { Latency } from '../network/link.js';
import type { Random } from '../time/random.js';
import type { DeploymentKind, DeploymentPlan } from '../topologies/deployment.js';
import { drawEndpoints } from './draw-endpoints.js';
import { drawRing } from './draw-ring.js';

/** How often a kind is drawn. A seed of a cluster, or with sentinels, takes the time of four others: more servers talk all the time. */
const KINDS: Readonly<Partial<Record<DeploymentKind, number>>> = { single: 5, replication: 4, sentinel: 2, cluster: 2 };
/** Of so many seeds one has another kind in its place: those of the others are as they were before these came. */
const LATER_KINDS: Readonly<Partial<Record<DeploymentKind | 'none', number>>> = { none: 80, ring: 12, endpoints: 8 };

/** Servers that answer differently from each other: CLUSTER SHARDS from 7.0 on, REDIRECT of Valkey 8, atomic migration of Valkey 9 … */
const VERSIONS: Readonly<Record<string, { readonly product: 'redis' | 'valkey'; readonly version: string; readonly weight: number }>> = {
  'redis 6.2': { product: 'redis', version: '6.2.14', weight: 1 },
  'redis 7.0': { product: 'redis', version: '7.0.15', weight: 3 },
  'redis 7.2': { product: 'redis', version: '7.2.4', weight: 1 },
  'redis 8': { product: 'redis', version: '8.6.3', weight: 2 },
  'valkey 7.2': { product: 'valkey', version: '7.2.11', weight: 1 },
  'valkey 8': { product: 'valkey', version: '8.1.4', weight: 1 },
  'valkey 9': { product: 'valkey', version: '9.1.2', weight: 2 },
};

export function drawDeployment(random: Random, asked?: DeploymentKind): DeploymentPlan {
  const drawn = random.weighted<DeploymentKind>(KINDS);
  const later = random.fork('later kinds').weighted(LATER_KINDS);
  const kind = asked ?? (later === 'none' ? drawn : later);
  const weights = Object.fromEntries(Object.entries(VERSIONS).map(([name, { weight }]) => [name, weight]));
  const { product, version } = VERSIONS[random.weighted(weights)] as (typeof VERSIONS)[string]; // one of its names
  const replicas = random.pick([1, 1, 1, 1, 1, 2, 2, 3]);
  const shards = random.pick([3, 3, 3, 3, 3, 4]);
  const reachedBy = random.pick(['address', 'address', 'name', 'name', 'socket'] as const);
  const hasTls = random.chance(0.12);
  const hasStandby = reachedBy === 'name' && random.fork('standby').chance(0.5);
  const plan: DeploymentPlan = {
    kind,
    product,
    version,
    shards: kind === 'cluster' ? shards : 1,
    replicas: kind === 'single' ? Number(hasStandby) : kind === 'cluster' ? Math.min(replicas, 2) : replicas,
    sentinels: kind === 'sentinel' ? random.pick([3, 3, 3, 3, 5]) : 0,
    persistence: random.chance(0.7) ? 'all' : 'none',
    reachedBy: kind === 'single' ? reachedBy : 'address',
    // A cluster names its ports of TLS, which the model does not have.
    hasTls: hasTls && kind !== 'cluster' && reachedBy !== 'socket',
  };
  if (kind === 'ring') return drawRing(random.fork('ring'), plan);
  return kind === 'endpoints' ? drawEndpoints(random.fork('endpoints'), plan) : plan;
}

/** From one machine to another data centre, one way, in ms. */
export function drawLatency(random: Random): Latency {
  const least = random.pick([0.02, 0.05, 0.05, 0.2, 1]);
  return { least, most: least * random.pick([2, 10, 10, 40]) };
}
