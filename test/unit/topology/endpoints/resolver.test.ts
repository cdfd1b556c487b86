import assert from 'node:assert/strict';
import sinon from 'sinon';
import { endpoints } from '../../../../lib/options/topology.js';
import type { Resolver } from '../../../../lib/topology/resolver-api.js';
import type { TopologySnapshot } from '../../../../lib/topology/snapshot.js';
import { fakeRandom } from '../../../support/fake-time.js';
import { describeTopology } from '../describe-topology.js';
import { type ResolverCase, testFirstProbe, useFakeTimers } from '../resolver-cases.js';
import {
  CLUSTER_SERVER,
  DATA_SERVER,
  HUNG,
  REPLICA_SERVER,
  type Script,
  ScriptedServers,
  SENTINEL_SERVER,
  wrongPassword,
} from '../scripted-servers.js';

const TWO = ['127.0.0.1:7000', '127.0.0.1:7001'];
const ONE = endpoints(TWO);
const WRONG = wrongPassword('127.0.0.1:7000');

const CASES: readonly ResolverCase[] = [
  { name: 'the endpoint that answers', topology: ONE, servers: { 7001: DATA_SERVER }, expected: ['7001'] },
  { name: 'one behind another that hangs', topology: ONE, servers: { 7000: HUNG, 7001: DATA_SERVER }, expected: ['7001'] },
  { name: 'a primary rather than a replica', topology: ONE, servers: { 7000: REPLICA_SERVER, 7001: DATA_SERVER }, expected: ['7001'] },
  { name: 'a replica, for reads, where there is no other', topology: ONE, servers: { 7000: REPLICA_SERVER }, expected: ['7000(r) < 7000'] },
  { name: 'a proxy that says nothing of itself', topology: ONE, servers: { 7000: {} }, expected: ['7000'] },
  { name: 'no endpoint', topology: ONE, servers: {}, expected: { code: 'ERR_PRIMARY_UNREACHABLE', asked: TWO } },
  { name: 'endpoints that hang', topology: ONE, servers: { 7000: HUNG, 7001: HUNG }, expected: { code: 'ERR_PRIMARY_UNREACHABLE' } },
  { name: 'a wrong password', topology: ONE, servers: { 7000: WRONG, 7001: WRONG }, expected: { code: 'ERR_AUTH' } },
  {
    name: 'a node of a cluster',
    topology: ONE,
    servers: { 7000: CLUSTER_SERVER, 7001: CLUSTER_SERVER },
    expected: { code: 'ERR_IS_A_CLUSTER' },
  },
  { name: 'a sentinel beside an endpoint', topology: ONE, servers: { 7000: SENTINEL_SERVER, 7001: DATA_SERVER }, expected: ['7001'] },
  {
    name: 'all of them, for commands that go to all',
    topology: endpoints(TWO, { balance: 'spread' }),
    servers: { 7000: DATA_SERVER, 7001: DATA_SERVER },
    expected: ['7000', '7001'],
  },
];

