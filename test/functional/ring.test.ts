import assert from 'node:assert/strict';
import {
  ArgumentError,
  CrossSlotError,
  createClient,
  NoNodeError,
  OptionsError,
  type Redis,
  ring,
  single,
  TopologyError,
} from '../../lib/index.js';
import { Cluster } from '../support/cluster.js';
import { MEMBERS, RingOfServers } from '../support/ring.js';
import { Server } from '../support/server.js';
import { until } from '../support/wait.js';

const KEYS = Array.from({ length: 90 }, (_, i) => `key:${i}`);

describe('a ring of three servers', () => {
  let servers: RingOfServers;
  let redis: Redis;
  before(async () => {
    servers = await RingOfServers.start();
  });
  after(() => servers.stop());
  beforeEach(async () => {
    await Promise.all(servers.servers.map((server) => server.ask('FLUSHALL')));
    redis = createClient({ topology: servers.topology });
  });
  afterEach(() => redis.destroy());

  const serverOf = (key: string): Server => servers.server(MEMBERS.indexOf(redis.memberOf(key) as 'a'));
  /** Keys of three members, the first of each. */
  const spread = (): string[] => MEMBERS.map((name) => KEYS.find((key) => redis.memberOf(key) === name) ?? assert.fail(name));
  const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
    const all: T[] = [];
    for await (const item of items) all.push(item);
    return all;
  };

  it('has each key on the member that memberOf() names, without asking a server', async () => {
    for (const key of KEYS) await redis.set(key, redis.memberOf(key));
    for (const key of KEYS) assert.equal(await serverOf(key).ask('GET', key), redis.memberOf(key));
    assert.equal(new Set(KEYS.map((key) => redis.memberOf(key))).size, 3);
    assert.equal(redis.memberOf(Buffer.from('key:1')), redis.memberOf('key:1'));
    assert.equal(redis.memberOf(7), redis.memberOf('7'));
    const prefixed = createClient({ topology: servers.topology, keyPrefix: 'app:' });
    assert.deepEqual(
      KEYS.map((key) => prefixed.memberOf(key)),
      KEYS.map((key) => redis.memberOf(`app:${key}`)),
      'the prefix is hashed, too',
    );
    prefixed.destroy();
  });

  it('splits commands over keys, and refuses others whose keys have no common tag, also where they share a member by luck', async () => {
    const [first = '', second = '', third = ''] = spread();
    assert.equal(await redis.mset({ [first]: '1', [second]: '2', [third]: '3' }), 'OK');
    assert.deepEqual(await redis.mget([third, 'none', first, second]), ['3', null, '1', '2']);
    const luck = KEYS.filter((key) => redis.memberOf(key) === 'b').slice(0, 2);
    assert.deepEqual(await redis.mget(luck), [luck[0] === second ? '2' : null, luck[1] === second ? '2' : null]);
    assert.equal(await redis.exists([...luck, first]), luck.includes(second) ? 2 : 1);
    assert.equal(await redis.del([first, second, third]), 3);
    const refused = await redis.rename(luck[0] ?? '', luck[1] ?? '').then(
      () => assert.fail(),
      (error: unknown) => error,
    );
    assert.ok(refused instanceof CrossSlotError);
    assert.deepEqual(refused.slots, [1, 1]);
    assert.match(refused.message, /RENAME: .*use a hash tag such as \{user:1\}: "key:\d+" \(b\), "key:\d+" \(b\)/);
    await assert.rejects(
      redis
        .multi()
        .set(luck[0] ?? '', '1')
        .set(luck[1] ?? '', '2')
        .exec(),
      CrossSlotError,
    );
    await assert.rejects(redis.msetnx({ [luck[0] ?? '']: '1', [luck[1] ?? '']: '2' }), CrossSlotError);
    await assert.rejects(redis.eval('return 1', luck, []), CrossSlotError);
    await assert.rejects(
      redis.watch(luck, async (tx) => tx.multi()),
      CrossSlotError,
    );
    await assert.rejects(redis.blpop(luck, 1), CrossSlotError);
    await assert.rejects(redis.sort(luck[0] ?? '', { BY: 'weight_*' }), CrossSlotError);
    await assert.rejects(
      redis
        .multi()
        .sort(luck[0] ?? '', { GET: ['weight_*'] })
        .exec(),
      CrossSlotError,
    );
    await redis.mset({ '{t}w_1': '2', '{t}w_2': '1' });
    await redis.rpush('{t}list', ['1', '2']);
    assert.deepEqual(await redis.sort('{t}list', { BY: '{t}w_*', GET: ['#', '{t}w_*'] }), ['2', '1', '1', '2']);
    assert.deepEqual(await redis.member('b').sort('{t}list', { BY: 'w_*' }), []);
    assert.deepEqual(await redis.multi().set('{t}1', '1').rename('{t}1', '{t}2').get('{t}2').exec(), ['OK', 'OK', '1']);
    const lucky = createClient({ topology: ring(servers.members, { as: 'go-redis', sameMember: true }) });
    await lucky.set(luck[0] ?? '', 'moved');
    assert.equal(await lucky.rename(luck[0] ?? '', luck[1] ?? ''), 'OK');
    await assert.rejects(lucky.rename(first, second), CrossSlotError);
    lucky.destroy();
  });

  it('asks all members what is about all, each in turn what is not, and refuses SCAN by hand', async () => {
    await Promise.all(KEYS.map((key) => redis.set(key, 'x')));
    assert.equal(await redis.dbsize(), KEYS.length);
    assert.deepEqual((await redis.keys('key:*')).sort(), [...KEYS].sort());
    assert.ok(KEYS.includes((await redis.randomkey()) ?? ''));
    const sha = await redis.scriptLoad('return 7');
    for (const server of servers.servers) assert.deepEqual(await server.ask('SCRIPT', 'EXISTS', sha), [1]);
    await redis.configSet({ 'slowlog-max-len': '77' });
    for (const server of servers.servers) assert.deepEqual(await server.ask('CONFIG', 'GET', 'slowlog-max-len'), ['slowlog-max-len', '77']);
    const ports = new Set<string>();
    for (let i = 0; i < 6; i++) ports.add(/tcp_port:(\d+)/.exec(String(await redis.info('server')))?.[1] ?? '');
    assert.equal(ports.size, 3);
    await assert.rejects(
      redis.call('SCAN', '0'),
      (error) => error instanceof ArgumentError && /scanKeys\(\), or member\(name\)/.test(error.message),
    );
    await assert.rejects(redis.swapdb(0, 1), (error) => error instanceof ArgumentError && /use member\(name\)/.test(error.message));
    await assert.rejects(redis.multi().swapdb(0, 1).exec(), ArgumentError);
    assert.equal(await redis.member('a').swapdb(0, 1), 'OK');
    assert.deepEqual(await redis.member('a').multi().swapdb(0, 1).exec(), ['OK']);
    assert.equal(await redis.flushall(), 'OK');
    assert.equal(await redis.dbsize(), 0);
  });

  it('scans all members, with the keys that the placement puts elsewhere or without', async () => {
    await Promise.all(KEYS.map((key) => redis.set(key, 'x')));
    for (const name of MEMBERS) await redis.member(name).set('stray', 'x');
    const all = await collect(redis.scanKeys());
    assert.deepEqual([...new Set(all)].sort(), [...KEYS, 'stray'].sort());
    assert.equal(all.filter((key) => key === 'stray').length, 3);
    assert.deepEqual((await collect(redis.scanKeys({ strays: false }))).sort(), [...KEYS, 'stray'].sort());
    const own = KEYS.filter((key) => redis.memberOf(key) === 'b');
    assert.deepEqual((await collect(redis.member('b').scanKeys({ match: 'key:*' }))).sort(), own.sort());
  });

  it('takes on a lease only keys of its member', async () => {
    const [first = '', second = ''] = spread();
    await assert.rejects(
      redis.lease((one) => one.set(first, '1'), { key: second }),
      CrossSlotError,
    );
    await assert.rejects(
      redis.lease((one) => one.call('SET', first, '1')),
      (error) => error instanceof ArgumentError && /SET: a lease without a key is of any member of the ring/.test(error.message),
    );
    assert.equal(await redis.dbsize(), 0);
    assert.equal(await redis.lease((one) => one.set(second, '1'), { key: second }), 'OK');
    assert.equal(await serverOf(second).ask('GET', second), '1');
    assert.equal(await redis.lease((one) => one.ping()), 'PONG');
  });

  it('gives a client of one member', async () => {
    const b = redis.member('b');
    const [first = ''] = spread();
    await b.set(first, 'on b');
    assert.equal(await redis.get(first), null);
    assert.equal(await servers.server(1).ask('GET', first), 'on b');
    assert.deepEqual(await b.mget([first, 'x']), ['on b', null]);
    assert.equal(await b.dbsize(), 1);
    assert.deepEqual(await b.multi().set('p', '1').rename('p', 'q').exec(), ['OK', 'OK']);
    assert.deepEqual(await b.pipeline().get('q').mget(['q', first]).exec(), ['1', ['1', 'on b']]);
    assert.equal(await b.lease((one) => one.get('q')), '1');
    assert.deepEqual(await b.watch('q', async (tx) => tx.multi().incr('q')), [2]);
    assert.deepEqual(await b.with({ buffers: true }).session().get('q'), Buffer.from('2'));
    assert.match(String(await b.info('server')), new RegExp(`tcp_port:${servers.server(1).port}`));
    const [, page] = (await b.call('SCAN', '0')) as [string, string[]];
    assert.deepEqual(page.sort(), [first, 'q'].sort());
    assert.throws(
      () => redis.member('d'),
      (error) => error instanceof OptionsError && /"a", "b", "c"/.test(error.message),
    );
    assert.equal(String(b.explain('GET', first)).split('\n')[0], `GET -> ${servers.server(1).address}`);
    assert.deepEqual(b.explain('GET', first).member, { name: 'b', hashed: null, hash: null, why: 'it is asked for by its name' });
  });

  it('explains where a command goes, by the rule of the placement, and what is split', async () => {
    await redis.connect();
    const { member, node } = redis.explain('GET', '{a}key');
    assert.deepEqual([member?.name, member?.hashed, member?.hash], [redis.memberOf('a'), 'a', 'xxhash64 0xd24ec4f1a98c6e5b']);
    assert.equal(node, serverOf('a').address);
    const split = redis.explain('MGET', ...KEYS.slice(0, 9));
    assert.deepEqual(split.parts.map((part) => part.member?.name).sort(), ['a', 'b', 'c']);
    const [one = ''] = KEYS;
    const same = KEYS.filter((key) => redis.memberOf(key) === redis.memberOf(one));
    assert.ok(same.length > 1);
    const together = redis.explain('MGET', ...same);
    assert.deepEqual([together.node, together.notes], [serverOf(one).address, []], 'which share a member by luck');
    assert.match(String(redis.explain('RENAME', one, same[1] ?? '')), /it would be refused: RENAME: its keys must have one tag/);
  });

  it('has a channel on the member of its name, a pattern on all, and events of all keys', async () => {
    const got: string[] = [];
    await redis.subscribe(KEYS.slice(0, 9), (message, channel) => got.push(`${channel} ${message}`));
    await redis.psubscribe('key:*', (message, channel) => got.push(`pattern ${channel} ${message}`));
    await redis.ssubscribe('key:1', (message, channel) => got.push(`shard ${channel} ${message}`));
    await redis.member('a').subscribe('only', (message) => got.push(`member ${message}`));
    for (const channel of KEYS.slice(0, 9)) assert.equal(await redis.publish(channel, 'x'), 2);
    assert.equal(await redis.spublish('key:1', 'y'), 1);
    assert.equal(await redis.member('a').publish('only', 'z'), 1);
    assert.equal(await redis.member('b').publish('only', 'z'), 0);
    await until(() => got.length === 20);
    for (const channel of KEYS.slice(0, 9)) assert.ok(got.includes(`${channel} x`) && got.includes(`pattern ${channel} x`), channel);
    assert.ok(got.includes('shard key:1 y') && got.includes('member z'));
    await assert.rejects(redis.multi().set('key:1', '1').publish('key:2', 'x').exec(), CrossSlotError, 'nobody would hear of it');
    const events: string[] = [];
    const some = redis.keyspaceEvents({ events: 'set', configure: true }, ({ key, node }) => events.push(`${key} ${node}`));
    await some;
    const keys = spread();
    for (const key of keys) await redis.set(key, 'x');
    await until(() => events.length === 3);
    assert.deepEqual(events.sort(), keys.map((key) => `${key} ${serverOf(key).address}`).sort());
  });

  it('gets other members, and keeps the connections to those that stay', async () => {
    await using fourth = await Server.start();
    await Promise.all(spread().map((key) => redis.set(key, 'x')));
    const connections = async (server: Server): Promise<string> => (await server.info('stats')).total_connections_received ?? assert.fail();
    const before = await connections(servers.server(0));
    const channel = KEYS[0] ?? '';
    const got: string[] = [];
    await redis.psubscribe('k*', (message) => got.push(message));
    const told: unknown[] = [];
    redis.on('members', (change) => told.push(change));
    redis.setMembers({ ...servers.members, d: fourth.address });
    assert.deepEqual(told, [{ members: ['a', 'b', 'c', 'd'], added: ['d'], removed: [] }]);
    const moved = KEYS.filter((key) => redis.memberOf(key) === 'd');
    assert.ok(moved.length > 0);
    await Promise.all(KEYS.map((key) => redis.set(key, 'y')));
    assert.equal(Number(await fourth.ask('DBSIZE')), moved.length);
    await until(async () => (await redis.member('d').publish(channel, 'heard')) === 1, { what: 'the pattern is on the new member' });
    await until(() => got.includes('heard'));
    const d = redis.member('d');
    redis.setMembers(servers.members);
    await assert.rejects(
      d.get('x'),
      (error) => error instanceof NoNodeError && /"d" is no member of the ring any more/.test(error.message),
    );
    assert.ok(!KEYS.some((key) => redis.memberOf(key) === 'd'));
    // One for this question, one for the pattern.
    assert.equal(Number(await connections(servers.server(0))) - Number(before), 2);
    assert.throws(() => redis.setMembers({ a: 'redis://user:other@127.0.0.1:1' }), OptionsError);
    assert.throws(() => redis.setMembers([]), OptionsError);
  });

  it('has subscriptions follow their channels to other members', async () => {
    await using fourth = await Server.start();
    const four = { ...servers.members, d: fourth.address };
    const later = createClient({ topology: ring(four) });
    const moving = KEYS.find((key) => later.memberOf(key) === 'd') ?? assert.fail();
    const staying = KEYS.find((key) => later.memberOf(key) === redis.memberOf(key)) ?? assert.fail();
    later.destroy();
    const got: string[] = [];
    const gaps: string[] = [];
    const onGap = { onGap: ({ name, reason }: { name: string; reason: string }) => gaps.push(`${name} ${reason}`) };
    const subscription = await redis.subscribe([moving, staying], (message, channel) => got.push(`${channel} ${message}`), onGap);
    redis.setMembers(four);
    await until(() => gaps.length > 0 && subscription.live);
    assert.equal(await redis.publish(moving, 'x'), 1);
    assert.equal(await redis.publish(staying, 'y'), 1);
    await until(() => got.length === 2);
    assert.deepEqual(got.sort(), [`${moving} x`, `${staying} y`].sort());
    assert.deepEqual(gaps, [`${moving} moved`]);
  });

  it('reports a member that is the node of a cluster, and serves the others', async () => {
    await using cluster = await Cluster.start({ primaries: 1, replicas: 0 });
    const [node] = cluster.servers;
    const mixed = createClient({ topology: ring({ ...servers.members, c: node?.address ?? '' }), timeoutMs: 2_000 });
    const errors: unknown[] = [];
    mixed.on('error', (error) => errors.push(error.code));
    try {
      await mixed.connect();
      const keys = MEMBERS.map((name) => KEYS.find((key) => mixed.memberOf(key) === name) ?? assert.fail());
      assert.equal(await mixed.set(keys[0] ?? '', 'x'), 'OK');
      await assert.rejects(mixed.set(keys[2] ?? '', 'x'), (error) => error instanceof TopologyError && error.code === 'ERR_IS_A_CLUSTER');
      assert.deepEqual(errors, ['ERR_IS_A_CLUSTER']);
    } finally {
      mixed.destroy();
    }
  });

  it('warns of two members that are one server', async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error): unknown => warnings.push(warning);
    process.on('warning', warned);
    const { a = '' } = servers.members;
    const twins = createClient({ topology: ring({ a, other: a.replace('127.0.0.1', 'localhost') }) });
    try {
      await twins.connect();
      await until(() => warnings.length > 0);
      assert.match(String(warnings[0]?.message), /^the members a and other of the ring are one server/);
    } finally {
      process.off('warning', warned);
      twins.destroy();
    }
  });

  it('is what memberOf(), member() and setMembers() are of', () => {
    const other = createClient({ topology: single('127.0.0.1:1') });
    for (const call of [() => other.memberOf('a'), () => other.member('a'), () => other.setMembers({ a: 'h' })]) {
      assert.throws(
        call,
        (error) => error instanceof OptionsError && /expected a client of a ring; this one's topology is single/.test(error.message),
      );
    }
    other.destroy();
  });
});
