import { deployCluster } from './cluster.js';
import type { Deploy, DeploymentKind } from './deployment.js';
import { deployEndpoints } from './endpoints.js';
import { deployReplication } from './replication.js';
import { deployRing } from './ring.js';
import { deploySentinel } from './sentinel.js';
import { deploySingle } from './single.js';

/** What a seed may start. */
export const topologies: Readonly<Record<DeploymentKind, Deploy>> = {
  single: deploySingle,
  replication: deployReplication,
  sentinel: deploySentinel,
  cluster: deployCluster,
  ring: deployRing,
  endpoints: deployEndpoints,
};
