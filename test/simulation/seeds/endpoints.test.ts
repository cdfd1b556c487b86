import { describeSeeds } from './seeds-of-kind.js';

describeSeeds('endpoints', 12);
