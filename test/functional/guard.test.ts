import assert from 'node:assert/strict';
import { createClient, defineScript, GuardError } from '../../lib/index.js';
import { forEachTopology } from '../support/topologies.js';

const script = defineScript({ lua: "return redis.call('SET', KEYS[1], 'script')", keys: 1 });

describe('a guard', () => {
  forEachTopology(
    (t) => {
      it('refuses what its domain may not touch, whichever way it comes, and the server sees none of it', async () => {
        await using redis = createClient({
          topology: t.createOptions(),
          keyPrefix: 'app:',
          domains: { news: { keys: 'news:*', keyPrefix: 'n:', guard: { read: ['news:*', 'shared:*'] } } },
        });
        await using plain = createClient({ topology: t.createOptions() });
        const news = redis.domain('news');
        await redis.set('other', 'untouched');
        const refused = (promise: Promise<unknown>, key: string | null): Promise<void> =>
          assert.rejects(promise, (error) => {
            assert.ok(error instanceof GuardError, String(error));
            assert.deepEqual([error.code, error.domain, error.key, error.executed], ['ERR_GUARD', 'news', key, 'no']);
            return true;
          });
        await refused(news.set('other', 'x'), 'other');
        await refused(news.get('other'), 'other');
        await refused(redis.copy('news:1', 'other'), 'other');
        await refused(news.mset({ 'news:1': 'x', other: 'x' }), 'other');
        await refused(news.pipeline().set('news:1', 'x').set('other', 'x').exec(), 'other');
        await refused(news.multi().set('news:1', 'x').set('{news:1}other', 'x').exec(), '{news:1}other');
        await refused(
          news.watch('news:1', (tx) => tx.multi().set('{news:1}other', 'x')),
          '{news:1}other',
        );
        await refused(
          news.watch('other', () => 1),
          'other',
        );
        await refused(
          news.lease((one) => one.set('other', 'x')),
          'other',
        );
        await refused(news.script(script, ['other']), 'other');
        await refused(news.blpop('other', 0.01), 'other');
        await refused(news.call('SET', 'other', 'x'), 'other');
        await refused(news.keys('*'), '*');
        await refused(news.scanKeys().next(), null);
        await refused(news.scanHash('other').next(), 'other');
        await refused(news.eval('return 1'), null);
        await refused(news.flushall(), null);
        // Pipelines are checked as a whole before their first command is sent.
        assert.deepEqual(await plain.keys('*'), ['app:other']);
        assert.equal(await redis.get('other'), 'untouched');
      });

      it('lets the rest through', async () => {
        await using redis = createClient({
          topology: t.createOptions(),
          domains: { news: { keys: 'news:*', guard: { read: ['news:*', 'shared:*'] } } },
        });
        const news = redis.domain('news');
        assert.equal(await redis.set('news:1', 'a'), 'OK');
        assert.equal(await redis.set('shared:{news:1}', 'b'), 'OK');
        assert.equal(await news.get('shared:{news:1}'), 'b');
        assert.deepEqual(await news.pipeline().get('news:1').exists('news:1').exec(), ['a', 1]);
        assert.equal(await redis.script(script, ['news:1']), 'OK');
        assert.deepEqual(await news.keys('news:*'), ['news:1']);
        const keys: string[] = [];
        for await (const key of news.scanKeys({ match: 'news:*' })) keys.push(key);
        assert.deepEqual(keys, ['news:1']);
        assert.deepEqual(await redis.mget(['news:1', 'other']), ['script', null]);
        assert.equal(await news.ping(), 'PONG');
      });
    },
    ['replication', 'sentinel', 'cluster'],
  );
});
