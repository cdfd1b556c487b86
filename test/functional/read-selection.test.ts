import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientOptions, createClient, type NodeRule, type NodeStats, ReadFunctionError, type Redis } from '../../lib/index.js';
import { countCalls } from '../../scripts/demo/counters.js';
import { Cluster } from '../support/cluster.js';
import { Relay } from '../support/relay.js';
import { ReplicationGroup } from '../support/replication.js';
import { SentinelGroup } from '../support/sentinel.js';
import { Server } from '../support/server.js';
import { chosenKinds, RunningTopology, type TopologyKind } from '../support/topologies.js';
import { until } from '../support/wait.js';

type Options = Omit<ClientOptions, 'topology'>;

/** One primary with three replicas, of one kind of topology. */
class Group implements AsyncDisposable {
  private constructor(
    readonly kind: TopologyKind,
    readonly running: RunningTopology,
    readonly primary: Server,
    readonly replicas: readonly [Server, Server, Server],
  ) {}

  static async start(kind: TopologyKind): Promise<Group> {
    const running =
      kind === 'cluster'
        ? new RunningTopology(kind, await Cluster.start({ primaries: 1, replicas: 3 }))
        : kind === 'sentinel'
          ? new RunningTopology(kind, await SentinelGroup.start({ replicas: 3, downAfterMs: 1_000 }))
          : new RunningTopology('replication', await ReplicationGroup.start({ replicas: 3 }));
    const [primary] = await running.primaries();
    const [a, b, c] = await running.replicas();
    assert.ok(primary !== undefined && a !== undefined && b !== undefined && c !== undefined);
    return new Group(kind, running, primary, [a, b, c]);
  }

  get all(): readonly Server[] {
    return [this.primary, ...this.replicas];
  }

  client(options: Options): Redis {
    return createClient({ topology: this.running.createOptions(), monitor: { sampleMs: 200 }, ...options });
  }

  /** A client, with a key that every replica has. */
  async ready(options: Options, key = 'k'): Promise<Redis> {
    using connection = await this.primary.connect({ timeoutMs: 5_000 });
    await connection.ask('SET', key, 'value');
    assert.equal(await connection.ask('WAIT', 3, 4_000), 3);
    return this.client(options);
  }

  /** How many of these commands each server ran: the primary, then the replicas. */
  counts(work: () => Promise<unknown>, command = 'get'): Promise<number[]> {
    return countCalls(this.all, command, work);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.running.stop();
  }
}

async function read(redis: Redis, times: number, inFlight = 20, key = 'k'): Promise<void> {
  for (let done = 0; done < times; done += inFlight) {
    await Promise.all(Array.from({ length: Math.min(inFlight, times - done) }, () => redis.get(key)));
  }
}

function statsOf(redis: Redis, server: Server): NodeStats {
  return redis.stats().nodes.find(({ node }) => node === server.address) ?? assert.fail(`nothing is known of ${server.address}`);
}

/** Which nodes may serve a read: the policy, the rules for the replicas a, b and c, and who serves it. P is the primary. */
interface Row {
  readonly name: string;
  readonly options: Options;
  readonly rules?: Readonly<Partial<Record<'P' | 'a' | 'b' | 'c', Omit<NodeRule, 'match'>>>>;
  readonly allowed: string;
}

