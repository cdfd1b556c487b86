import { cluster } from '../../../lib/index.js';
import { ClusterGroup } from '../servers/cluster/cluster-group.js';
import type { ClusterMember } from '../servers/cluster/cluster-member.js';
import { usualSettings } from '../servers/cluster/core.js';
import { RedisServer } from '../servers/redis/redis-server.js';
import type { History } from '../servers/replication/history.js';
import { keyOf } from '../servers/replication/messages.js';
import { PrimaryLog } from '../servers/replication/primary-log.js';
import { Replication } from '../servers/replication/replication.js';
import type { World } from '../world.js';
import { ClusterOperator } from './cluster-operator.js';
import type { Deployment, DeploymentPlan } from './deployment.js';

const PORT = 6379;
/** Servers that operators may add. */
const MOST_NEW = 3;
/** Things that happen until replicas are linked, at most. */
const MOST_STEPS = 10_000;
/** `isSettled` looks again after this long, in ms: it is asked in each turn. */
const LOOK_MS = 10;

/** A cluster that knows its servers, and in which nothing goes on. */
export interface ClusterDeployment extends Deployment {
  readonly group: ClusterGroup;
  /** What keeps it from being settled; null: nothing. */
  unsettled(): string | null;
}

export function deployCluster(world: World, plan: DeploymentPlan): ClusterDeployment {
  const { product, version, persistence, shards, replicas } = plan;
  const random = world.random.fork('cluster');
  const settings = {
    ...usualSettings,
    nodeTimeoutMs: random.pick([1_000, 2_000, 5_000]),
    requiresFullCoverage: random.chance(0.7),
    preferredEndpoint: random.chance(0.2) ? ('hostname' as const) : ('ip' as const),
  };
  const hasNames = settings.preferredEndpoint === 'hostname' || random.chance(0.1);
  const group = new ClusterGroup(settings, random);
  const servers: RedisServer[] = [];
  const logs = Array.from({ length: shards }, () => new PrimaryLog<RedisServer>((address) => primaryAt(group, keyOf(address))));
  const servesStaleData = random.chance(0.75);
  const add = (log: PrimaryLog<RedisServer> | null): ClusterMember => {
    const host = `10.0.0.${servers.length + 1}`;
    const name = hasNames ? `node-${servers.length + 1}.test` : '';
    if (hasNames) world.network.names.set(name, [host]);
    const server = new RedisServer(world.network, { host, port: PORT }, { product, version, persistence }, world.books);
    servers.push(server);
    return group.add(server, new Replication(server, log, { servesStaleData }), name);
  };
  for (let index = 0; index < shards * (1 + replicas); index++) add(logs[index % shards] ?? null);
  group.form(shards);
  const seeds = servers.map(({ host, port }) => ({ host, port }));

  const most = servers.length + MOST_NEW;
  const operator = new ClusterOperator(world, group, () => {
    if (servers.length >= most) return null;
    const member = add(null);
    member.server.start();
    return member;
  });
  let lookedAt = Number.NEGATIVE_INFINITY;
  let found: string | null = null;
  const unsettled = (): string | null => {
    if (operator.underWay > 0) return 'an operator is at work';
    if (world.timeline.now - lookedAt >= LOOK_MS) {
      lookedAt = world.timeline.now;
      found = group.unsettled();
    }
    return found;
  };
  return {
    kind: 'cluster',
    group,
    servers,
    sentinels: [],
    topology: cluster(seeds),
    start: () => {
      for (const server of servers) server.start();
      for (let step = 0; group.unsettled() !== null && step < MOST_STEPS; step++) world.timeline.step();
    },
    unsettled,
    isSettled: () => unsettled() === null,
    primaryOf: (key) => group.primaryOf(key)?.server ?? null,
    operations: operator.operations,
  };
}

function primaryAt(group: ClusterGroup, address: string): { readonly server: RedisServer; readonly history: History } | null {
  const member = group.member(address);
  if (member === undefined || !member.replication.isPrimary || member.server.state === 'dead') return null;
  return { server: member.server, history: member.replication.lineage.history };
}
