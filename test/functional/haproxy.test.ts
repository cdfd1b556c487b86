import assert from 'node:assert/strict';
import { createClient, endpoints, type Gap, type Redis, single } from '../../lib/index.js';
import { HAProxy } from '../support/haproxy.js';
import { describeBehind } from '../support/proxy-process.js';
import { caughtUp, ReplicationGroup } from '../support/replication.js';
import { Server } from '../support/server.js';
import { until } from '../support/wait.js';
import { faultsIn, underLoad } from './proxy-load.js';

function quiet(redis: Redis): Redis {
  return redis.on('error', () => undefined);
}

describeBehind(['haproxy'], 'HAProxy in tcp mode', () => {
  it('(single) follows a failover behind it: no read fails, writes are unknown only in flight, none runs twice', async () => {
    await using group = await ReplicationGroup.start({ replicas: 1 });
    const [replica] = group.replicas;
    assert.ok(replica);
    await using proxy = await HAProxy.start({ servers: [group.primary.address, replica.address], check: 'primary' });
    await using redis = quiet(createClient({ topology: single(proxy.address) }));
    await redis.connect();
    await redis.set('before', 'x');
    await caughtUp(group.primary, [replica]);
    const told = await underLoad(redis, 'failover', async () => {
      await group.primary.kill();
      await replica.ask('REPLICAOF', 'NO', 'ONE');
    });
    assert.deepEqual([told.failedReads, told.failedWrites], [[], []]);
    assert.ok(
      told.unknown.every((count) => count <= 1),
      String(told.unknown),
    );
    // What a primary had acknowledged when it died may be lost by replication: what is more than told would have run twice.
    const twice = (await faultsIn(told, 'failover', replica)).filter(
      (fault) => Number(/(\d+) found/.exec(fault)?.[1]) > Number(/to (\d+)/.exec(fault)?.[1]),
    );
    assert.deepEqual(twice, []);
    const after = await underLoad(redis, 'after', async () => undefined);
    assert.deepEqual([await faultsIn(after, 'after', replica), after.failedWrites], [[], []]);
    assert.equal(await redis.get('before'), 'x');
    // Behind it is a server, of which all is asked.
    assert.equal((await redis.info('server')).includes('redis_mode') || (await redis.info('server')).includes('server_mode'), true);
  });

  describe('two of them before one server, as endpoints', () => {
    let server: Server;
    let first: HAProxy;
    let second: HAProxy;
    beforeEach(async () => {
      server = await Server.start();
      [first, second] = await Promise.all([HAProxy.start({ servers: [server.address] }), HAProxy.start({ servers: [server.address] })]);
    });
    afterEach(async () => {
      await Promise.all([first.stop(), second.stop()]);
      await server.stop();
    });
    const keyOf = (redis: Redis): string => redis.topology?.shards[0]?.primary?.key ?? '';

    it('hold subscriptions, which go on with the other one and tell the gap', async () => {
      await using redis = quiet(createClient({ topology: endpoints([first.address, second.address]) }));
      const heard: string[] = [];
      const gaps: Gap[] = [];
      await redis.subscribe('news', (message) => heard.push(message), { onGap: (gap) => gaps.push(gap) });
      const victim = keyOf(redis) === first.address ? first : second;
      const other = victim === first ? second : first;
      await victim.kill();
      await until(async () => Number(await server.ask('PUBLISH', 'news', 'late')) > 0 && heard.includes('late'));
      assert.equal(gaps.length, 1);
      assert.deepEqual([gaps[0]?.from, gaps[0]?.to], [victim.address, other.address]);
    });

    it('end what is under way on one that leaves the list, calls that block as well, and take nothing new there', async () => {
      let list = [first.address];
      await using redis = quiet(createClient({ topology: endpoints(() => list, { refreshMs: 100 }) }));
      const popped = redis.blpop('list', 0);
      const blocked = async (): Promise<string | undefined> =>
        /addr=(\S+).* cmd=blpop/.exec(String(await server.ask('CLIENT', 'LIST')))?.[1];
      const before = await until(blocked);
      await redis.lease(async (lease) => {
        assert.equal(await lease.ping(), 'PONG');
        list = [second.address];
        await until(() => keyOf(redis) === second.address);
        await redis.set('k', 'v');
        // By the connection through the endpoint that has left.
        assert.equal(await lease.get('k'), 'v');
      });
      assert.equal(await blocked(), before, 'the same connection waits');
      assert.deepEqual(
        redis.stats().nodes.map(({ node }) => node),
        [second.address],
      );
      await server.ask('RPUSH', 'list', 'element');
      assert.deepEqual(await popped, { key: 'list', element: 'element' });
    });

    it('have a scan begin again on the other one when its own has left, and give all keys once', async () => {
      const keys = Array.from({ length: 500 }, (_, i) => `key:${i}`);
      await server.ask('MSET', ...keys.flatMap((key) => [key, 'x']));
      let list = [first.address];
      await using redis = quiet(createClient({ topology: endpoints(() => list, { refreshMs: 100 }) }));
      const found: string[] = [];
      for await (const key of redis.scanKeys({ COUNT: 50 })) {
        found.push(key);
        if (found.length !== 100) continue;
        list = [second.address];
        await until(() => keyOf(redis) === second.address);
      }
      assert.deepEqual(found.sort(), keys.sort());
    });

    it('move clients slowly to all of them where that is wanted', async () => {
      await using redis = quiet(createClient({ topology: endpoints([first.address, second.address], { rebalanceMs: 50 }) }));
      await redis.connect();
      const seen = new Set<string>();
      await until(() => seen.add(keyOf(redis)).size === 2, { everyMs: 5 });
      assert.equal(await redis.ping(), 'PONG');
    });
  });

  it('(endpoints) go on with the next where one leads to a server that refuses writes as a replica does', async () => {
    await using group = await ReplicationGroup.start({ replicas: 1 });
    const [replica] = group.replicas;
    assert.ok(replica);
    await using toReplica = await HAProxy.start({ servers: [replica.address] });
    await using toPrimary = await HAProxy.start({ servers: [group.primary.address] });
    // Spoken to as to a proxy, they cannot be asked for their roles.
    for (const speaks of ['plain', 'auto'] as const) {
      for (let round = 0; round < 3; round++) {
        await using redis = quiet(createClient({ topology: endpoints([toReplica.address, toPrimary.address], { speaks }) }));
        assert.equal(await redis.set(`k:${speaks}:${round}`, 'v'), 'OK');
      }
    }
  });
});
