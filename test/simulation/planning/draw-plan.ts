import { faults } from '../faults/index.js';
import { Random } from '../time/random.js';
import { type DeploymentKind, type DeploymentPlan, hasReplicas } from '../topologies/deployment.js';
import { workloads } from '../workloads/index.js';
import { drawClient } from './draw-client.js';
import { drawDeployment, drawLatency } from './draw-deployment.js';
import { type ClientPlan, COMMANDS, type FaultPlan, type Plan, type ViewPlan, type WorkloadPlan } from './plan.js';

/** What is drawn otherwise than in most seeds. */
export interface DrawOptions {
  /** This kind of deployment. */
  readonly kind?: DeploymentKind | undefined;
  /** Of all programs together, at least. */
  readonly commands?: number | undefined;
  /** Names of workloads that are not drawn. The others are drawn as if there were none of these. */
  readonly without?: readonly string[] | undefined;
}

/** Draws all of a seed before it runs. Each part has random numbers of its own. */
export function drawPlan(seed: number, { kind, commands = COMMANDS, without = [] }: DrawOptions = {}): Plan {
  const random = new Random(`${seed}/plan`);
  const deployment = drawDeployment(random.fork('deployment'), kind);
  const stormMs = Math.round(random.fork('storm').skewed(2_000, 8_000));
  const clients = drawClients(random.fork('clients'), deployment, stormMs);
  return {
    seed,
    deployment,
    latency: drawLatency(random.fork('latency')),
    clients,
    workloads: drawWorkloads(random.fork('workloads'), { deployment, clients, stormMs }, { commands, without }),
    faults: drawFaults(random.fork('faults'), deployment, stormMs),
    stormMs,
  };
}

/** One client, often a second beside it in the same process. One of two may end in the middle. */
function drawClients(random: Random, deployment: DeploymentPlan, stormMs: number): ClientPlan[] {
  const first = drawClient(random.fork('a'), 'a', deployment);
  if (random.chance(0.6)) return [first];
  const second = drawClient(random.fork('b'), 'b', deployment);
  const both = [first, second].map(named);
  if (random.chance(0.5)) return both;
  const by = random.chance(0.6) ? ('close' as const) : ('destroy' as const);
  return both.map((client) => (client.name === 'a' ? client : { ...client, ends: { by, atMs: Math.round(random.next() * stormMs) } }));
}

/** Of two clients the servers' records have to tell whose a connection is. */
function named(client: ClientPlan): ClientPlan {
  return { ...client, options: { ...client.options, clientName: `${client.options.clientName ?? 'client'}-${client.name}` } };
}

/** So many more at most. */
const MORE_COMMANDS = 40;

/** What proxies that spread keys refuse: of interest is how, and not often. */
const REFUSED_WORKLOADS: readonly string[] = [
  ...['poppers and pushers', 'movers', 'stream readers', 'transactions', 'watchers', 'scans of keys', 'dedicated connections'],
  ...['subscribers', 'sharded subscribers', 'listeners to keys', 'publishers', 'sharded publishers'],
];
const REFUSED_SHARE = 0.1;

function drawWorkloads(
  random: Random,
  { deployment, clients, stormMs }: Pick<Plan, 'deployment' | 'clients' | 'stormMs'>,
  { commands: least, without }: { readonly commands: number; readonly without: readonly string[] },
): WorkloadPlan[] {
  const refused = deployment.endpoints?.options.refuses === undefined ? [] : REFUSED_WORKLOADS;
  const drawable = workloads.filter(({ name }) => !without.includes(name));
  const weights = Object.fromEntries(
    drawable.map(({ name, weight }) => [name, weight({ deployment }) * (refused.includes(name) ? REFUSED_SHARE : 1)]),
  );
  const drawn: WorkloadPlan[] = [];
  const total = random.integer(least, least + MORE_COMMANDS);
  // Of a client that ends in the middle not all are issued.
  for (let left = total, ended = 0; left > 0; ) {
    const name = random.weighted(weights);
    const workload = workloads.find((one) => one.name === name);
    if (workload === undefined) continue;
    weights[name] = (weights[name] ?? 0) / 4;
    const client = random.pick(clients);
    if (client.ends !== null && ended++ > 2) continue;
    const programs = Math.min(random.integer(1, 6), workload.most ?? 6);
    const commands = Math.max(3, Math.ceil(Math.min(random.integer(40, 160), left) / programs));
    const startMs = random.chance(0.7) ? random.integer(0, 50) : Math.round(random.next() * stormMs * 0.5);
    // Most programs work all the time; some are done early, in a rush.
    const span = random.chance(0.8) ? stormMs - startMs : stormMs * random.next() * 0.2;
    const pauseMs = random.chance(0.1) ? 0 : Math.round(span / commands);
    const view = { ...drawView(random, deployment, client), ...workload.view };
    drawn.push({ name, client: client.name, programs, commands, startMs, pauseMs, view });
    if (client.ends === null) left -= programs * commands;
  }
  return drawn;
}

