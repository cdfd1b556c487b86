import assert from 'node:assert/strict';
import { createClient } from '../../lib/index.js';
import { forEachTopology } from '../support/topologies.js';
import { until } from '../support/wait.js';

const connectionsOf = (redis: { stats(): { nodes: readonly { exclusiveConnections: number }[] } }): number =>
  redis.stats().nodes.reduce((sum, { exclusiveConnections }) => sum + exclusiveConnections, 0);

describe('connect() with pool.minExclusive', () => {
  forEachTopology((t) => {
    it('opens the connections of every primary, so that the first XREAD from $ hears what is added two round trips later', async () => {
      await using other = createClient({ topology: t.createOptions() });
      await other.connect();
      const primaries = (await t.primaries()).length;
      for (let round = 0; round < 10; round++) {
        await using redis = createClient({ topology: t.createOptions(), pool: { minExclusive: 1 } });
        await redis.connect();
        assert.equal(connectionsOf(redis), primaries);
        const heard = redis.xread({ s: '$' }, { BLOCK: 5_000 });
        // Two round trips to the same server, fewer than a connection takes: it has read the XREAD by then, however busy it is.
        for (let trips = 0; trips < 2; trips++) await redis.get('{s}none');
        const id = await other.xadd('s', '*', { round: String(round) });
        assert.deepEqual(
          (await heard)?.map(({ entries }) => entries.map((entry) => entry.id)),
          [[id]],
        );
        assert.equal(connectionsOf(redis), primaries, 'no connection was opened for it');
      }
    });
  });

  forEachTopology(
    (t) => {
      it('opens them at a primary that comes later, too', async () => {
        await using running = await t.fresh();
        await using redis = createClient({ topology: running.createOptions(), pool: { minExclusive: 2 } });
        await redis.connect();
        const [before] = await running.primaries();
        const { group } = running;
        assert.ok('failover' in group);
        await group.failover();
        const [next] = await running.primaries();
        assert.notEqual(next, before);
        await until(() => redis.stats().nodes.find(({ node }) => node === next?.address)?.exclusiveConnections === 2, {
          timeoutMs: 20_000,
        });
      }).timeout(60_000);
    },
    ['sentinel'],
  );
});
