import assert from 'node:assert/strict';
import { ClosedError, createClient, NoNodeError, type Redis, type RingMemberOptions, ring } from '../../lib/index.js';
import { type Server, startAll, stopAll } from '../support/server.js';
import { until } from '../support/wait.js';

/** Nobody listens there. */
const NOWHERE = '127.0.0.1:9';
/** A placement of a program's own, by which nearly all keys move when a member joins. */
const byModulo = (key: Uint8Array, names: readonly string[]): number =>
  key.reduce((sum, byte) => (sum * 31 + byte) >>> 0, 7) % names.length;

describe('a ring whose members change while calls wait', () => {
  let servers: Server[];
  const clients: Redis[] = [];
  before(async () => {
    servers = await startAll([{}, {}, {}, {}]);
  });
  after(() => stopAll(servers));
  beforeEach(() => Promise.all(servers.map((server) => server.ask('FLUSHALL'))));
  afterEach(() => {
    for (const redis of clients.splice(0)) redis.destroy();
  });

  const at = (index: number): string => servers[index]?.address ?? assert.fail();
  const client = (members: Record<string, string>, placement: object = {}, options: object = {}): Redis => {
    const redis = createClient({ topology: ring(members, placement), ...options });
    redis.on('error', () => {});
    clients.push(redis);
    return redis;
  };
  /** Keys that are on `b` by one ring, and by the other one on another member. */
  const leaving = (before: Redis, after: Redis): string[] =>
    Array.from({ length: 3_000 }, (_, i) => `key:${i}`).filter((key) => before.memberOf(key) === 'b' && after.memberOf(key) !== 'b');
  const assertFoundBy = async (redis: Redis, keys: readonly string[]): Promise<void> => {
    for (const key of keys) assert.equal(await redis.get(key), '1', `${key} is not on ${redis.memberOf(key)}`);
  };

  const CASES: [name: string, placement: object, next: () => Record<string, string>][] = [
    ['leaves', {}, () => ({ a: at(0), c: at(2) })],
    ['gets another address when another one joins', {}, () => ({ a: at(0), b: at(1), d: at(2) })],
    ['leaves, and a function of its own places keys', { place: byModulo }, () => ({ a: at(0), c: at(2) })],
    [
      'gets another address when another one joins, and a function of its own places keys',
      { place: byModulo },
      () => {
        return { a: at(0), b: at(1), c: at(2), d: at(3) };
      },
    ],
  ];
  for (const [name, placement, nextMembers] of CASES) {
    it(`sends what waits for a member that ${name} to where its keys are then`, async () => {
      const redis = client({ a: at(0), b: NOWHERE, c: at(2) }, placement);
      const next = client(nextMembers(), placement);
      await redis.connect();
      const keys = leaving(redis, next).slice(0, 12);
      const [set = '', first = '', second = '', third = '', multi = '', one = '', two = '', leased = '', watched = '', script = ''] = keys;
      const replies = Promise.all([
        redis.set(set, '1'),
        redis.mset({ [first]: '1', [second]: '1', [third]: '1' }),
        redis.multi().set(multi, '1').exec(),
        redis.pipeline().set(one, '1').set(two, '1').exec(),
        redis.lease((connection) => connection.set(leased, '1'), { key: leased }),
        redis.watch(watched, async (tx) => tx.multi().set(watched, '1')),
        redis.eval('return redis.call("SET", KEYS[1], 1)', [script], []),
        redis.mget([first, second, third]),
      ]);
      await until(() => redis.stats().waiting >= 8);
      redis.setMembers(nextMembers());
      assert.equal((await replies).length, 8);
      await assertFoundBy(next, [set, first, second, third, multi, one, two, leased, watched, script]);
    });
  }

  it('has calls that block wait where their keys are then, and watches begin again there', async () => {
    const redis = client({ a: at(0), b: at(1) });
    const next = client({ a: at(0), b: at(1), d: at(2) });
    const [list = '', watched = ''] = leaving(redis, next);
    const popped = redis.blpop([list], 0);
    await until(async () => (await servers[1]?.ask('INFO', 'clients'))?.toString().includes('blocked_clients:1') === true);
    let attempts = 0;
    const outcome = await redis.watch(watched, async (tx) => {
      if (++attempts === 1) redis.setMembers({ a: at(0), b: at(1), d: at(2) });
      return tx.multi().set(watched, '1');
    });
    assert.deepEqual([outcome, attempts], [['OK'], 2]);
    await assertFoundBy(next, [watched]);
    await next.rpush(list, 'x');
    assert.deepEqual(await popped, { key: list, element: 'x' });
  });

  it('refuses what is for a member that has left at once, also watches', async () => {
    const redis = client({ a: at(0), b: at(1) }, {}, { timeoutMs: 0 });
    const b = redis.member('b');
    redis.setMembers({ a: at(0) });
    const gone = (error: unknown): boolean => error instanceof NoNodeError && /"b" is no member of the ring any more/.test(error.message);
    await assert.rejects(b.get('x'), gone);
    await assert.rejects(
      b.watch('x', async (tx) => tx.multi()),
      gone,
    );
    await assert.rejects(
      b.lease((one) => one.ping()),
      gone,
    );
    await assert.rejects(
      b.subscribe('c', () => {}),
      gone,
    );
    await assert.rejects(
      b.psubscribe('c*', () => {}),
      gone,
    );
    assert.match(String(b.explain('GET', 'x')), /it would be refused: "b" is no member of the ring any more/);
    assert.match(String(b.explain('INFO')), /it would be refused: "b" is no member of the ring any more/);
  });

  it('has a subscription follow its channel where only weights have changed', async () => {
    const weighted = (a: number, b: number): RingMemberOptions[] => [
      { at: at(0), name: 'a', weight: a },
      { at: at(1), name: 'b', weight: b },
    ];
    const topology = ring(weighted(1_000, 1), { as: 'twemproxy', hash: 'md5', distribution: 'ketama' });
    const redis = createClient({ topology });
    clients.push(redis);
    await redis.subscribe('c', () => {});
    assert.equal(redis.memberOf('c'), 'a');
    redis.setMembers(weighted(1, 1_000));
    assert.equal(redis.memberOf('c'), 'b');
    await until(async () => (await redis.publish('c', 'x')) === 1, { what: 'the channel is on its member' });
  });

  it('takes no members when it is closed, and says so', async () => {
    const redis = client({ a: at(0) });
    const told: unknown[] = [];
    redis.on('members', (change) => told.push(change));
    await redis.ping();
    await redis.close();
    assert.throws(() => redis.setMembers({ a: at(0), b: at(1) }), ClosedError);
    assert.deepEqual([told, redis.memberOf('key:1')], [[], 'a']);
  });
});
