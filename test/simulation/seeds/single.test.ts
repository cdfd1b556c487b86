import { describeSeeds } from '../run/seeds-of-kind.js';

describeSeeds('single', 40);
