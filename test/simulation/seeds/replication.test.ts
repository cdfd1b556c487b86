import { describeSeeds } from './seeds-of-kind.js';

describeSeeds('replication', 40);
