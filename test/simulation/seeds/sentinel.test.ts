import { describeSeeds } from './seeds-of-kind.js';

describeSeeds('sentinel', 20);
