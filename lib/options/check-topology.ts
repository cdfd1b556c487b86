import { checkUrlAccess } from './access.js';
import { checkEndpoints } from './endpoints.js';
import { checkRing } from './ring.js';
import { checkServers, kindOf, type TopologyOptions, topologyWith } from './topology.js';
import type { Check } from './validate.js';

const EXPECTED = 'single(…), replication(…), sentinel(…), cluster(…), ring(…) or endpoints(…)';

/** Checks a topology that may come from a configuration file: its parts are read as the functions that make one read theirs. */
export const checkTopology: Check<TopologyOptions> = (value, path) => {
  switch (kindOf(value)) {
    case 'ring':
      return checkRing(value, path);
    case 'endpoints': {
      const { topology, url } = checkEndpoints(value, path, checkUrlAccess);
      return topologyWith(topology, url);
    }
    default:
      return checkServers(value, path, EXPECTED);
  }
};
