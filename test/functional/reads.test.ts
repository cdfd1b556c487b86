import assert from 'node:assert/strict';
import { type ClientOptions, createClient, type ReadMode, type Redis, TimeoutError } from '../../lib/index.js';
import { callsOf, countCalls } from '../../scripts/demo/counters.js';
import { forEachTopology } from '../support/topologies.js';
import { until } from '../support/wait.js';

/** Slots of all three shards of a cluster. */
const keys = ['a', 'b', 'c'];

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

async function read(redis: Redis, names: readonly string[], times: number): Promise<void> {
  // One after the other, so that every command chooses anew.
  for (let i = 0; i < times; i++) for (const key of names) assert.equal(await redis.get(key), 'value');
}

/** Writes the keys, and waits until the replicas have them. */
async function write(redis: Redis, names: readonly string[]): Promise<void> {
  for (const key of names) {
    await redis.set(key, 'value');
    await until(async () => {
      const replies = await Promise.all(Array.from({ length: 10 }, () => redis.with({ reads: 'replicaPreferred' }).get(key)));
      return replies.every((reply) => reply === 'value');
    });
  }
}

const SERVING: Readonly<Record<ReadMode, 'primaries' | 'replicas' | 'all'>> = {
  primary: 'primaries',
  primaryPreferred: 'primaries',
  replica: 'replicas',
  replicaPreferred: 'replicas',
  nearest: 'all',
};

