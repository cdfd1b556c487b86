import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, NoNodeError, PartialFailureError, type Redis, ring, SlotwiseError, sentinel } from '../../lib/index.js';
import { RingOfServers } from '../support/ring.js';
import { SentinelGroup } from '../support/sentinel.js';
import { Server } from '../support/server.js';
import { Stopwatch } from '../support/stopwatch.js';
import { until } from '../support/wait.js';

/** A key of each member, by its name. */
function keysOf(redis: Redis, names: readonly string[]): Record<string, string> {
  const keys = Array.from({ length: 200 }, (_, i) => `key:${i}`);
  return Object.fromEntries(names.map((name) => [name, keys.find((key) => redis.memberOf(key) === name) ?? assert.fail(name)]));
}

/** What became of operations that were issued one after the other. */
interface Load {
  readonly failures: unknown[];
  count: number;
  /** The slowest, in ms of its own. */
  slowestMs: number;
}

/** Increments a counter as fast as it goes, until it is told to end. */
async function increment(redis: Redis, key: string, signal: AbortSignal): Promise<Load> {
  const load: Load = { failures: [], count: 0, slowestMs: 0 };
  while (!signal.aborted) {
    const watch = Stopwatch.start();
    try {
      await redis.incr(key);
      load.count++;
    } catch (error) {
      load.failures.push(error);
    }
    load.slowestMs = Math.max(load.slowestMs, watch.ownMs);
    await sleep(1);
  }
  return load;
}

describe('a ring of which a member is down', () => {
  let servers: RingOfServers;
  const clients: Redis[] = [];
  const client = (options: object = {}, placement: object = {}): Redis => {
    const redis = createClient({ topology: ring(servers.members, placement), ...options });
    redis.on('error', () => {});
    clients.push(redis);
    return redis;
  };
  beforeEach(async () => {
    servers = await RingOfServers.start();
  });
  afterEach(async () => {
    for (const redis of clients.splice(0)) redis.destroy();
    await servers.stop();
  });

  it('serves the keys of the others, and says whose member it waits for', async () => {
    const redis = client({ timeoutMs: 300 });
    await redis.connect();
    const { a = '', b = '', c = '' } = keysOf(redis, ['a', 'b', 'c']);
    await redis.mset({ [a]: '1', [b]: '2', [c]: '3' });
    await servers.server(1).kill();
    await assert.rejects(redis.get(b), /member b/);
    assert.deepEqual(await Promise.all([redis.get(a), redis.get(c)]), ['1', '3']);
    const error = await redis.mget([a, b, c]).then(
      () => assert.fail(),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof PartialFailureError);
    assert.deepEqual(
      error.failures.map(({ keys }) => keys),
      [[b]],
      'by key',
    );
    const all = await redis.dbsize().then(
      () => assert.fail(),
      (thrown: unknown) => thrown,
    );
    assert.ok(all instanceof PartialFailureError);
    assert.deepEqual(
      all.failures.map(({ node }) => node),
      ['b'],
    );
    assert.ok([a, c].includes((await redis.randomkey()) ?? ''), 'of the others');
    assert.match(String(redis.topology?.problem?.message), /^1 of 3 members of the ring are down: b;/);
    await assert.rejects(client({ failFast: true }).get(b), (thrown) => thrown instanceof NoNodeError && /member b/.test(thrown.message));
  });

  it('connects when the others are there and it has failed once, and has its calls wait until it is back', async () => {
    await servers.server(1).kill();
    const redis = client();
    await redis.connect();
    assert.match(String(redis.topology?.problem?.message), /down: b;/);
    const { a = '', b = '' } = keysOf(redis, ['a', 'b']);
    const waiting = redis.set(b, 'later');
    assert.equal(await redis.set(a, 'now'), 'OK');
    await servers.server(1).restart();
    assert.equal(await waiting, 'OK');
    await until(() => redis.topology?.problem === undefined);
  });

  it('that hangs delays no call to another one', async () => {
    const redis = client({ timeoutMs: 60_000 });
    const { a = '', b = '', c = '' } = keysOf(redis, ['a', 'b', 'c']);
    await redis.mset({ [a]: '0', [b]: '0', [c]: '0' });
    const run = async (ms: number): Promise<Load[]> => {
      const stop = new AbortController();
      const loads = [a, c].map((key) => increment(redis, key, stop.signal));
      await sleep(ms);
      stop.abort();
      return Promise.all(loads);
    };
    const quiet = await run(1_000);
    servers.server(1).pause();
    const waiting = redis.get(b);
    const beside = await run(2_500);
    servers.server(1).resume();
    assert.equal(await waiting, '0');
    for (const [at, { failures, slowestMs, count }] of beside.entries()) {
      assert.deepEqual(failures, []);
      assert.ok(count > 0);
      const before = quiet[at]?.slowestMs ?? 0;
      // Whoever waited for the stopped one, or for a probe of it to end, would be above; less than that may be a machine that is busy.
      assert.ok(slowestMs <= before + 400, `${slowestMs} ms, ${before} ms before`);
    }
  });

  it('is not waited for by connect() longer than its first probe takes', async () => {
    servers.server(2).pause();
    const redis = client({ connectTimeoutMs: 300 });
    await redis.connect();
    assert.match(String(redis.topology?.problem?.message), /down: c;/);
    servers.server(2).resume();
  });

  describe('and ejected', () => {
    const ejecting = (options: object = {}): Redis =>
      client({ timeoutMs: 5_000, connectTimeoutMs: 500 }, { as: 'go-redis', onDown: 'eject', ...options });

    it('gives its keys to the others, and has them again when it is back', async () => {
      const redis = ejecting();
      const told: string[] = [];
      redis.on('eject', ({ member }) => told.push(`eject ${member}`)).on('return', ({ member }) => told.push(`return ${member}`));
      await redis.connect();
      const keys = Array.from({ length: 60 }, (_, i) => `key:${i}`);
      const before = keys.map((key) => redis.memberOf(key));
      await servers.server(1).kill();
      await until(() => told.length > 0);
      const without = keys.map((key) => redis.memberOf(key));
      assert.ok(!without.includes('b'));
      assert.deepEqual(
        without.filter((_, at) => before[at] !== 'b'),
        before.filter((name) => name !== 'b'),
        'the others stay',
      );
      for (const key of keys) await redis.set(key, 'x');
      assert.deepEqual(redis.stats().ring, { members: 3, ejected: ['b'], ejections: 1, returns: 0 });
      await servers.server(1).restart();
      await until(() => told.length > 1);
      assert.deepEqual(told, ['eject b', 'return b']);
      assert.deepEqual(
        keys.map((key) => redis.memberOf(key)),
        before,
      );
      assert.equal(await redis.get(keys[before.indexOf('b')] ?? ''), null);
      assert.deepEqual(redis.stats().ring, { members: 3, ejected: [], ejections: 1, returns: 1 });
    });

    it('takes the calls along that wait for it', async () => {
      const redis = ejecting();
      await redis.connect();
      const { b = '' } = keysOf(redis, ['b']);
      await servers.server(1).kill();
      assert.equal(await redis.set(b, 'elsewhere'), 'OK');
      assert.notEqual(redis.memberOf(b), 'b');
    });

    it('is emptied before it serves again, where that is wanted', async () => {
      const redis = ejecting({ eject: { flush: true } });
      await redis.connect();
      const { b = '' } = keysOf(redis, ['b']);
      await redis.set(b, 'old');
      const told: string[] = [];
      redis.on('eject', () => told.push('eject')).on('return', () => told.push('return'));
      servers.server(1).pause();
      await until(() => told.includes('eject'));
      assert.equal(await redis.set(b, 'new'), 'OK');
      servers.server(1).resume();
      await until(() => told.includes('return'));
      assert.equal(await redis.get(b), null, 'not the old one');
    });

    it('is so only while enough of the others are left', async () => {
      const redis = ejecting({ eject: { most: 0.4 } });
      const told: string[] = [];
      redis.on('eject', ({ member }) => told.push(member));
      await redis.connect();
      const { c = '' } = keysOf(redis, ['c']);
      await servers.server(1).kill();
      await until(() => told.length > 0);
      await servers.server(2).kill();
      await assert.rejects(redis.with({ timeoutMs: 2_000 }).get(c), /member c/);
      assert.deepEqual(told, ['b']);
    });
  });
});

