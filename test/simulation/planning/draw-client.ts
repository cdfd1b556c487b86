import type { DomainOptions } from '../../../lib/index.js';
import type { Random } from '../time/random.js';
import { type DeploymentPlan, hasReplicas as haveReplicas } from '../topologies/deployment.js';
import type { ClientPlan } from './plan.js';

type Options = ClientPlan['options'];

/** A value now and then, the default otherwise: undefined, which the library takes for "not given". */
function sometimes<T>(random: Random, probability: number, values: readonly T[]): T | undefined {
  const [given, value] = [random.chance(probability), random.pick(values)];
  return given ? value : undefined;
}

/** Options of which each may be undefined. */
type Drawn<T> = { readonly [Name in keyof T]?: T[Name] | undefined };

/** Without what is undefined, so that a plan is short to read. */
function given<T>(options: Drawn<T>): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

const READS = ['primaryPreferred', 'replicaPreferred', 'nearest', 'replica'] as const;

/** Domains that each client has: workloads name them, or use keys that match. */
function drawDomains(random: Random, hasReplicas: boolean): NonNullable<Options['domains']> {
  const reads = random.pick(READS);
  const maxLagMs = random.pick([100, 500, 2_000]);
  return {
    near: given<DomainOptions>({
      keys: 'near:*',
      reads: hasReplicas ? ('nearest' as const) : undefined,
      timeoutMs: sometimes(random, 0.3, [300, 3_000]),
    }),
    lagging: hasReplicas ? { keys: 'lagging:*', reads: 'replicaPreferred', maxLagMs } : { keys: 'lagging:*' },
    guarded: { keys: 'guarded:*', guard: { read: ['guarded:*', 'register:*'] } },
    byName: given<DomainOptions>({
      reads: hasReplicas ? reads : undefined,
      fallback: hasReplicas && reads === 'replica' ? (['primary'] as const) : undefined,
    }),
    prefixed: { keyPrefix: 'own:prefix:' },
  };
}

/** Options that a client is made with, so that every one of them is met with faults. */
export function drawClient(random: Random, name: string, deployment: DeploymentPlan): ClientPlan {
  const hasReplicas = haveReplicas(deployment);
  const reads = sometimes(random, hasReplicas ? 0.4 : 0, READS);
  const usesReads = reads !== undefined && random.chance(0.15);
  const options = given<Options>({
    timeoutMs: sometimes(random, 0.5, [200, 500, 1_000, 3_000, 3_000, 0]),
    connectTimeoutMs: sometimes(random, 0.3, [300, 1_000, 4_000]),
    protocol: sometimes(random, 0.25, [2 as const]),
    database: sometimes(random, deployment.kind === 'cluster' ? 0 : 0.15, [2]),
    clientName: sometimes(random, 0.2, ['shop']),
    tls: deployment.hasTls ? true : undefined,
    failFast: sometimes(random, 0.1, [true]),
    hedge: sometimes(random, hasReplicas ? 0.2 : 0, [true]),
    keyPrefix: sometimes(random, 0.15, ['app:']),
    keepAliveMs: sometimes(random, 0.1, [0, 1_000]),
    reads: usesReads ? undefined : reads,
    maxLagMs: sometimes(random, reads === undefined ? 0 : 0.3, [200, 1_000]),
    latencyWindowMs: sometimes(random, reads === undefined ? 0 : 0.2, [0, 5]),
    domains: sometimes(random, 0.5, [true]) === undefined ? undefined : drawDomains(random, hasReplicas),
    offload: sometimes(random, hasReplicas ? 0.2 : 0, [
      { commands: ['HGETALL', 'SMEMBERS', '@list'], fallback: ['anyReplica', 'primary'] },
    ]),
    queue: sometimes(random, 0.15, [{ maxCommands: 30 }, { maxCommands: 300 }, { maxBytes: 200_000 }]),
    pool: drawPool(random),
    reconnect: sometimes(random, 0.3, [{ minMs: 50, maxMs: 500 }, { minMs: 1, maxMs: 100 }, { maxMs: 4_000 }]),
    monitor: sometimes(random, 0.2, [
      { periodMs: 1_000 },
      { periodMs: 3_000 },
      { periodMs: 500, sampleMs: 100 },
      { sampleMs: 300 },
      { sampleMs: 500 },
    ]),
  });
  const functions = [
    ...(usesReads ? (['reads'] as const) : []),
    ...(random.chance(0.15) ? (['credentials'] as const) : []),
    ...(random.chance(0.1) ? (['addressMap'] as const) : []),
  ];
  const client: ClientPlan = { name, options, functions, connects: random.chance(0.5), ends: null };
  return isPlain(deployment) ? ofPlain(client) : client;
}

/** Proxies that read commands have neither users nor databases. */
function isPlain({ endpoints }: DeploymentPlan): boolean {
  return endpoints !== undefined && endpoints.proxy !== 'tcp';
}

function ofPlain({ options: { database: _, ...options }, functions, ...client }: ClientPlan): ClientPlan {
  return { ...client, options, functions: functions.filter((name) => name !== 'credentials') };
}

function drawPool(random: Random): Options['pool'] {
  const pool = given<NonNullable<Options['pool']>>({
    shared: sometimes(random, 0.25, [2, 3]),
    maxExclusive: sometimes(random, 0.2, [8, 16]),
    minExclusive: sometimes(random, 0.2, [1, 2]),
    maxConnecting: sometimes(random, 0.2, [1, 8]),
    idleMs: sometimes(random, 0.2, [200, 2_000]),
    maxLifetimeMs: sometimes(random, 0.2, [1_000, 5_000]),
    acquireTimeoutMs: sometimes(random, 0.1, [100, 1_000]),
  });
  return Object.keys(pool).length === 0 ? undefined : pool;
}
