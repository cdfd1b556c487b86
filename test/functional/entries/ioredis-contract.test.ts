import { Redis } from '../../../lib/entries/ioredis/index.js';
import { describeIoredisContract } from '../../support/ioredis-contract.js';

describeIoredisContract('the ioredis entry gives what ioredis gives', (port) => new Redis(port));
