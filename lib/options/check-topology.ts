import { checkRing } from './ring.js';
import { checkServers, kindOf, type TopologyOptions } from './topology.js';
import type { Check } from './validate.js';

const EXPECTED = 'single(…), replication(…), sentinel(…), cluster(…) or ring(…)';

/** Checks a topology that may come from a configuration file: its parts are read as the functions that make one read theirs. */
export const checkTopology: Check<TopologyOptions> = (value, path) =>
  kindOf(value) === 'ring' ? checkRing(value, path) : checkServers(value, path, EXPECTED);
