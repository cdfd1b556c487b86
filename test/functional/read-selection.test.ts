import assert from 'node:assert/strict';
import { createClient, type NodeRule, ReadFunctionError } from '../../lib/index.js';
import { countCalls } from '../../scripts/demo/counters.js';
import { Relay } from '../support/relay.js';
import { ReplicationGroup } from '../support/replication.js';
import { Server } from '../support/server.js';
import { until } from '../support/wait.js';
import { describeReadGroups, type ReadOptions, read, readKinds } from './read-group.js';

/** A read policy with rules for the primary P and the replicas a, b and c, and the nodes that may serve its reads. */
interface SelectionCase {
  readonly name: string;
  readonly options: ReadOptions;
  readonly rules?: Readonly<Partial<Record<'P' | 'a' | 'b' | 'c', Omit<NodeRule, 'match'>>>>;
  readonly allowed: string;
}

// The window of `nearest` is for another test: on a busy machine one node answers a millisecond later than the other.
const wide = { latencyWindowMs: 5_000 } as const;
const CASES: readonly SelectionCase[] = [
  { name: 'primary', options: { reads: 'primary' }, allowed: 'P' },
  { name: 'primaryPreferred', options: { reads: 'primaryPreferred' }, allowed: 'P' },
  { name: 'replica', options: { reads: 'replica' }, allowed: 'abc' },
  { name: 'replicaPreferred', options: { reads: 'replicaPreferred' }, allowed: 'abc' },
  { name: 'nearest', options: { reads: 'nearest', ...wide }, allowed: 'Pabc' },
  { name: 'replica with a lag limit', options: { reads: 'replica', maxLagMs: 5_000 }, allowed: 'abc' },
  { name: 'replica with a lag limit in bytes', options: { reads: 'replica', maxLagBytes: 1_000_000 }, allowed: 'abc' },
  {
    name: 'replica of the best priority',
    options: { reads: 'replica' },
    rules: { a: { priority: 1 }, b: { priority: 1 }, c: { priority: 2 } },
    allowed: 'ab',
  },
  {
    name: 'nearest of the best priority',
    options: { reads: 'nearest', ...wide },
    rules: { P: { priority: 5 }, a: { priority: 1 }, b: { priority: 2 }, c: { priority: 1 } },
    allowed: 'ac',
  },
  {
    name: 'replica of the own zone',
    options: { reads: 'replica', zone: 'x' },
    rules: { a: { zone: 'x' }, b: { zone: 'y' }, c: { zone: 'x' } },
    allowed: 'ac',
  },
  { name: 'replica, with nobody in the own zone', options: { reads: 'replica', zone: 'z' }, rules: { a: { zone: 'x' } }, allowed: 'abc' },
  {
    name: 'nearest of the own zone',
    options: { reads: 'nearest', zone: 'x', ...wide },
    rules: { P: { zone: 'x' }, a: { zone: 'y' }, b: { zone: 'y' }, c: { zone: 'x' } },
    allowed: 'Pc',
  },
  {
    name: 'priority before zone',
    options: { reads: 'replica', zone: 'x' },
    rules: { a: { zone: 'x', priority: 1 }, b: { zone: 'y' }, c: { zone: 'y' } },
    allowed: 'bc',
  },
  {
    name: 'a domain of two tags',
    options: { domains: { d: { keys: '*', reads: 'replica', replicas: { tags: { use: 'video', size: 'l' } } } } },
    rules: { a: { tags: { use: 'video', size: 's' } }, b: { tags: { use: 'video', size: 'l' } }, c: { tags: { use: 'news', size: 'l' } } },
    allowed: 'b',
  },
  {
    name: 'the second set of a domain whose first has nobody',
    options: {
      domains: { d: { keys: '*', reads: 'replica', replicas: [{ addresses: ['192.0.2.*'] }, { tags: { use: 'video' } }] } },
    },
    rules: { b: { tags: { use: 'video' } }, c: { tags: { use: 'video' } } },
    allowed: 'bc',
  },
  {
    name: 'a function',
    options: { reads: ({ candidates }) => candidates.find(({ tags }) => tags.own === 'yes')?.key ?? '' },
    rules: { b: { tags: { own: 'yes' } } },
    allowed: 'b',
  },
];

