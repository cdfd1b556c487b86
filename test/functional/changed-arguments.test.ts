import assert from 'node:assert/strict';
import { ArgumentError, createClient, type Redis } from '../../lib/index.js';
import { forEachTopology } from '../support/topologies.js';

/** At once, as far as the caller is concerned: the command was given before. */
function transfer(bytes: Uint8Array): void {
  structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] });
}

const newBytes = (length: number): Buffer => Buffer.from(new ArrayBuffer(length)).fill('x');

describe('bytes whose memory is transferred before they are sent', () => {
  forEachTopology((t) => {
    let redis: Redis;

    beforeEach(async () => {
      redis = createClient({ topology: t.createOptions() });
      await redis.connect();
    });
    afterEach(() => redis.close());

    for (const length of [1, 100, 50_000]) {
      it(`are refused, and nothing else is: ${length} bytes`, async () => {
        const bytes = newBytes(length);
        // The first call of a tick waits for others at least until its caller awaits something.
        const bad = redis.set('{k}b', bytes);
        transfer(bytes);
        const others = [redis.set('{k}a', '1'), redis.set('{k}c', Buffer.alloc(0))];
        await assert.rejects(bad, { name: 'ArgumentError', command: 'SET', executed: 'no' });
        assert.deepEqual(await Promise.all(others), ['OK', 'OK']);
        assert.deepEqual(await redis.mget(['{k}a', '{k}b', '{k}c']), ['1', null, '']);
      });
    }

    it('are sent whole or refused, where calls of the same tick went before', async () => {
      const outcomes = [];
      for (let i = 0; i < 200; i++) {
        const bytes = newBytes(10);
        outcomes.push(redis.set(`{k}${i}`, bytes));
        transfer(bytes);
      }
      for (const [i, outcome] of (await Promise.allSettled(outcomes)).entries()) {
        const refused = outcome.status === 'rejected';
        if (refused) assert.ok(outcome.reason instanceof ArgumentError && outcome.reason.executed === 'no', `${outcome.reason}`);
        assert.equal(await redis.get(`{k}${i}`), refused ? null : 'xxxxxxxxxx');
      }
    });

    it('are refused before they are given', async () => {
      const bytes = newBytes(10);
      transfer(bytes);
      await assert.rejects(redis.set('k', bytes), ArgumentError);
      assert.equal(await redis.exists('k'), 0);
    });

    it('spoil at most their own command of a pipeline', async () => {
      const bytes = newBytes(10);
      const outcomes = redis.pipeline().set('{k}a', '1').set('{k}b', bytes).incr('{k}a').exec({ errors: 'inline' });
      transfer(bytes);
      const [first, own, last] = await outcomes;
      assert.deepEqual([first, last], ['OK', 2]);
      // Sent already, where the pipeline took its time.
      if (own === 'OK') assert.equal(await redis.get('{k}b'), 'xxxxxxxxxx');
      else assert.ok((own as unknown) instanceof ArgumentError, `${own}`);
    });

    it('spoil the whole of their transaction', async () => {
      const bytes = newBytes(10);
      const outcome = redis.multi().incr('{k}n').set('{k}b', bytes).incr('{k}n').exec();
      transfer(bytes);
      await assert.rejects(outcome, { name: 'ArgumentError', command: 'SET', executed: 'no' });
      assert.equal(await redis.exists('{k}n'), 0);
    });

    it('spoil a command with a connection of its own, which stays good for others', async () => {
      await redis.lease(
        async (leased) => {
          const bytes = newBytes(10);
          const bad = leased.rpush('{k}l', bytes);
          transfer(bytes);
          await assert.rejects(bad, ArgumentError);
          assert.equal(await leased.rpush('{k}l', 'v'), 1);
        },
        { key: '{k}' },
      );
      const key = newBytes(3);
      const blocked = redis.blpop(key, 5);
      transfer(key);
      await assert.rejects(blocked, ArgumentError);
      assert.deepEqual(await redis.blpop('{k}l', 5), { key: '{k}l', element: 'v' });
    });
  });
});
