import assert from 'node:assert/strict';
import { Redis } from '../../../lib/entries/ioredis/index.js';
import { show } from '../../../lib/index.js';
import { type BatchRow, methodOf, PIPELINES, SCRIPTS, TRANSACTIONS } from '../../spec/entries/ioredis-batches.js';
import { ARGUMENTS, CALLS, REFUSED } from '../../spec/entries/ioredis-calls.js';
import { REPLIES } from '../../spec/entries/ioredis-replies.js';
import { type CallRow, FIXTURES, plain } from '../../spec/entries/ioredis-row.js';
import { Server } from '../../support/server.js';

describe('the ioredis entry gives what ioredis gives', () => {
  let server: Server;
  let redis: Redis;
  let other: Redis;

  before(async () => {
    server = await Server.start();
    redis = new Redis(server.port);
    other = new Redis(server.port);
  });

  after(async () => {
    redis.disconnect();
    other.disconnect();
    await server.stop();
  });

  beforeEach(() => redis.pipeline(FIXTURES.map((row) => [...row])).exec());

  const calls = (title: string, rows: readonly CallRow[]): void => {
    describe(title, () => {
      for (const [method, args, expected] of rows) {
        it(`${method}(${args.map((arg) => show(arg)).join(', ')})`, async () => {
          const value = await methodOf(redis, method)(...args).catch((error: unknown) => error);
          assert.deepEqual(plain(value), expected);
        });
      }
    });
  };

  calls('for arguments', ARGUMENTS);
  calls('for commands by name', CALLS);
  calls('in replies', REPLIES);
  calls('where a server refuses', REFUSED);

  const batches = (title: string, rows: readonly BatchRow[]): void => {
    describe(title, () => {
      for (const [name, run, expected] of rows) it(name, async () => assert.deepEqual(plain(await run(redis, other)), expected));
    });
  };

  batches('in pipelines', PIPELINES);
  batches('for scripts', SCRIPTS);
  batches('in transactions', TRANSACTIONS);
});
