import assert from 'node:assert/strict';
import { createClient, type Redis, replication, ring } from '../../lib/index.js';
import { ReplicationGroup } from '../support/replication.js';
import { Server } from '../support/server.js';
import { until } from '../support/wait.js';

describe('a ring with a member that has replicas', () => {
  let group: ReplicationGroup;
  let alone: Server;
  const clients: Redis[] = [];
  const client = (options: object = {}): Redis => {
    const topology = ring({ alone: alone.address, group: replication(group.servers.map(({ address }) => address)) });
    const redis = createClient({ topology, ...options });
    redis.on('error', () => {});
    clients.push(redis);
    return redis;
  };
  /** A key of that member. */
  const keyOf = (redis: Redis, name: string): string => {
    for (let i = 0; ; i++) if (redis.memberOf(`key:${i}`) === name) return `key:${i}`;
  };
  const sentTo = (redis: Redis, role: string): number =>
    redis.stats().nodes.reduce((sum, node) => sum + (node.role === role ? node.reads : 0), 0);
  before(async () => {
    [group, alone] = await Promise.all([ReplicationGroup.start({ replicas: 2 }), Server.start()]);
  });
  after(() => Promise.all([group.stop(), alone.stop()]));
  afterEach(() => {
    for (const redis of clients.splice(0)) redis.destroy();
  });

  it('reads from its replicas, where reads may, and from the server itself of one that has none', async () => {
    const redis = client({ reads: 'replicaPreferred' });
    const [inside, outside] = [keyOf(redis, 'group'), keyOf(redis, 'alone')];
    await redis.with({ waitReplicas: { count: 2, timeoutMs: 5_000 } }).set(inside, '1');
    await redis.set(outside, '2');
    for (let i = 0; i < 10; i++) assert.deepEqual(await redis.mget([inside, outside]), ['1', '2']);
    assert.equal(sentTo(redis, 'replica'), 10);
    assert.deepEqual(await redis.with({ reads: 'primary' }).mget([inside, outside]), ['1', '2']);
    assert.equal(sentTo(redis, 'replica'), 10);
  });

  it('has sessions read what they wrote', async () => {
    const redis = client({ reads: 'replicaPreferred' });
    const session = redis.session();
    const inside = keyOf(redis, 'group');
    for (let i = 0; i < 200; i++) {
      await session.set(inside, `${i}`);
      assert.equal(await session.get(inside), `${i}`);
    }
  });

  it('keeps its calls in order when another one takes over, and the others are not asked', async () => {
    const redis = client({ timeoutMs: 20_000 });
    const [inside, outside] = [keyOf(redis, 'group'), keyOf(redis, 'alone')];
    await redis.mset({ [inside]: '0', [outside]: '0' });
    await redis.del(inside);
    const failovers: unknown[] = [];
    redis.on('failover', (change) => failovers.push(change));
    const old = group.primary;
    let n = 0;
    const pushed: number[] = [];
    const push = async (): Promise<void> => {
      while (failovers.length === 0) {
        const value = n++;
        await redis.rpush(inside, String(value)).then(
          () => pushed.push(value),
          () => {},
        );
        assert.equal(await redis.get(outside), '0');
      }
    };
    const pushing = push();
    const next = group.replicas[0] ?? assert.fail();
    await old.ask('FAILOVER', 'TO', next.host, next.port);
    await until(() => failovers.length > 0);
    await pushing;
    assert.deepEqual(failovers, [{ from: old.address, to: next.address }]);
    await redis.rpush(inside, 'last');
    const list = (await redis.lrange(inside, 0, -1)).slice(0, -1).map(Number);
    assert.deepEqual(
      list,
      [...list].sort((a, b) => a - b),
    );
    for (const value of pushed) assert.ok(list.includes(value), `${value} was acknowledged`);
  });
});
