import { describeSeeds } from '../run/seeds-of-kind.js';

describeSeeds('sentinel', 20);
