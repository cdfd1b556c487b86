import { Redis as Original } from 'ioredis-original';
import type { Redis } from '../../lib/entries/ioredis/index.js';
import { describeIoredisContract } from '../support/ioredis-contract.js';

// What the entry is held to is what ioredis does.
describeIoredisContract('ioredis gives what was recorded with it', (port) => new Original(port) as unknown as Redis);
