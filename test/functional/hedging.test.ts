import assert from 'node:assert/strict';
import { createClient, type Redis } from '../../lib/index.js';
import { countCalls } from '../../scripts/demo/counters.js';
import { Relay } from '../support/relay.js';
import { caughtUp } from '../support/replication.js';
import { forEachTopology } from '../support/topologies.js';
import { until } from '../support/wait.js';

const READS = 1_000;
const SLOW_MS = 25;

const percentile = (sorted: readonly number[], share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;

describe('hedged reads', () => {
  forEachTopology(
    (t) => {
      it('cut the tail of a replica that is slow now and then, for at most 5 % more reads by the servers own count', async () => {
        const [primary, replicas] = [(await t.primaries())[0], await t.replicas()];
        const [first] = replicas;
        assert.ok(primary !== undefined && first !== undefined);
        await using relay = await Relay.start(first);
        const addressMap = { [first.address]: relay.address };
        await using plain = createClient({ topology: t.createOptions(), reads: 'replica', addressMap });
        await plain.set('k', 'value');
        await caughtUp(primary, replicas);

        /** The latencies of reads one after the other; one in 25 is sent while the way to the first replica is slow. */
        async function measure(redis: Redis): Promise<number[]> {
          const latencies: number[] = [];
          for (let i = 0; i < READS; i++) {
            relay.delayMs = i % 25 === 24 ? SLOW_MS : 0;
            const start = performance.now();
            assert.equal(await redis.get('k'), 'value');
            latencies.push(performance.now() - start);
          }
          relay.delayMs = 0;
          return latencies.sort((a, b) => a - b);
        }

        const without = await measure(plain);
        const hedged = plain.with({ hedge: true });
        let latencies: number[] = [];
        const counts = await countCalls(replicas, 'get', async () => {
          latencies = await measure(hedged);
          await until(() => plain.stats().commands === 0, { what: 'late replies have come' });
        });
        const extra = counts.reduce((a, b) => a + b, 0) - READS;
        const stats = plain.stats().nodes;
        const sum = (field: 'hedged' | 'hedgeWins'): number => stats.reduce((total, node) => total + node[field], 0);
        assert.ok(percentile(without, 0.99) > 1.5 * SLOW_MS, `${percentile(without, 0.99)} ms without`);
        assert.ok(percentile(latencies, 0.99) < SLOW_MS, `${percentile(latencies, 0.99)} ms with`);
        assert.ok(extra > 0 && extra <= READS * 0.05, `${extra} extra reads`);
        assert.ok(extra <= sum('hedged') && sum('hedgeWins') > 0 && sum('hedgeWins') <= sum('hedged'));
      }).timeout(20_000);
    },
    ['replication'],
  );

  forEachTopology(
    (t) => {
      it('give the same replies, and every read settles once, with deadlines, signals and errors', async () => {
        await using redis = createClient({ topology: t.createOptions(), reads: 'nearest', hedge: true });
        await redis.mset(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, `v${i}`])));
        await redis.rpush('list', '1');
        await until(async () =>
          (await Promise.all(Array.from({ length: 300 }, (_, i) => redis.get(`k${i % 50}`)))).every((v) => v !== null),
        );
        const controller = new AbortController();
        const calls = Array.from({ length: 600 }, (_, i) => {
          if (i % 10 === 0) return redis.with({ signal: controller.signal }).get(`k${i % 50}`);
          if (i % 10 === 1) return redis.get('list').catch((error: Error) => error.message.split(' ')[0]);
          return redis.get(`k${i % 50}`);
        });
        setImmediate(() => controller.abort());
        const outcomes = await Promise.allSettled(calls);
        for (const [i, outcome] of outcomes.entries()) {
          if (outcome.status === 'rejected') assert.equal((outcome.reason as { code: string }).code, 'ERR_ABORTED');
          else assert.equal(outcome.value, i % 10 === 1 ? 'WRONGTYPE' : `v${i % 50}`);
        }
        assert.deepEqual(await redis.pipeline().get('k1').get('k2').exec(), ['v1', 'v2']);
        await until(() => redis.stats().commands === 0, { what: 'no command is pending' });
      });
    },
    ['replication', 'sentinel', 'cluster'],
  );
});
