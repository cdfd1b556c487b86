import { single } from '../../../lib/index.js';
import { RedisServer } from '../servers/redis/redis-server.js';
import type { World } from '../world.js';
import type { Deployment, DeploymentPlan } from './deployment.js';

const ADDRESS = { host: '10.0.0.1', port: 6379 };

/** One server, without replicas. */
export function deploySingle(world: World, { product, version }: DeploymentPlan): Deployment {
  const server = new RedisServer(world.network, ADDRESS, { product, version }, world.books);
  return {
    kind: 'single',
    servers: [server],
    sentinels: [],
    topology: single(ADDRESS),
    start: () => server.start(),
    isSettled: () => server.state === 'running',
    primaryOf: () => (server.state === 'running' ? server : null),
    operations: {},
  };
}
