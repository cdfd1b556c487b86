import type { RedisOptions } from '../servers/redis/redis-server.js';
import { modelScripts } from '../workloads/scripts.js';
import type { DeploymentPlan } from './deployment.js';

/** What every data node of a plan is made with. */
export function serverOptionsOf({ product, version, persistence }: DeploymentPlan): RedisOptions {
  return { product, version, persistence, scripts: modelScripts };
}