describe('a ring with a member that sentinels watch', () => {
  it('fails over in it, and the others notice nothing', async () => {
    await using group = await SentinelGroup.start();
    await using alone = await Server.start();
    const seeds = group.sentinels.map(({ address }) => address);
    const redis = createClient({ topology: ring({ alone: alone.address, group: sentinel(seeds, group.name) }), timeoutMs: 30_000 });
    redis.on('error', () => {});
    try {
      const keys = keysOf(redis, ['alone', 'group']);
      const failovers: unknown[] = [];
      redis.on('failover', (change) => failovers.push(change));
      await redis.mset({ [keys.alone ?? '']: '0', [keys.group ?? '']: '0' });
      const stop = new AbortController();
      const quiet = new AbortController();
      const before = increment(redis, keys.alone ?? '', quiet.signal);
      await sleep(1_000);
      quiet.abort();
      const { slowestMs: quietMs, count: counted } = await before;
      const loads = [increment(redis, keys.alone ?? '', stop.signal), increment(redis, keys.group ?? '', stop.signal)];
      await sleep(200);
      const old = await group.primary();
      await old.kill();
      const next = await group.failedOver(old);
      await until(() => failovers.length > 0);
      await redis.incr(keys.group ?? '');
      await sleep(300);
      stop.abort();
      const [beside, within] = await Promise.all(loads);
      assert.ok(beside !== undefined && within !== undefined);
      assert.deepEqual(failovers, [{ from: old.address, to: next.address }]);
      assert.deepEqual(beside.failures, []);
      assert.equal(Number(await redis.get(keys.alone ?? '')), counted + beside.count);
      assert.ok(beside.slowestMs <= quietMs + 400, `${beside.slowestMs} ms beside, ${quietMs} ms before`);
      // In flight at the moment of the failure, each on its own.
      assert.ok(within.failures.length <= 1, String(within.failures));
      for (const error of within.failures) assert.ok(error instanceof SlotwiseError && error.executed === 'unknown', String(error));
    } finally {
      redis.destroy();
    }
  });
});
