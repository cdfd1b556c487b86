import { describeSeeds } from './seeds-of-kind.js';

describeSeeds('single', 30);
