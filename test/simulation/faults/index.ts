import { clientFaults } from './client-faults.js';
import { connectionFaults } from './connection-faults.js';
import type { Fault } from './fault.js';
import { nameFaults } from './name-faults.js';
import { networkFaults } from './network-faults.js';
import { processFaults } from './process-faults.js';
import { redisFaults } from './redis-faults.js';

/** All that goes wrong in a seed, besides what operators do to a deployment. */
export const faults: readonly Fault[] = [
  ...processFaults,
  ...networkFaults,
  ...connectionFaults,
  ...clientFaults,
  ...redisFaults,
  ...nameFaults,
];
