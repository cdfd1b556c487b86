import assert from 'node:assert/strict';
import { createClient, type NodeStats, type Redis } from '../../lib/index.js';
import { countCalls } from '../../scripts/demo/counters.js';
import { Relay } from '../support/relay.js';
import { caughtUp } from '../support/replication.js';
import { forEachTopology } from '../support/topologies.js';
import { until } from '../support/wait.js';

/** Reads that are to go the slow way. */
const CROSSINGS = 20;
/** What that takes longer, there and back again. */
const SLOW_MS = 25;

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
        const replicaStats = (): readonly NodeStats[] => plain.stats().nodes.filter(({ role }) => role === 'replica');
        const sum = (field: 'hedged' | 'hedgeWins'): number => replicaStats().reduce((total, node) => total + node[field], 0);
        /** Reads that were sent the slow way first, by the client's own count. */
        const crossings = (): number => {
          const { reads = 0, hedged = 0 } = replicaStats().find(({ node }) => node === relay.address) ?? {};
          return reads - hedged;
        };
        let reads = 0;
        const read = async (redis: Redis): Promise<number> => {
          reads++;
          const start = performance.now();
          assert.equal(await redis.get('k'), 'value');
          return performance.now() - start;
        };

        /**
         * Reads one after the other, of which one in 25 is sent while the way to the first replica is slow. Which replica a read is sent to
         * is chance, and one that has just come serves few: it ends when enough of them were sent there. How many of these were answered
         * before that way can have brought a reply?
         */
        async function cutAmongCrossings(redis: Redis): Promise<number> {
          let cut = 0;
          for (let turn = 1, crossed = 0; crossed < CROSSINGS; turn++) {
            const isSlow = turn % 25 === 0;
            relay.delayMs = isSlow ? SLOW_MS : 0;
            const before = crossings();
            const tookMs = await read(redis);
            if (!isSlow || crossings() === before) continue;
            crossed++;
            // Timers may fire a millisecond early.
            if (tookMs < 2 * SLOW_MS - 2) cut++;
          }
          relay.delayMs = 0;
          return cut;
        }

        assert.equal(await cutAmongCrossings(plain), 0);
        const hedged = plain.with({ hedge: true });
        let cut = 0;
        reads = 0;
        const counts = await countCalls(replicas, 'get', async () => {
          // What is late is known of a node that has answered.
          const served = new Map(replicaStats().map(({ node, reads: before }) => [node, before]));
          while (replicaStats().some((node) => node.reads < (served.get(node.node) ?? 0) + 50)) await read(hedged);
          cut = await cutAmongCrossings(hedged);
          await until(() => plain.stats().commands === 0, { what: 'late replies have come' });
        });
        const extra = counts.reduce((a, b) => a + b, 0) - reads;
        // Other reads are late too, most of all on a busy machine, and may have taken the token.
        assert.ok(cut >= CROSSINGS / 2, `${cut} of ${CROSSINGS} slow reads were answered by the other replica`);
        assert.ok(extra > 0 && extra <= reads * 0.05, `${extra} extra reads`);
        assert.ok(extra <= sum('hedged') && sum('hedgeWins') >= cut && sum('hedgeWins') <= sum('hedged'));
      });
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
