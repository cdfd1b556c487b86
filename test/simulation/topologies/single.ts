import { single, type TopologyOptions } from '../../../lib/index.js';
import { RedisServer } from '../servers/redis/redis-server.js';
import type { World } from '../world.js';
import type { Deployment, DeploymentPlan } from './deployment.js';

const ADDRESS = { host: '10.0.0.1', port: 6379 };
const NAME = 'cache.example';
const PATH = '/run/redis.sock';

/** One server, without replicas. */
export function deploySingle(world: World, plan: DeploymentPlan): Deployment {
  const server = new RedisServer(world.network, ADDRESS, plan, world.books);
  if (plan.reachedBy === 'socket') server.path = PATH;
  if (plan.reachedBy === 'name') world.network.names.set(NAME, [ADDRESS.host]);
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

function topologyOf({ reachedBy }: DeploymentPlan): TopologyOptions {
  if (reachedBy === 'socket') return single(PATH);
  return single(reachedBy === 'name' ? { host: NAME, port: ADDRESS.port } : ADDRESS);
}
