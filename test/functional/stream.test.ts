import assert from 'node:assert/strict';
import { createClient, type Redis } from '../../lib/index.js';
import { forEachTopology } from '../support/topologies.js';

function* numbers(count: number): Generator<number> {
  for (let i = 0; i < count; i++) yield i;
}

describe('a stream of commands on servers', () => {
  forEachTopology((t) => {
    let redis: Redis;
    beforeEach(() => {
      redis = createClient({ topology: t.createOptions() });
    });
    afterEach(() => redis.close());

    it('writes and reads many keys, the replies in order', async () => {
      let written = 0;
      for await (const reply of redis.stream(numbers(20_000), (r, i) => r.set(`k${i % 5_000}`, i))) if (reply === 'OK') written++;
      assert.equal(written, 20_000);
      let at = 15_000;
      for await (const value of redis.stream(numbers(5_000), (r, i) => r.get(`k${i}`))) assert.equal(value, String(at++));
      assert.equal(at, 20_000);
    });

    it('keeps no more than its window on its way', async () => {
      let most = 0;
      const source = (function* () {
        for (const i of numbers(2_000)) {
          most = Math.max(most, redis.stats().commands);
          yield i;
        }
      })();
      let count = 0;
      for await (const value of redis.stream(source, (r, i) => r.incrby('n', i), { window: 50 })) {
        assert.equal(typeof value, 'number');
        count++;
      }
      assert.equal(count, 2_000);
      assert.ok(most <= 50 && most > 10, `at most 50 at a time, there were ${most}`);
    });

    it('reads an async source', async () => {
      async function* lines(): AsyncGenerator<string> {
        for (const i of numbers(300)) {
          if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
          yield `line ${i}`;
        }
      }
      const lengths: number[] = [];
      for await (const length of redis.stream(lines(), (r, line) => r.rpush('lines', line))) lengths.push(length);
      assert.deepEqual(
        lengths,
        Array.from(numbers(300), (i) => i + 1),
      );
    });

    it('rejects in the place of an error, or gives it there', async () => {
      await redis.set('text', 'x');
      const keys = ['a', 'text', 'a'];
      const replies: unknown[] = [];
      await assert.rejects(async () => {
        for await (const reply of redis.stream(keys, (r, key) => r.incr(key))) replies.push(reply);
      }, /not an integer/);
      assert.deepEqual(replies, [1]);
      const inline: (number | Error)[] = [];
      for await (const reply of redis.stream(keys, (r, key) => r.incr(key), { errors: 'inline' })) inline.push(reply);
      assert.equal(inline[0], 3);
      assert.ok(inline[1] instanceof Error);
      assert.equal(inline[2], 4);
    });

    it('goes on over connections that break', async () => {
      let count = 0;
      for await (const value of redis.stream(numbers(3_000), (r, i) => r.get(`k${i}`), { window: 100 })) {
        assert.equal(value, null);
        if (++count === 1_000)
          for (const server of await t.primaries()) await server.ask('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      }
      assert.equal(count, 3_000);
    });
  });
});
