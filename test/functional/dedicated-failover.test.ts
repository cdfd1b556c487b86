import assert from 'node:assert/strict';
import { type ClientOptions, cluster, createClient, type Dedicated, type Redis, sentinel, single } from '../../lib/index.js';
import { Cluster } from '../support/cluster.js';
import { SentinelGroup } from '../support/sentinel.js';
import { Server } from '../support/server.js';
import { chosenKinds } from '../support/topologies.js';
import { until } from '../support/wait.js';

const outcomeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    (value) => value,
    ({ code, executed }) => `${code} ${executed}`,
  );
const LOST = 'ERR_CONNECTION_LOST no';
const UNKNOWN = 'ERR_CONNECTION_LOST unknown';
const infoOf = async (one: Dedicated): Promise<string> => String(await one.call('CLIENT', 'INFO'));
const stateOf = async (one: Dedicated): Promise<(string | undefined)[]> => {
  const info = await infoOf(one);
  return ['name', 'db', 'flags'].map((field) => new RegExp(` ${field}=(\\S+)`).exec(info)?.[1]);
};

describe('a dedicated connection whose server fails', function () {
  this.timeout(90_000);
  const clients: Redis[] = [];
  const client = (topology: NonNullable<ClientOptions['topology']>): Redis => {
    const redis = createClient({ topology, timeoutMs: 30_000 });
    clients.push(redis);
    return redis;
  };
  afterEach(() => {
    for (const redis of clients.splice(0)) redis.destroy();
  });

  /** Connections in the middle of something, and what becomes of it after the server has failed. */
  async function inTheMiddle(redis: Redis) {
    const [watching, queueing, reading, plain] = ['watching', 'queueing', 'reading', 'plain'].map((clientName) =>
      redis.dedicated({ key: 'k', clientName }),
    ) as [Dedicated, Dedicated, Dedicated, Dedicated];
    await watching.set('k', '0');
    await watching.watch('k');
    await queueing.call('MULTI');
    await queueing.set('k', 'never');
    await plain.clientNoEvict('ON');
    const before = await stateOf(plain);
    const blocked = outcomeOf(reading.xread({ '{k}s': '$' }, { BLOCK: 0 }));
    return {
      /** Tells what is wrong; to be called when the server has failed, and before another serves. */
      async check(add: () => Promise<unknown>): Promise<void> {
        const watched = [watching.call('MULTI'), watching.set('k', 'unguarded'), watching.call('EXEC')];
        const queued = [queueing.set('k', 'never'), queueing.call('EXEC'), queueing.call('SET', '{k}2', 'after'), queueing.get('{k}2')];
        assert.deepEqual(await Promise.all(watched.map(outcomeOf)), ['OK', 'QUEUED', null]);
        assert.deepEqual(await Promise.all(queued.map(outcomeOf)), [LOST, LOST, 'OK', 'after']);
        assert.deepEqual(await stateOf(plain), before);
        assert.notEqual(await plain.get('k'), 'unguarded');
        // Its read from `$` begins anew on the new server, and sees what comes after it.
        let seen = false;
        void blocked.then(() => {
          seen = true;
        });
        await until(async () => {
          await add();
          return seen;
        });
        assert.ok(typeof (await blocked) === 'object');
        await watching.watch('k');
        const guarded = [watching.call('MULTI'), watching.set('k', '1'), watching.call('EXEC')];
        assert.deepEqual(await Promise.all(guarded), ['OK', 'QUEUED', ['OK']]);
      },
    };
  }

  it('sends again what harms nobody, in order, and nothing that may have run', async function () {
    if (!chosenKinds().includes('single')) this.skip();
    const server = await Server.start();
    try {
      const redis = client(single(server.address));
      await using one = redis.dedicated({ database: 2 });
      await one.set('k', '1');
      server.pause();
      const calls = [one.get('k'), one.incr('n'), one.select(3), one.get('k'), one.call('MULTI'), one.set('k', 'x'), one.call('EXEC')];
      const outcomes = calls.map(outcomeOf);
      await until(() => redis.stats().nodes.some(({ exclusiveConnections }) => exclusiveConnections === 1));
      // Written, and not read by the server, which is stopped.
      await new Promise((resolve) => setImmediate(resolve));
      await server.kill();
      const late = [one.set('late', '1'), one.get('late'), one.wait(0, 10)].map(outcomeOf);
      await server.restart();
      assert.deepEqual(await Promise.all(outcomes), [null, UNKNOWN, 'OK', null, UNKNOWN, UNKNOWN, UNKNOWN]);
      assert.deepEqual(await Promise.all(late), ['OK', '1', 0]);
      assert.equal((await stateOf(one))[1], '3');
      const lost = new Promise((resolve) => one.once('reconnecting', resolve));
      await server.ask('CLIENT', 'KILL', 'ID', String(await one.call('CLIENT', 'ID')));
      await lost;
      assert.equal(await outcomeOf(one.wait(0, 10)), LOST, 'it would count none of the writes');
    } finally {
      await server.stop();
    }
  });

  it('goes to the new primary of a Sentinel group, whose old one was killed', async function () {
    if (!chosenKinds().includes('sentinel')) this.skip();
    const group = await SentinelGroup.start();
    try {
      const seeds = group.sentinels.map(({ host, port }) => ({ host, port }));
      const redis = client(sentinel(seeds, group.name));
      const old = await group.primary();
      const middle = await inTheMiddle(redis);
      await until(async () => Number((await old.info('clients')).blocked_clients) === 1);
      await old.kill();
      await middle.check(() => redis.xadd('{k}s', '*', { field: 'value' }));
    } finally {
      await group.stop();
    }
  });

  it('goes to the new primary of a Sentinel group, whose old one hangs', async function () {
    if (!chosenKinds().includes('sentinel')) this.skip();
    const group = await SentinelGroup.start();
    try {
      const seeds = group.sentinels.map(({ host, port }) => ({ host, port }));
      const redis = client(sentinel(seeds, group.name));
      const old = await group.primary();
      const one = redis.dedicated({ clientName: 'own' });
      await one.set('k', '1');
      old.pause();
      try {
        const calls = [one.get('nothing'), one.incr('n'), one.get('nothing')].map(outcomeOf);
        assert.deepEqual(await Promise.all(calls), [null, UNKNOWN, null]);
        assert.equal((await stateOf(one))[0], 'own');
        assert.equal(await one.set('k', '2'), 'OK');
      } finally {
        old.resume();
      }
    } finally {
      await group.stop();
    }
  });

  it('follows its slot to another node of a cluster, and the failover of that', async function () {
    if (!chosenKinds().includes('cluster')) this.skip();
    const group = await Cluster.start();
    try {
      const redis = client(cluster(group.servers.map(({ host, port }) => ({ host, port }))));
      const one = redis.dedicated({ key: 'k' });
      await one.set('k', 'here');
      const slot = Number(await redis.clusterKeyslot('k'));
      const from = await group.nodeForSlot(slot);
      const to = (await group.primaries()).find((server) => server !== from) ?? assert.fail('no other primary');
      await group.moveSlots(from, to, slot, slot);
      assert.equal(await one.get('k'), 'here');
      const middle = await inTheMiddle(redis);
      await to.kill();
      await middle.check(() => redis.xadd('{k}s', '*', { field: 'value' }));
    } finally {
      await group.stop();
    }
  });
});
