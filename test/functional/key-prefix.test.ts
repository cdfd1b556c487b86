import assert from 'node:assert/strict';
import { createClient, defineScript } from '../../lib/index.js';
import { forEachTopology } from '../support/topologies.js';

const domains = {
  video: { keys: 'video:*', keyPrefix: '{v}m:' },
  bare: { keys: 'bare:*', keyPrefix: '' },
  other: { keyPrefix: 'o:' },
} as const;

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('key prefix', () => {
  forEachTopology(
    (t) => {
      it('stands before the keys on the server, and comes off again', async () => {
        await using redis = createClient({ topology: t.createOptions(), keyPrefix: 'app:' });
        await using plain = createClient({ topology: t.createOptions() });
        await redis.mset({ a: '1', b: '2', c: '3' });
        await plain.set('a', 'other');
        assert.deepEqual(await plain.mget(['app:a', 'app:b', 'app:c', 'a']), ['1', '2', '3', 'other']);
        assert.deepEqual(await redis.mget(['a', 'b', 'c', 'app:a']), ['1', '2', '3', null]);
        assert.deepEqual((await redis.keys('*')).sort(), ['a', 'b', 'c']);
        assert.deepEqual((await collect(redis.scanKeys())).sort(), ['a', 'b', 'c']);
        assert.deepEqual((await collect(redis.with({ buffers: true }).scanKeys({ match: '[ab]' }))).map(String).sort(), ['a', 'b']);
        assert.equal(await redis.call('GET', 'a'), '1');
        assert.equal(await redis.del(['a', 'b', 'none']), 2);
        assert.deepEqual((await collect(plain.scanKeys())).sort(), ['a', 'app:c']);
      });

      it('comes off the keys in replies', async () => {
        for (const protocol of [2, 3] as const) {
          await using redis = createClient({ topology: t.createOptions(), keyPrefix: 'app:', protocol });
          await redis.del(['{k}l', '{k}z', '{k}s']);
          await redis.rpush('{k}l', ['1', '2', '3']);
          await redis.zadd('{k}z', [
            { member: 'm', score: 1 },
            { member: 'n', score: 2 },
          ]);
          await redis.xadd('{k}s', '1-1', { f: 'v' });
          await redis.xgroupCreate('{k}s', 'g', '0');
          assert.deepEqual(await redis.blpop(['{k}none', '{k}l'], 1), { key: '{k}l', element: '1' });
          assert.deepEqual(await redis.lmpop(['{k}none', '{k}l'], 'LEFT'), { key: '{k}l', elements: ['2'] });
          assert.equal((await redis.bzpopmin('{k}z', 1))?.key, '{k}z');
          assert.equal((await redis.zmpop('{k}z', 'MIN'))?.key, '{k}z');
          const entries = [{ id: '1-1', fields: { f: 'v' } }];
          assert.deepEqual(await redis.xread({ '{k}s': '0' }), [{ key: '{k}s', entries }]);
          assert.deepEqual(await redis.xreadgroup('g', 'c', { '{k}s': '>' }, { BLOCK: 10 }), [{ key: '{k}s', entries }]);
          const called = await redis.call('XREAD', 'STREAMS', '{k}s', '0');
          assert.ok(JSON.stringify(called).includes('"{k}s"') && !JSON.stringify(called).includes('app:'), JSON.stringify(called));
          const bytes = await redis.with({ buffers: true }).blpop('{k}l', 1);
          assert.deepEqual(bytes, { key: Buffer.from('{k}l'), element: Buffer.from('3') });
        }
      });

      it('holds in pipelines, transactions, leases, watches, scans, streams of commands and scripts', async () => {
        await using redis = createClient({ topology: t.createOptions(), keyPrefix: 'app:' });
        await using plain = createClient({ topology: t.createOptions() });
        const replies = await redis.pipeline().set('p', '1').get('p').rpush('{k}l', ['x']).lmpop('{k}l', 'LEFT').exec();
        assert.deepEqual(replies, ['OK', '1', 1, { key: '{k}l', elements: ['x'] }]);
        assert.deepEqual(await redis.multi().rpush('{k}l', ['y']).lmpop(['{k}none', '{k}l'], 'LEFT').exec(), [
          1,
          { key: '{k}l', elements: ['y'] },
        ]);
        const leased = await redis.lease((one) => one.set('leased', '2', { GET: true }).then(() => one.get('leased')), { key: 'leased' });
        assert.equal(leased, '2');
        const pushed = await collect(redis.stream(['m', 'n'], (view, member) => view.sadd('set', member)));
        assert.deepEqual(pushed, [1, 1]);
        assert.deepEqual((await collect(redis.scanSet('set'))).sort(), ['m', 'n']);
        const watched = await redis.watch(['{w}a'], async (tx) => {
          assert.equal(await tx.get('{w}a'), null);
          return tx.multi().set('{w}a', '3').get('{w}a');
        });
        assert.deepEqual(watched, ['OK', '3']);
        const set = defineScript({ lua: 'return redis.call("SET", KEYS[1], ARGV[1])', keys: 1 });
        for (let round = 0; round < 2; round++) assert.equal(await redis.script(set, ['s'], ['4']), 'OK');
        assert.equal(await redis.eval('return redis.call("GET", KEYS[1])', ['s']), '4');
        assert.deepEqual(await plain.mget(['app:p', 'app:leased', 'app:{w}a', 'app:s']), ['1', '2', '3', '4']);
        assert.deepEqual((await plain.smembers('app:set')).sort(), ['m', 'n']);
      });

      it('is that of the domain each key belongs to', async () => {
        await using redis = createClient({ topology: t.createOptions(), keyPrefix: 'app:', domains });
        await using plain = createClient({ topology: t.createOptions() });
        await redis.mset({ 'video:1': 'v', 'bare:1': 'b', x: 'x' });
        await redis.domain('other').set('video:1', 'o');
        assert.deepEqual(await plain.mget(['{v}m:video:1', 'bare:1', 'app:x', 'o:video:1']), ['v', 'b', 'x', 'o']);
        assert.deepEqual(await redis.mget(['video:1', 'bare:1', 'x']), ['v', 'b', 'x']);
        assert.deepEqual(await redis.domain('video').keys('*'), ['video:1']);
        assert.deepEqual(await collect(redis.scanKeys({ match: 'video:*' })), ['video:1']);
        assert.deepEqual(await collect(redis.domain('other').scanKeys()), ['video:1']);
        assert.deepEqual(await redis.keys('*'), ['x']);
      });
    },
    ['single', 'cluster'],
  );

  // Not in a cluster, which refuses patterns: their keys may be elsewhere.
  forEachTopology(
    (t) => {
      it('sorts by keys with the prefix', async () => {
        await using redis = createClient({ topology: t.createOptions(), keyPrefix: 'app:' });
        await redis.rpush('ids', ['1', '2']);
        await redis.mset({ weight_1: '20', weight_2: '10', name_1: 'Ada', name_2: 'Bob' });
        assert.deepEqual(await redis.sort('ids', { BY: 'weight_*', GET: ['#', 'name_*'] }), ['2', 'Bob', '1', 'Ada']);
        assert.equal(await redis.sort('ids', { BY: 'weight_*', STORE: 'sorted' }), 2);
        assert.deepEqual(await redis.lrange('sorted', 0, -1), ['2', '1']);
      });
    },
    ['single'],
  );
});
