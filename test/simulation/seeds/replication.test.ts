import { describeSeeds } from '../run/seeds-of-kind.js';

describeSeeds('replication', 40);
