import { describeSeeds } from './seeds-of-kind.js';

describeSeeds('ring', 12);