describeReadGroups('which replica serves a read', (together) => {
  for (const { name, options, rules = {}, allowed } of CASES) {
    together(`${name}: ${[...allowed].join(', ')}, by the servers' own count`, async (group) => {
      const [a, b, c] = group.replicas;
      const servers = { P: group.primary, a, b, c };
      const nodes = Object.entries(rules).map(([letter, rule]) => ({ match: servers[letter as keyof typeof servers].address, ...rule }));
      await using redis = await group.ready({ ...options, nodes });
      // Until it was sampled, no replica counts as fresh.
      await redis.get('k');
      const counts = await group.counts(() => read(redis, 200));
      const serving = ['P', 'a', 'b', 'c'].filter((_, at) => (counts[at] ?? 0) > 0);
      assert.equal(serving.join(''), allowed, counts.join(', '));
      assert.equal(
        counts.reduce((x, y) => x + y, 0),
        200,
      );
    });
  }

  together('three domains have a replica each: no read of one on that of another, none on the primary', async (group) => {
    const [video, news, users] = group.replicas;
    const domainOf = (keys: string, server: Server) => ({ keys, reads: 'replica', replicas: { addresses: [server.address] } }) as const;
    await using redis = group.client({
      domains: { video: domainOf('video:*', video), news: domainOf('news:*', news), users: domainOf('user:*', users) },
    });
    await redis.mset({ 'video:1': 'v', 'news:1': 'n', 'user:1': 'u' });
    const commands = { getrange: 'video:1', get: 'news:1', strlen: 'user:1' } as const;
    const work = async (): Promise<void> => {
      for (let i = 0; i < 100; i++) await Promise.all([redis.getrange('video:1', 0, 1), redis.get('news:1'), redis.strlen('user:1')]);
    };
    const counted = new Map<string, number[]>();
    const counting = Object.keys(commands).reduce<() => Promise<void>>(
      (inner, command) => async () => void counted.set(command, await group.counts(inner, command)),
      work,
    );
    await counting();
    assert.deepEqual(Object.fromEntries(counted), { getrange: [0, 100, 0, 0], get: [0, 0, 100, 0], strlen: [0, 0, 0, 100] });
  });

  together('equal replicas share the reads, within 10 %', async (group) => {
    await using redis = await group.ready({ reads: 'replica' });
    const [primary, ...replicas] = await group.counts(() => read(redis, 9_000, 100));
    assert.equal(primary, 0);
    for (const count of replicas) assert.ok(Math.abs(count - 3_000) < 300, replicas.join(', '));
  });

  together('weights 1, 2 and 3 share the reads accordingly, within 10 %', async (group) => {
    const nodes = group.replicas.map(({ address }, at) => ({ match: address, weight: at + 1 }));
    await using redis = await group.ready({ reads: 'replica', nodes });
    const [, ...replicas] = await group.counts(() => read(redis, 12_000, 100));
    for (const [at, count] of replicas.entries()) {
      const expected = 2_000 * (at + 1);
      assert.ok(Math.abs(count - expected) < expected / 10, replicas.join(', '));
    }
  });

  together(
    'a replica that answers 20 ms later gets less than 5 % of the reads for the nearest, until it is as fast again',
    async (group) => {
      const [slow] = group.replicas;
      await using relay = await Relay.start(slow);
      relay.delayMs = 10;
      await using redis = await group.ready({ reads: 'nearest', latencyWindowMs: 8, addressMap: { [slow.address]: relay.address } });
      const serves = (): boolean => redis.explain('GET', 'k').candidates.includes(relay.address);
      const pingMs = (): number | null => redis.stats().nodes.find(({ node }) => node === relay.address)?.pingMs ?? null;
      await until(async () => (await redis.get('k')) !== null && (pingMs() ?? 0) > 15 && !serves(), { what: 'the slow one is known' });
      const counts = await group.counts(() => read(redis, 2_000, 10));
      assert.ok((counts[1] ?? 0) < 100, counts.join(', '));
      relay.delayMs = 0;
      // It has no traffic by which it could show that.
      await until(async () => ((await group.counts(() => read(redis, 100)))[1] ?? 0) > 5, { timeoutMs: 15_000, what: 'it is used again' });
    },
  );

  together('a function that makes a mistake fails its own call only', async (group) => {
    await using redis = await group.ready({});
    const mistakes: readonly (readonly [answer: () => unknown, message: RegExp])[] = [
      [() => assert.fail('no idea'), /^GET: the function in reads threw AssertionError: no idea$/],
      [() => undefined, /^GET: the function in reads returned undefined, not one of the candidates or its key \(\S+, /],
      [() => 'nowhere:1', /returned "nowhere:1"/],
      [async () => group.primary.address, /returned a promise/],
    ];
    for (const [answer, message] of mistakes) {
      const own = redis.with({ reads: answer as () => string });
      await assert.rejects(
        own.get('k'),
        (error) => error instanceof ReadFunctionError && error.executed === 'no' && message.test(error.message),
      );
      assert.equal(await own.incr('n2'), await redis.with({ reads: 'primary' }).get('n2').then(Number));
    }
    assert.equal(redis.stats().commands, 0);
    assert.equal(await redis.get('k'), 'value');
  });

  if (readKinds.includes('replication')) {
    it('the zone that a server tells is known, and a rule wins over it', async function () {
      const { product, major } = Server.version();
      if (product !== 'valkey' || major < 8) this.skip();
      await using group = await ReplicationGroup.start({ replicas: 2 });
      const [a, b] = group.replicas;
      assert.ok(a !== undefined && b !== undefined);
      await Promise.all([a.ask('CONFIG', 'SET', 'availability-zone', 'x'), b.ask('CONFIG', 'SET', 'availability-zone', 'y')]);
      const zones = async (nodes: readonly NodeRule[]): Promise<number[]> => {
        const seeds = [{ host: group.primary.host, port: group.primary.port }];
        await using redis = createClient({ topology: { kind: 'replication', seeds }, reads: 'replica', zone: 'x', nodes });
        await until(async () => (await redis.get('k')) === null && redis.stats().nodes.filter(({ zone }) => zone !== null).length === 2);
        return await countCalls([a, b], 'get', () => read(redis, 40));
      };
      assert.deepEqual(await zones([]), [40, 0]);
      assert.deepEqual(
        await zones([
          { match: a.address, zone: 'z' },
          { match: b.address, zone: 'x' },
        ]),
        [0, 40],
      );
    });
  }
});