// The window of `nearest` is for another test: on a busy machine one node answers a millisecond later than the other.
const wide = { latencyWindowMs: 5_000 } as const;
const TABLE: readonly Row[] = [
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

/** As many writes as there is time for, so that offsets grow. */
function writing(redis: Redis): AsyncDisposable {
  let on = true;
  const done = (async () => {
    while (on) {
      await redis.incr('n');
      await sleep(10);
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      on = false;
      await done;
    },
  };
}

const kinds = chosenKinds().filter((kind) => kind !== 'single');

(kinds.length === 0 ? describe.skip : describe)('which replica serves a read', function () {
  this.timeout(40_000);
  const groups = new Map<TopologyKind, Group>();
  before('start the servers', async () => {
    await Promise.all(kinds.map(async (kind) => groups.set(kind, await Group.start(kind))));
  });
  after('stop them', async () => {
    await Promise.all([...groups.values()].map((group) => group[Symbol.asyncDispose]()));
  });

  /** The same on every topology, at the same time: it is mostly waiting. */
  function together(name: string, test: (group: Group) => Promise<void>): void {
    it(`${name}, on ${kinds.join(', ')}`, async () => {
      const outcomes = await Promise.allSettled([...groups.values()].map(test));
      for (const [at, outcome] of outcomes.entries()) {
        if (outcome.status === 'rejected')
          throw new Error(`on ${kinds[at]}: ${(outcome.reason as Error).message}`, { cause: outcome.reason });
      }
    });
  }

  for (const { name, options, rules = {}, allowed } of TABLE) {
    together(`${name}: ${[...allowed].join(', ')}, by the servers' own count`, async (group) => {
      const [a, b, c] = group.replicas;
      const servers = { P: group.primary, a, b, c };
      const nodes = Object.entries(rules).map(([letter, rule]) => ({ match: servers[letter as keyof typeof servers].address, ...rule }));
      await using redis = await group.ready({ ...options, nodes });
      // Until it was looked at, nobody counts as fresh.
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
      const wanted = 2_000 * (at + 1);
      assert.ok(Math.abs(count - wanted) < wanted / 10, replicas.join(', '));
    }
  });

  together(
    'a replica that answers 20 ms later gets less than 5 % of the reads for the nearest, until it is as fast again',
    async (group) => {
      const [slow] = group.replicas;
      await using relay = await Relay.start(slow);
      relay.delayMs = 10;
      await using redis = await group.ready({ reads: 'nearest', latencyWindowMs: 8, addressMap: { [slow.address]: relay.address } });
      const pingMs = (): number | null => redis.stats().nodes.find(({ node }) => node === relay.address)?.pingMs ?? null;
      await until(async () => (await redis.get('k')) !== null && (pingMs() ?? 0) > 15, { what: 'the slow one is known' });
      const counts = await group.counts(() => read(redis, 2_000, 10));
      assert.ok((counts[1] ?? 0) < 100, counts.join(', '));
      relay.delayMs = 0;
      // It has no traffic by which it could show that.
      await until(async () => ((await group.counts(() => read(redis, 100)))[1] ?? 0) > 5, { timeoutMs: 15_000, what: 'it is used again' });
    },
  );

  together('replication that stands still for 5 s takes a replica out of a domain with a limit of 1 s, and of no other', async (group) => {
    const [stale] = group.replicas;
    const replicas = { addresses: [stale.address] };
    await using redis = await group.ready({
      domains: { bounded: { reads: 'replica', replicas, fallback: ['primary'], maxLagMs: 1_000 }, any: { reads: 'replica', replicas } },
    });
    await using _ = writing(redis);
    // Two commands, so that the servers count them apart.
    const bounded = redis.domain('bounded');
    const any = redis.domain('any');
    const servedBy = async (): Promise<number> => (await countCalls([stale], 'get', () => read(bounded, 20, 1)))[0] ?? 0;
    await until(async () => (await servedBy()) === 20, { what: 'it serves both' });
    // On a replica this holds the stream of its primary, too.
    await stale.ask('CLIENT', 'PAUSE', 5_000, 'WRITE');
    const began = performance.now();
    const readers = { on: true };
    const reading = (async () => {
      for (; readers.on; await sleep(5)) await Promise.all([bounded.get('k'), any.strlen('k')]);
    })();
    // The limit, and one interval of the looks.
    await sleep(1_250);
    const [[gets = -1] = [], [lengths = 0] = []] = await (async () => {
      let strlen: number[] = [];
      const get = await countCalls([stale], 'get', async () => {
        strlen = await countCalls([stale], 'strlen', () => sleep(4_500 - (performance.now() - began)));
      });
      return [get, strlen];
    })();
    assert.equal(gets, 0, 'reads with a limit on a replica that is further behind');
    assert.ok(lengths > 100, `${lengths} reads without a limit`);
    assert.ok((statsOf(redis, stale).lagMs ?? 0) > 1_000);
    assert.match(String(bounded.explain('GET', 'k')), /^replica: lag: .* \(not \S+: up to \d+ ms behind, 1000 are allowed\)$/m);
    assert.equal(bounded.explain('GET', 'k').fallback, true);
    readers.on = false;
    await reading;
    await until(async () => (await servedBy()) === 20, { what: 'it is fresh enough again' });
  });

  together('a replica that is lost is replaced by the fallback within 250 ms, and comes back when it returns', async (group) => {
    const [own, other, third] = group.replicas;
    await using redis = await group.ready({
      domains: { own: { reads: 'replica', replicas: { addresses: [own.address] }, fallback: ['anyReplica', 'primary'], timeoutMs: 5_000 } },
    });
    const domain = redis.domain('own');
    assert.deepEqual(await group.counts(() => read(domain, 50)), [0, 50, 0, 0]);
    let longest = 0;
    const lost = own.kill();
    const end = performance.now() + 600;
    while (performance.now() < end) {
      const began = performance.now();
      assert.equal(await domain.get('k'), 'value');
      longest = Math.max(longest, performance.now() - began);
      await sleep(2);
    }
    await lost;
    assert.ok(longest < 250, `${longest} ms`);
    const counts = await countCalls([group.primary, other, third], 'get', () => read(domain, 60));
    assert.equal(counts[0], 0);
    assert.ok((counts[1] ?? 0) > 0 && (counts[2] ?? 0) > 0, counts.join(', '));
    assert.equal(domain.explain('GET', 'k').fallback, true);
    await own.restart();
    await until(async () => (await countCalls([own], 'get', () => read(domain, 10)))[0] === 10, {
      timeoutMs: 15_000,
      what: 'it is used again',
    });
    // Nobody lists a replica that is gone, but the cluster and the sentinels: elsewhere it comes back as a new one.
    if (group.kind !== 'replication') assert.ok(statsOf(redis, own).ejections > 0);
  });

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

  if (kinds.includes('replication')) {
    it('a replica without its primary serves nothing until two looks found it linked', async () => {
      const group = groups.get('replication') ?? assert.fail();
      const [own] = group.replicas;
      await using redis = await group.ready({
        domains: { own: { reads: 'replica', replicas: { addresses: [own.address] }, fallback: ['primary'] } },
      });
      const domain = redis.domain('own');
      assert.deepEqual(await group.counts(() => read(domain, 20)), [0, 20, 0, 0]);
      await own.ask('REPLICAOF', '127.0.0.1', 1);
      await until(async () => (await group.counts(() => read(domain, 20)))[0] === 20, { what: 'the fallback serves' });
      await own.ask('REPLICAOF', group.primary.host, group.primary.port);
      await until(async () => (await group.counts(() => read(domain, 20)))[1] === 20, { timeoutMs: 15_000, what: 'it serves again' });
      assert.equal(statsOf(redis, own).ejections, 1);
    });

    it('a replica of a replica is measured by the offset of the root', async () => {
      await using group = await ReplicationGroup.start({ replicas: 1, cascaded: 1 });
      const [cascaded] = group.cascaded;
      assert.ok(cascaded !== undefined);
      const seeds = [{ host: group.primary.host, port: group.primary.port }];
      const replicas = { addresses: [cascaded.address] };
      await using redis = createClient({
        topology: { kind: 'replication', seeds },
        domains: { own: { keys: '*', reads: 'replica', replicas, fallback: ['primary'], maxLagMs: 1_000 } },
      });
      await using _ = writing(redis);
      const servedBy = async (): Promise<number> => (await countCalls([cascaded], 'get', () => read(redis, 20, 1)))[0] ?? 0;
      await until(async () => (await servedBy()) === 20, { what: 'it is fresh enough' });
      await cascaded.ask('CLIENT', 'PAUSE', 2_000, 'WRITE');
      await until(async () => (await servedBy()) === 0, { what: 'it is too far behind' });
      await until(async () => (await servedBy()) === 20, { what: 'it is fresh enough again' });
    });

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

  // The last of those that share the servers: roles change.
  const failing = (): Group[] => [...groups.values()].filter(({ kind }) => kind !== 'replication');
  it('lag is measured by the new primary after a failover, and no read fails meanwhile', async () => {
    await Promise.all(
      failing().map(async (group) => {
        await using redis = await group.ready({ reads: 'replicaPreferred', maxLagMs: 2_000 });
        await using _ = writing(redis);
        let on = true;
        const reading = (async () => {
          for (; on; await sleep(5)) assert.equal(await redis.get('k'), 'value');
        })();
        const { group: servers } = group.running;
        assert.ok(servers instanceof Cluster || servers instanceof SentinelGroup);
        const next = await servers.failover();
        const others = group.all.filter((server) => server !== next && server !== group.primary);
        await until(
          async () => {
            const counts = await countCalls([next, ...others], 'get', () => read(redis, 40));
            return counts[0] === 0 && counts.slice(1).every((count) => count > 0);
          },
          { timeoutMs: 20_000, everyMs: 100, what: `the other replicas serve again on ${group.kind}` },
        );
        on = false;
        await reading;
      }),
    );
  });
});
