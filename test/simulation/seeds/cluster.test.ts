import { describeSeeds } from '../run/seeds-of-kind.js';

describeSeeds('cluster', 16);
