import { describeSeeds } from './seeds-of-kind.js';

describeSeeds('replication', 32);
