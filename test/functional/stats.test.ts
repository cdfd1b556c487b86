import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientStats, createClient, single } from '../../lib/index.js';
import { measure } from '../../lib/protocol/encoder.js';
import { command } from '../../lib/protocol/specs.js';
import { FakeServer, silence } from '../support/fake-server.js';
import { Server } from '../support/server.js';
import { forEachTopology } from '../support/topologies.js';
import { until } from '../support/wait.js';

const sum = (stats: ClientStats, field: 'sent' | 'inFlight'): number => stats.nodes.reduce((total, node) => total + node[field], 0);

describe('stats()', () => {
  forEachTopology((t) => {
    it('counts what is not answered, exactly, while many callers run and afterwards', async () => {
      await using redis = createClient({ topology: t.createOptions() });
      assert.deepEqual(redis.stats(), { commands: 0, bytes: 0, waiting: 0, nodes: [] });
      // Connections that open have their handshake in flight.
      await Promise.all(Array.from({ length: 100 }, (_, id) => redis.incr(`n${id}`)));
      let running = true;
      let unanswered = 0;
      let issued = 0;
      const caller = async (id: number): Promise<void> => {
        while (running) {
          unanswered++;
          issued++;
          await redis.incr(`n${id}`);
          unanswered--;
        }
      };
      const before = sum(redis.stats(), 'sent');
      const callers = Promise.all(Array.from({ length: 100 }, (_, id) => caller(id)));
      for (let i = 0; i < 20; i++) {
        await new Promise((resolve) => setImmediate(resolve));
        const stats = redis.stats();
        assert.equal(stats.commands, unanswered);
        assert.equal(sum(stats, 'inFlight') + stats.waiting, stats.commands);
        assert.ok(stats.bytes >= unanswered * measure(command('INCR'), ['n1']));
      }
      running = false;
      await callers;
      const stats = redis.stats();
      assert.deepEqual([stats.commands, stats.bytes, stats.waiting, sum(stats, 'inFlight')], [0, 0, 0, 0]);
      assert.equal(sum(stats, 'sent') - before, issued);
      const primaries = (await t.primaries()).map(({ address }) => address);
      for (const { node, role, sent, rttMs, reachable } of stats.nodes) {
        assert.equal(role, primaries.includes(node) ? 'primary' : 'replica');
        assert.equal(reachable, true);
        assert.equal(rttMs === null, sent === 0, 'who was asked has a round trip');
        assert.ok(rttMs === null || (rttMs > 0 && rttMs < 1_000));
      }
    });
  });

  it('has every connection of the exclusive lane, and leaves what blocks out of the round trip', async () => {
    await using server = await Server.start();
    await using redis = createClient({ topology: single(server.address) });
    await redis.set('a', '1');
    const popped = redis.call('BLPOP', 'queue', 0);
    await redis.lease(async (one) => {
      await one.get('a');
      await sleep(300);
      assert.equal(redis.stats().nodes[0]?.exclusiveConnections, 2);
      assert.equal(redis.stats().commands, 1, 'the one that blocks; those of a lease are its own');
    });
    await redis.rpush('queue', 'x');
    await popped;
    assert.ok((redis.stats().nodes[0]?.rttMs ?? 0) < 100);
  });

  it('keeps the place of who gave up until the reply can come no more', async () => {
    await using server = await FakeServer.start(([name]) => (name === 'GET' ? silence : undefined));
    const redis = createClient({ topology: single(server.address) });
    await redis.connect();
    await assert.rejects(redis.with({ timeoutMs: 30 }).get('a'), { code: 'ERR_TIMEOUT' });
    assert.equal(redis.stats().commands, 1);
    server.disconnect();
    await until(() => redis.stats().commands === 0);
    redis.destroy();
  });

  it('tells who cannot be reached and who waits for that', async () => {
    await using server = await FakeServer.start();
    const redis = createClient({ topology: single(server.address) });
    await redis.connect();
    server.refuse();
    server.disconnect();
    await until(() => redis.stats().nodes[0]?.reachable === false);
    const waiting = redis.get('a');
    assert.deepEqual([redis.stats().waiting, redis.stats().commands], [1, 1]);
    redis.destroy();
    await assert.rejects(waiting);
    assert.deepEqual([redis.stats().waiting, redis.stats().commands], [0, 0]);
  });
});
