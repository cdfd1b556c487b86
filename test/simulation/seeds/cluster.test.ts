import { describeSeeds } from './seeds-of-kind.js';

describeSeeds('cluster', 16);
