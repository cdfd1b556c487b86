import { Redis } from '../../../lib/entries/ioredis/index.js';
import { createClient, single } from '../../../lib/index.js';
import { describeIoredisContract } from '../../support/ioredis-contract.js';

for (const protocol of [2, 3] as const) {
  describeIoredisContract(`the ioredis entry over a client with protocol ${protocol} gives what ioredis gives`, (port) => {
    const client = createClient({ topology: single(`redis://127.0.0.1:${port}`), protocol });
    const redis = new Redis(client);
    redis.once('end', () => client.destroy());
    return redis;
  });
}
