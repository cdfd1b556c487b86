import { deployCluster } from './cluster.js';
import type { Deploy, DeploymentKind } from './deployment.js';
import { deployReplication } from './replication.js';
import { deployRing } from './ring.js';
import { deploySentinel } from './sentinel.js';
import { deploySingle } from './single.js';

/** What a seed may start. */
export const topologies: Readonly<Partial<Record<DeploymentKind, Deploy>>> = {
  single: deploySingle,
  replication: deployReplication,
  sentinel: deploySentinel,
  cluster: deployCluster,
  ring: deployRing,
};
