import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientStats, createClient, single } from '../../lib/index.js';
import { command } from '../../lib/protocol/catalog/specs.js';
import { measure } from '../../lib/protocol/resp/encoder.js';
import { FakeServer, silence } from '../support/fake-server.js';
import { Server } from '../support/server.js';
import { forEachTopology } from '../support/topologies.js';
import { until } from '../support/wait.js';

const sum = (stats: ClientStats, field: 'sent' | 'inFlight'): number => stats.nodes.reduce((total, node) => total + node[field], 0);

describe('stats()', () => {
  forEachTopology((t) => {
    it('counts what is not answered, exactly, while many callers run and afterwards', async () => {
      await using redis = createClient({ topology: t.createOptions() });
      const none = { reads: 0, writes: 0, fallbacks: 0, hedged: 0, hedgeWins: 0, guarded: 0 };
      const subscriptions = { channels: 0, patterns: 0, shardChannels: 0, waiting: 0, connections: 0, messages: 0, gaps: 0, dropped: 0 };
      assert.deepEqual(redis.stats(), {
        commands: 0,
        bytes: 0,
        waiting: 0,
        subscriptions,
        nodes: [],
        domains: [{ domain: null, ...none }],
        ring: t.kind === 'ring' ? { members: 3, ejected: [], ejections: 0, returns: 0 } : null,
        previous: null,
      });
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

  forEachTopology(
    (t) => {
      it('counts by domain and by node what was read and written, what fell back and what a guard refused', async () => {
        const nowhere = { reads: 'replica', replicas: { addresses: ['192.0.2.1:6379'] }, fallback: ['primary'] } as const;
        await using redis = createClient({
          topology: t.createOptions(),
          domains: { video: { keys: 'video:*', guard: { write: [] } }, news: { keys: 'news:*', ...nowhere }, users: { keys: 'user:*' } },
        });
        await redis.mset({ 'user:1': '1', 'user:2': '2' });
        await redis.multi().incr('{n}a').get('{n}a').exec();
        await redis.pipeline().get('news:1').get('news:2').exec();
        await redis.get('user:1');
        await redis.ping();
        await assert.rejects(redis.set('video:1', 'x'), { code: 'ERR_GUARD' });
        await assert.rejects(redis.pipeline().set('video:1', 'x').exec(), { code: 'ERR_GUARD' });
        await redis.domain('users').lease((one) => one.set('user:1', 'x'), { key: 'user:1' });
        await redis.with({ waitReplicas: { count: 1, timeoutMs: 2_000 } }).set('user:1', 'y');
        const { domains, nodes } = redis.stats();
        const table = domains.map(({ domain, reads, writes, fallbacks, guarded }) => [domain, reads, writes, fallbacks, guarded]);
        const split = t.kind === 'cluster' ? 2 : 1;
        assert.deepEqual(table, [
          [null, 1, 1, 0, 0],
          ['video', 0, 0, 0, 2],
          ['news', 2, 0, 2, 0],
          ['users', 1, split + 2, 0, 0],
        ]);
        const sumOf = (field: 'reads' | 'writes' | 'fallbacks'): number => nodes.reduce((total, node) => total + node[field], 0);
        // A transaction is one write of its node; a lease has a connection, and its commands are not those of the shared one.
        assert.deepEqual([sumOf('reads'), sumOf('writes'), sumOf('fallbacks')], [3, split + 2, 2]);
      });
    },
    ['replication', 'sentinel', 'cluster'],
  );

  it('has every connection of the exclusive pool, and leaves what blocks out of the round trip', async () => {
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
