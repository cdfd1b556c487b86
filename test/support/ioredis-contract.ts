import assert from 'node:assert/strict';
import type { Redis } from '../../lib/entries/ioredis/index.js';
import { show } from '../../lib/index.js';
import { type BatchRow, PIPELINES, TRANSACTIONS } from '../spec/entries/ioredis-batches.js';
import { ARGUMENTS, CALLS, REFUSED } from '../spec/entries/ioredis-calls.js';
import { REPLIES } from '../spec/entries/ioredis-replies.js';
import { type CallRow, FIXTURES, plain } from '../spec/entries/ioredis-row.js';
import { methodOf, SCANS, SCRIPTS } from '../spec/entries/ioredis-scripts.js';
import { Server } from './server.js';

/** Tests that objects give what was recorded with ioredis, on a server of their own. `open` makes one for a port. */
export function describeIoredisContract(title: string, open: (port: number) => Redis): void {
  describe(title, () => {
    let server: Server;
    let redis: Redis;
    let other: Redis;

    before(async () => {
      server = await Server.start();
      redis = open(server.port);
      other = open(server.port);
    });

    after(async () => {
      redis.disconnect();
      other.disconnect();
      await server.stop();
    });

    beforeEach(() => redis.pipeline(FIXTURES.map((row) => [...row])).exec());

    const calls = (group: string, rows: readonly CallRow[]): void => {
      describe(group, () => {
        for (const [method, args, expected] of rows) {
          it(`${method}(${args.map((arg) => show(arg)).join(', ')})`, async () => {
            const value = await methodOf(redis, method)(...args).catch((error: unknown) => error);
            assert.deepEqual(plain(value), expected);
          });
        }
      });
    };
    const batches = (group: string, rows: readonly BatchRow[]): void => {
      describe(group, () => {
        for (const [name, run, expected] of rows) it(name, async () => assert.deepEqual(plain(await run(redis, other)), expected));
      });
    };

    calls('for arguments', ARGUMENTS);
    calls('for commands by name', CALLS);
    calls('in replies', REPLIES);
    calls('where a server refuses', REFUSED);
    batches('in pipelines', PIPELINES);
    batches('for scripts', SCRIPTS);
    batches('in scans', SCANS);
    // Some of these give the object a connection of its own.
    batches('in transactions', TRANSACTIONS);
  });
}
