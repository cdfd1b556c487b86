import type { Fault } from './fault.js';
import { networkFaults } from './network-faults.js';
import { processFaults } from './process-faults.js';

/** All that goes wrong in a seed, besides what operators do to a deployment. */
export const faults: readonly Fault[] = [...processFaults, ...networkFaults];