describe('reads', () => {
  forEachTopology(
    (t) => {
      const client = (options: Omit<ClientOptions, 'topology'>): Redis => createClient({ topology: t.createOptions(), ...options });

      for (const [mode, expected] of Object.entries(SERVING) as [ReadMode, string][]) {
        it(`with ${mode} go to ${expected}, by the servers' own count`, async () => {
          const primaries = await t.primaries();
          const replicas = await t.replicas();
          // On a busy machine one node may answer a millisecond later than the others.
          await using redis = client({ reads: mode, ...(mode === 'nearest' ? { latencyWindowMs: 0 } : {}) });
          await write(redis, keys);
          const counts = await countCalls([...primaries, ...replicas], 'get', () => read(redis, keys, 40));
          const byPrimaries = sum(counts.slice(0, primaries.length));
          const byReplicas = sum(counts.slice(primaries.length));
          assert.equal(byPrimaries + byReplicas, 120);
          if (expected === 'primaries') assert.equal(byReplicas, 0);
          if (expected === 'replicas') assert.equal(byPrimaries, 0);
          // Each of them serves some: the chance that one of them never does is beyond 1 in a million.
          const serving =
            expected === 'primaries'
              ? counts.slice(0, primaries.length)
              : expected === 'replicas'
                ? counts.slice(primaries.length)
                : counts;
          for (const count of t.kind === 'cluster' || expected !== 'primaries' ? serving : []) assert.ok(count > 0, counts.join(', '));
        });
      }

      it('of one call may differ from the client, and writes go to the primary all the same', async () => {
        const replicas = await t.replicas();
        await using redis = client({ reads: 'replica' });
        await write(redis, keys);
        const counts = await countCalls(replicas, 'get', () => read(redis.with({ reads: 'primary' }), keys, 10));
        assert.equal(sum(counts), 0);
        assert.equal(await redis.with({ reads: 'replica' }).incr('n'), 1);
      });
    },
    ['replication', 'sentinel', 'cluster'],
  );

  forEachTopology(
    (t) => {
      it('of a domain go to its replicas, by name and by key pattern', async () => {
        const [video, other] = await t.replicas();
        const [primary] = await t.primaries();
        assert.ok(video !== undefined && other !== undefined && primary !== undefined);
        await using redis = createClient({
          topology: t.createOptions(),
          nodes: [{ match: video.address, tags: { use: 'video' } }],
          domains: {
            video: { keys: ['video:*'], reads: 'replica', replicas: { tags: { use: 'video' } } },
            others: { reads: 'replica', replicas: { addresses: [other.address] } },
          },
        });
        await write(redis, ['video:1', 'front']);
        const servers = [video, other, primary];
        assert.deepEqual(await countCalls(servers, 'get', () => read(redis, ['video:1'], 20)), [20, 0, 0]);
        assert.deepEqual(await countCalls(servers, 'get', () => read(redis.domain('video'), ['front'], 20)), [20, 0, 0]);
        assert.deepEqual(await countCalls(servers, 'get', () => read(redis.domain('others'), ['video:1'], 20)), [0, 20, 0]);
        assert.deepEqual(await countCalls(servers, 'get', () => read(redis, ['front'], 20)), [0, 0, 20]);
        assert.deepEqual(
          await countCalls(servers, 'get', () => read(redis.domain('video').with({ reads: 'primary' }), ['front'], 20)),
          [0, 0, 20],
        );
      });

      it('over keys of several domains are split by domain; what cannot be split is refused', async () => {
        const [video, news] = await t.replicas();
        const [primary] = await t.primaries();
        assert.ok(video !== undefined && news !== undefined && primary !== undefined);
        await using redis = createClient({
          topology: t.createOptions(),
          domains: {
            video: { keys: ['video:*'], reads: 'replica', replicas: { addresses: [video.address] } },
            news: { keys: ['news:*'], reads: 'replica', replicas: { addresses: [news.address] } },
          },
        });
        await write(redis, ['video:1', 'video:2', 'news:1', 'front']);
        const servers = [video, news, primary];
        const reads = async (): Promise<void> => {
          const values = await redis.mget(['news:1', 'video:1', 'none', 'video:2', 'front']);
          assert.deepEqual(values, ['value', 'value', null, 'value', 'value']);
        };
        assert.deepEqual(await countCalls(servers, 'mget', reads), [1, 1, 1]);
        await assert.rejects(redis.rename('video:1', 'news:1'), {
          code: 'ERR_COMMAND_REFUSED',
          message: 'RENAME: its keys belong to the domains video and news; say which with domain(name)',
        });
        assert.equal(await redis.domain('video').exists(['video:1', 'news:1']), 2);
        assert.equal(await redis.del(['video:1', 'news:1', 'front', 'none']), 3);
      });

      it('of a domain without a usable replica follow its fallback, or wait', async () => {
        const [primary] = await t.primaries();
        assert.ok(primary !== undefined);
        const nowhere = { reads: 'replica', replicas: { addresses: ['192.0.2.1:6379'] } } as const;
        await using redis = createClient({
          topology: t.createOptions(),
          domains: {
            any: { ...nowhere, fallback: ['anyReplica', 'primary'] },
            primary: { ...nowhere, fallback: ['primary'] },
            strict: { ...nowhere, timeoutMs: 150 },
          },
        });
        await write(redis, ['k']);
        assert.deepEqual(await countCalls([primary], 'get', () => read(redis.domain('any'), ['k'], 20)), [0]);
        assert.deepEqual(await countCalls([primary], 'get', () => read(redis.domain('primary'), ['k'], 20)), [20]);
        await assert.rejects(redis.domain('strict').get('k'), TimeoutError);
      });

      it('go on without an error while replicas end, and use them again when they are back', async () => {
        await using running = await t.fresh();
        const [first, second] = await running.replicas();
        const [primary] = await running.primaries();
        assert.ok(first !== undefined && second !== undefined && primary !== undefined);
        await using redis = createClient({ topology: running.createOptions(), reads: 'replicaPreferred' });
        await write(redis, ['k']);
        let on = true;
        let done = 0;
        const reading = Promise.all(
          Array.from({ length: 5 }, async () => {
            for (; on; done++) {
              assert.equal(await redis.get('k'), 'value');
              await new Promise((resolve) => setTimeout(resolve, 2));
            }
          }),
        );
        await first.kill();
        await second.kill();
        const at = done;
        await until(() => done > at + 50, { what: 'reads go on, at the primary' });
        assert.ok(((await callsOf([primary], 'get'))[0] ?? 0) > 0);
        await first.restart();
        await until(async () => (await countCalls([first], 'get', () => read(redis, ['k'], 5)))[0] === 5, {
          timeoutMs: 15_000,
          what: 'reads use the replica again',
        });
        on = false;
        await reading;
      });
    },
    ['replication', 'sentinel'],
  );
});
