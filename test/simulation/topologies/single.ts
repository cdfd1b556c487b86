import { single, type TopologyOptions } from '../../../lib/index.js';
import { Alone } from '../servers/redis/parts.js';
import { RedisServer } from '../servers/redis/redis-server.js';
import type { World } from '../world.js';
import type { Deployment, DeploymentPlan } from './deployment.js';
import { ReplicaGroup } from './replica-group.js';
import { Operator } from './replication.js';

const PORT = 6379;
const PATH = '/run/redis.sock';
/** Between two looks of whoever keeps the name where the primary is, in ms: some services take seconds. */
const LOOK_MS = { least: 50, most: 2_000 };

function addressOf({ place = 0 }: DeploymentPlan): { readonly host: string; readonly port: number } {
  return { host: `10.${place}.0.1`, port: PORT };
}

function nameOf({ place }: DeploymentPlan): string {
  return place === undefined ? 'cache.example' : `cache-${place}.example`;
}

/** One server, without replicas; or one by a name that goes to its standby when the roles change, as managed services have it. */
export function deploySingle(world: World, plan: DeploymentPlan): Deployment {
  if (plan.replicas > 0) return deployWithStandby(world, plan);
  const address = addressOf(plan);
  const server = new RedisServer(world.network, address, plan, world.books);
  // Each has a history of its own, which it may lose.
  if (plan.place !== undefined) server.replication = new Alone(String(plan.place).padStart(40, '0'));
  if (plan.reachedBy === 'socket') server.path = PATH;
  if (plan.reachedBy === 'name') world.network.names.set(nameOf(plan), [address.host]);
  const isUp = (): boolean => server.state === 'running' && !server.isLoading;
  return {
    kind: 'single',
    servers: [server],
    sentinels: [],
    topology: topologyOf(plan),
    start: () => server.start(),
    isSettled: isUp,
    primaryOf: () => (isUp() ? server : null),
    operations: {},
  };
}

function deployWithStandby(world: World, plan: DeploymentPlan): Deployment {
  const group = new ReplicaGroup(world, plan);
  const operator = new Operator(group);
  const { names } = world.network;
  const name = nameOf(plan);
  const everyMs = group.random.integer(LOOK_MS.least, LOOK_MS.most);
  names.set(name, [addressOf(plan).host]);
  const hostNow = (): string => {
    const answer = names.get(name);
    return Array.isArray(answer) ? (answer[0] ?? '') : '';
  };
  const keep = (): void => {
    const { host } = group.primaryNow() ?? {};
    // What else the name leads to is a fault, which ends by itself.
    if (host !== undefined && host !== hostNow() && group.servers.some((server) => server.host === hostNow())) {
      world.trace.add('operator', `${name} goes to ${host}`);
      names.set(name, [host]);
    }
    world.timeline.after(everyMs, keep);
  };
  return {
    kind: 'single',
    servers: group.servers,
    sentinels: [],
    topology: topologyOf(plan),
    start: () => {
      group.start();
      group.goOnUntil(() => group.isSettled());
      keep();
    },
    isSettled: () => group.isSettled() && hostNow() === group.primaryNow()?.host,
    primaryOf: () => group.primaryNow(),
    operations: {
      handover: (random) => operator.handover(random),
      operatorPromotes: (random) => operator.promote(random),
    },
  };
}

function topologyOf(plan: DeploymentPlan): TopologyOptions {
  if (plan.reachedBy === 'socket') return single(PATH);
  return single(plan.reachedBy === 'name' ? { host: nameOf(plan), port: PORT } : addressOf(plan));
}