describe('EndpointsResolver', () => {
  const time = useFakeTimers();
  testFirstProbe(CASES, time);

  /** Probes as the monitor does, each with the snapshot of the one before. */
  class Probed {
    readonly servers: ScriptedServers;
    readonly resolver: Resolver;
    snapshot: TopologySnapshot | null = null;

    constructor(servers: Readonly<Record<string, Script>>, topology = ONE, options = {}) {
      this.servers = new ScriptedServers(servers);
      this.resolver = this.servers.resolver({ topology, ...options });
    }

    async probe(...suspects: readonly string[]): Promise<readonly string[] | string> {
      const focus = { suspects: new Set(suspects.map((port) => `127.0.0.1:${port}`)), moved: [] };
      const outcome = this.resolver.probe(this.snapshot, focus).then(
        (found) => {
          this.snapshot = found;
          return describeTopology(found);
        },
        (error: Error) => error.message,
      );
      await time().tickAsync(3_000);
      return outcome;
    }
  }

  it('stays with the endpoint that it has chosen, and asks no other', async () => {
    const probed = new Probed({ 7000: DATA_SERVER, 7001: DATA_SERVER });
    const first = await probed.probe();
    probed.servers.asked.length = 0;
    for (let i = 0; i < 10; i++) assert.deepEqual(await probed.probe(), first);
    assert.equal(new Set(probed.servers.asked).size, 1);
  });

  it('stays with one that is suspected and answers, and leaves one that does not, for as long as its backoff takes', async () => {
    const probed = new Probed({ 7000: DATA_SERVER });
    await probed.probe();
    probed.servers.servers = { 7000: DATA_SERVER, 7001: DATA_SERVER };
    assert.deepEqual(await probed.probe('7000'), ['7000']);
    probed.servers.servers = { 7000: HUNG, 7001: DATA_SERVER };
    assert.deepEqual(await probed.probe('7000'), ['7001']);
    probed.servers.servers = { 7000: DATA_SERVER, 7001: DATA_SERVER };
    assert.deepEqual(await probed.probe(), ['7001'], 'clients move only when their own fails');
    probed.servers.servers = { 7000: DATA_SERVER };
    assert.deepEqual(await probed.probe(), ['7000']);
  });

  it('leaves one that refuses writes as a replica does', async () => {
    const probed = new Probed({ 7000: DATA_SERVER });
    await probed.probe();
    probed.servers.servers = { 7000: DATA_SERVER, 7001: DATA_SERVER };
    probed.resolver.leave?.('127.0.0.1:7000');
    const outcome = probed.resolver.probe(probed.snapshot);
    await time().tickAsync(200);
    assert.deepEqual(describeTopology(await outcome), ['7001']);
  });

  it('has those that answer by turns, and asks one that did not again when its backoff is over', async () => {
    const probed = new Probed({ 7000: DATA_SERVER }, endpoints(TWO, { balance: 'spread' }));
    const hints: string[] = [];
    probed.resolver.watch?.((reason) => hints.push(reason));
    assert.deepEqual(await probed.probe(), ['7000']);
    assert.deepEqual(hints, ['an endpoint may answer again']);
    probed.servers.servers = { 7000: DATA_SERVER, 7001: DATA_SERVER };
    assert.deepEqual(await probed.probe(), ['7000', '7001']);
    probed.servers.servers = { 7000: DATA_SERVER, 7001: HUNG };
    assert.deepEqual(await probed.probe(), ['7000', '7001'], 'one that is late has not failed');
    assert.deepEqual(await probed.probe('7001'), ['7000']);
    probed.resolver.stop?.();
  });

  it('waits less for the others once one of them leads to a primary again', async () => {
    const spread = endpoints(TWO, { balance: 'spread' });
    for (const [before, withinMs] of [
      [REPLICA_SERVER, 30],
      [DATA_SERVER, 100],
    ] as const) {
      const probed = new Probed({ 7000: DATA_SERVER, 7001: DATA_SERVER }, spread);
      await probed.probe();
      probed.servers.servers = { 7000: before, 7001: HUNG };
      probed.servers.onForget = () => {
        probed.servers.servers = { 7000: DATA_SERVER, 7001: HUNG };
      };
      let found: TopologySnapshot | null = null;
      void probed.resolver.probe(probed.snapshot).then((snapshot) => {
        found = snapshot;
      });
      await time().tickAsync(withinMs - 1);
      assert.equal(found, null);
      await time().tickAsync(1);
      assert.ok(found !== null);
      assert.deepEqual(describeTopology(found), ['7000', '7001']);
      probed.resolver.stop?.();
    }
  });

  it('sets no timer once it was stopped, whatever an endpoint comes to that was being asked', async () => {
    const { resolver, snapshot } = new Probed({ 7000: DATA_SERVER, 7001: HUNG }, endpoints(TWO, { balance: 'spread' }));
    const outcome = resolver.probe(snapshot);
    resolver.stop?.();
    await time().tickAsync(3_000);
    assert.deepEqual(describeTopology(await outcome), ['7000']);
    assert.equal(time().countTimers(), 0);
  });

  it('asks an endpoint that is a replica once more, on a connection that leads where it leads now, and says so of one in use', async () => {
    const probed = new Probed({ 7000: DATA_SERVER });
    await probed.probe();
    probed.servers.servers = { 7000: REPLICA_SERVER, 7001: REPLICA_SERVER };
    probed.servers.onForget = () => {
      probed.servers.servers = { 7000: DATA_SERVER, 7001: REPLICA_SERVER };
    };
    const replicas: string[] = [];
    const found = await probed.resolver.probe(probed.snapshot, undefined, (key) => replicas.push(key));
    assert.deepEqual(describeTopology(found), ['7000']);
    assert.deepEqual([probed.servers.forgotten, replicas], [['127.0.0.1:7000'], ['127.0.0.1:7000']]);
  });

  it('prefers its zone and weights, by the rules for nodes', async () => {
    fakeRandom(0.5);
    const nodes = [{ match: '127.0.0.1:7001', zone: 'eu-1a' }];
    const probed = new Probed({ 7000: DATA_SERVER, 7001: DATA_SERVER }, ONE, { zone: 'eu-1a', nodes });
    assert.deepEqual(await probed.probe(), ['7001']);
    sinon.restore();
  });

  it('chooses anew now and then where that is wanted', async () => {
    const probed = new Probed({ 7000: DATA_SERVER, 7001: DATA_SERVER }, endpoints(TWO, { rebalanceMs: 1_000 }));
    const hints: string[] = [];
    probed.resolver.watch?.((reason) => hints.push(reason));
    const seen = new Set<string>();
    for (let i = 0; i < 40; i++) seen.add(String(await probed.probe()));
    assert.deepEqual([...seen].sort(), ['7000', '7001']);
    assert.ok(hints.length >= 40, `${hints.length} hints in 120 s`);
    probed.resolver.stop?.();
  });

  describe('with a function', () => {
    it('asks it first, and again after refreshMs', async () => {
      let list = [TWO[0] ?? ''];
      let calls = 0;
      const source = (): string[] => {
        calls++;
        return list;
      };
      const probed = new Probed({ 7000: DATA_SERVER, 7001: DATA_SERVER }, endpoints(source, { refreshMs: 10_000 }));
      const hints: string[] = [];
      probed.resolver.watch?.((reason) => hints.push(reason));
      assert.deepEqual(await probed.probe(), ['7000']);
      list = [TWO[1] ?? ''];
      assert.deepEqual(await probed.probe(), ['7000']);
      assert.equal(calls, 1);
      await time().tickAsync(10_000);
      assert.equal(calls, 2);
      assert.deepEqual(hints, ['the list of endpoints has changed']);
      assert.deepEqual(await probed.probe(), ['7001']);
      probed.resolver.stop?.();
      await time().tickAsync(100_000);
      assert.equal(calls, 2);
    });

    it('waits for no answer once it was stopped', async () => {
      let calls = 0;
      const source = (): Promise<string[]> => {
        calls++;
        return new Promise(() => {});
      };
      const { resolver, servers } = new Probed({ 7000: DATA_SERVER }, endpoints(source));
      const outcome = resolver.probe(null).catch((error: Error) => error.message);
      await time().tickAsync(10);
      resolver.stop?.();
      assert.equal(time().countTimers(), 0);
      assert.match(String(await outcome), /no endpoint is known/);
      assert.deepEqual([servers.reported.size, calls], [0, 1]);
    });

    it('takes an answer that comes too late for none, and waits for the next one as long', async () => {
      const answers: ((list: string[]) => void)[] = [];
      const source = (): Promise<string[]> => new Promise((answer) => answers.push(answer));
      const { resolver } = new Probed({ 7000: DATA_SERVER }, endpoints(source, { refreshMs: 1_000 }));
      resolver.watch?.(() => {});
      const first = resolver.probe(null).catch((error: Error) => error.message);
      await time().tickAsync(5_000);
      assert.match(String(await first), /it has not answered in 5000 ms/);
      await time().tickAsync(1_000);
      assert.equal(answers.length, 2);
      answers[0]?.([TWO[0] ?? '']);
      await time().tickAsync(5_500);
      assert.equal(answers.length, 3, 'the second question has ended, too');
      resolver.stop?.();
    });

    it('asks it when no endpoint answers', async () => {
      let list: unknown = [TWO[0]];
      const probed = new Probed(
        {},
        endpoints(() => list as string[]),
      );
      const hints: string[] = [];
      probed.resolver.watch?.((reason) => hints.push(reason));
      assert.match(String(await probed.probe()), /no endpoint is reachable/);
      list = [TWO[1]];
      assert.match(String(await probed.probe()), /no endpoint is reachable/);
      assert.deepEqual(hints, ['the list of endpoints has changed']);
      probed.servers.servers = { 7001: DATA_SERVER };
      assert.deepEqual(await probed.probe(), ['7001']);
      probed.resolver.stop?.();
    });

    for (const [what, given, message] of [
      ['throws', () => Promise.reject(new Error('no ZooKeeper')), /the function failed: "no ZooKeeper"/],
      ['gives no list', () => 'redis://127.0.0.1:7000', /expected a function that gives a list of addresses/],
      ['gives what is no address', () => ['127.0.0.1:7000', 7], /endpoints\(list\)\(\)\[1\]: expected .*got a number|got 7/],
      ['gives an empty list', () => [], /expected at least one endpoint/],
      ['gives a password', () => ['redis://:hunter2@127.0.0.1:7000'], /those are for createClient/],
      ['never answers', () => new Promise(() => {}), /it has not answered in 5000 ms/],
    ] as const) {
      it(`keeps the last list where it ${what}, and says so`, async () => {
        let isBad = false;
        const source = (): string[] => (isBad ? (given() as unknown as string[]) : [TWO[0] ?? '']);
        const probed = new Probed({ 7000: DATA_SERVER }, endpoints(source, { refreshMs: 1_000 }));
        probed.resolver.watch?.(() => {});
        assert.deepEqual(await probed.probe(), ['7000']);
        isBad = true;
        await time().tickAsync(10_000);
        const told = probed.servers.reported.get('endpoints(list)');
        assert.match(String(told?.message), message);
        assert.doesNotMatch(String(told?.message), /hunter2/);
        assert.deepEqual(await probed.probe(), ['7000']);
        probed.resolver.stop?.();
      });
    }

    it('says why nothing is known where it has never given a list', async () => {
      const probed = new Probed(
        {},
        endpoints(() => Promise.reject(new Error('no ZooKeeper'))),
      );
      assert.match(String(await probed.probe()), /no endpoint is known .*no ZooKeeper/);
    });
  });
});
