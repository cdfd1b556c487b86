import assert from 'node:assert/strict';
import { createClient, type Redis, ReplyTooLargeError } from '../../lib/index.js';
import { forEachTopology } from '../support/topologies.js';

describe('a reply that is larger than the client allows', () => {
  forEachTopology(
    (t) => {
      let redis: Redis;

      beforeEach(async () => {
        redis = createClient({ topology: t.createOptions(), maxReplyBytes: 65_536, maxReplyItems: 1_000 });
        await redis.rpush(
          'many',
          Array.from({ length: 2_000 }, (_, i) => `${i}`),
        );
        await redis.rpush(
          'long',
          Array.from({ length: 100 }, () => 'x'.repeat(10_000)),
        );
      });
      afterEach(() => redis.close());

      const cases: readonly (readonly [what: string, call: () => Promise<unknown>])[] = [
        ['by its elements', () => redis.lrange('many', 0, -1)],
        ['by the elements of what is in it', () => redis.eval('local t = {} for i = 1, 100 do t[i] = {} end return t', [], [])],
        ['by its bytes, in pieces', () => redis.lrange('long', 0, -1)],
        ['by its bytes, in one piece', () => redis.eval('return string.rep("x", 1000000)', [], [])],
      ];
      for (const [what, call] of cases) {
        it(`rejects its command, and no other: ${what}`, async () => {
          const before = redis.get('k');
          const large = call();
          const after = redis.get('k');
          await assert.rejects(
            large,
            (error) => error instanceof ReplyTooLargeError && error.executed === 'yes' && /maxReply/.test(error.message),
          );
          assert.deepEqual(await Promise.all([before, after]), [null, null]);
          assert.equal((await redis.lrange('many', 0, 899)).length, 900);
          assert.equal((await redis.lrange('long', 0, 4)).length, 5);
        });
      }
    },
    ['single', 'cluster'],
  );
});