function drawView(random: Random, deployment: DeploymentPlan, { options }: ClientPlan): ViewPlan {
  const view: { -readonly [Name in keyof ViewPlan]: ViewPlan[Name] } = {};
  if (random.chance(0.6)) return view;
  if (random.chance(0.3)) view.timeoutMs = random.pick([50, 200, 800, 5_000, 0]);
  if (random.chance(0.05)) view.isIdempotent = true;
  if (random.chance(0.15)) view.buffers = true;
  if (random.chance(0.15)) view.integers = random.pick(['bigint', 'string'] as const);
  if (options.domains !== undefined && random.chance(0.2)) view.domain = random.pick(['near', 'lagging', 'byName', 'prefixed']);
  if (!hasReplicas(deployment)) return view;
  if (random.chance(0.4)) view.reads = random.pick(['primaryPreferred', 'replicaPreferred', 'nearest', 'replica']);
  if (view.reads !== undefined && random.chance(0.3)) view.maxLagMs = random.pick([150, 1_000]);
  if (random.chance(0.2)) view.isHedged = true;
  if (random.chance(0.2)) view.hasSession = true;
  if (random.chance(0.1)) view.waitReplicas = { count: 1, timeoutMs: random.pick([50, 500]) };
  return view;
}

/** Of one server alone there is nothing to do. */
function hasOperations({ kind, replicas, ring, endpoints }: DeploymentPlan): boolean {
  return kind === 'cluster' || replicas > 0 || ring?.changesMembers === true || endpoints?.list === 'function';
}

/** One of the operations that the deployment has; which one is drawn when it begins. */
export const OPERATION = 'operation';

function drawFaults(random: Random, deployment: DeploymentPlan, stormMs: number): FaultPlan[] {
  const has: Readonly<Record<string, boolean>> = {
    replicas: deployment.replicas > 0 || deployment.kind === 'endpoints',
    sentinels: deployment.sentinels > 0,
    cluster: deployment.kind === 'cluster',
    names: deployment.reachedBy === 'name',
  };
  const able = faults.filter(({ needs }) => needs === undefined || has[needs] === true).map(({ name }) => name);
  // What operators do is half of what goes wrong where they have something to do: failovers, above all.
  const operates = hasOperations(deployment) ? 0.35 : 0;
  const drawn: FaultPlan[] = [];
  // Quiet at first, so that some work is done; later faults come in heaps, or with long gaps.
  for (let left = random.integer(2, 8); left > 0; left--) {
    const isSoon = drawn.length > 0 && random.chance(0.3);
    const before = drawn.at(-1)?.atMs ?? 0;
    const drawnMs = Math.round(isSoon ? before + random.skewed(1, 300) : 30 + random.next() * stormMs * 0.85);
    // What began after the storm nobody would heal.
    const atMs = Math.min(drawnMs, stormMs - 1);
    const [isOperation, name] = [random.chance(operates), random.pick(able)];
    drawn.push({ name: isOperation ? OPERATION : name, atMs, lastsMs: Math.round(random.skewed(20, 5_000)) });
  }
  return drawn.sort((a, b) => a.atMs - b.atMs);
}
