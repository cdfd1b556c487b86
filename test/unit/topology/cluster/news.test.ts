import assert from 'node:assert/strict';
import { cluster } from '../../../../lib/options/topology.js';
import { clusterTopology } from '../../../../lib/topology/cluster/cluster-topology.js';
import { mergeViews } from '../../../../lib/topology/cluster/merge.js';
import { namesNewerOwners, namesOtherOwners, ownerEpochs } from '../../../../lib/topology/cluster/news.js';
import { describeTopology } from '../describe-topology.js';
import { rules } from '../nodes.js';
import { useFakeTimers } from '../resolver-cases.js';
import { CLUSTER_SERVER, HUNG, type Script, ScriptedServers } from '../scripted-servers.js';
import { clusterView as view } from './views.js';

describe('news of owners of slots', () => {
  const BEFORE = ['7000 master - 1 0-8191', '7001 master - 2 8192-16383', '7002 slave 7000 1'];
  const known = [view(...BEFORE)];
  const topology = clusterTopology(mergeViews(known, null), rules);

  const CASES: readonly (readonly [name: string, lines: readonly string[], others: boolean, newer: boolean])[] = [
    ['what is known', BEFORE, false, false],
    ['a successor at a higher epoch', ['7002 master - 3 0-8191', '7000 master - 1', '7001 master - 2 8192-16383'], true, true],
    ['an owner at the same epoch', ['7002 master - 1 0-8191', '7000 master - 1', '7001 master - 2 8192-16383'], true, false],
    ['one slot that went to another shard', ['7000 master - 1 0-8190', '7001 master - 4 8191-16383', '7002 slave 7000 1'], true, true],
    ['another owner, from before', ['7001 master - 1 0-16383'], true, false],
    ['a replica that has left', BEFORE.slice(0, 2), false, false],
    ['primaries without epochs', ['7002 master - 0 0-8191', '7001 master - 0 8192-16383'], true, false],
  ];
  for (const [name, lines, others, newer] of CASES) {
    it(`are told from a view of ${name}: ${others ? (newer ? 'newer' : 'other') : 'no other'} owners`, () => {
      const seen = view(...lines);
      assert.deepEqual([namesOtherOwners(seen, topology), namesNewerOwners(seen, topology, ownerEpochs(known))], [others, newer]);
    });
  }
});

describe('news of a cluster', () => {
  const time = useFakeTimers();
  const PORTS = [7000, 7001, 7002, 7003, 7004, 7005];
  const CLUSTER = cluster([7000, 7001, 7002].map((port) => `redis://127.0.0.1:${port}`));
  const script = (myself: number, primaries: Readonly<Record<number, string>>): Script => {
    const lines = PORTS.map((port) => {
      const flags = `${port === myself ? 'myself,' : ''}${primaries[port] === undefined ? 'slave id7000' : 'master -'}`;
      return `id${port} 127.0.0.1:${port}@1 ${flags} 0 0 ${primaries[port] ?? '1 connected'}`;
    });
    return { ...CLUSTER_SERVER, 'CLUSTER NODES': lines.join('\n'), 'CLUSTER SHARDS': [], 'CLUSTER SLOTS': [] };
  };
  const all = (primaries: Readonly<Record<number, string>>, ports = PORTS): Record<number, Script> =>
    Object.fromEntries(ports.map((port) => [port, script(port, primaries)]));
  const OLD = { 7000: '1 connected 0-16383' };
  const NEW = { 7000: '1 connected', 7001: '2 connected 0-16383' };
  const isNew = (lines: readonly string[]): boolean => lines[0]?.startsWith('0-16383 7001') === true;

  it('stay when the next views are all older: the owner is asked itself', async () => {
    const servers = new ScriptedServers(all(NEW));
    const resolver = servers.resolver({ topology: CLUSTER });
    const found = await resolver.probe(null);
    servers.servers = { ...all({ ...OLD, 7001: '1 connected' }), ...all(NEW, [7001]) };
    for (let i = 0; i < 20; i++) assert.ok(isNew(describeTopology(await resolver.probe(found))));
  });

  it('go where the other views say, if the owner does not answer', async () => {
    const servers = new ScriptedServers(all(NEW));
    const resolver = servers.resolver({ topology: CLUSTER });
    const found = await resolver.probe(null);
    servers.servers = { ...all({ ...OLD, 7001: '1 connected' }), 7001: HUNG };
    const probe = resolver.probe(found);
    await time().tickAsync(1_000);
    assert.ok(!isNew(describeTopology(await probe)));
  });

  it('are taken in 40 ms after they came, though an owner in doubt does not answer', async () => {
    const servers = new ScriptedServers(all(OLD));
    const resolver = servers.resolver({ topology: CLUSTER });
    const found = await resolver.probe(null);
    // Two primaries have one epoch, and hang.
    const TWO = { 7000: '2 connected 8192-16383', 7001: '2 connected 0-8191' };
    servers.servers = { ...all(TWO, PORTS.slice(2)), 7000: HUNG, 7001: HUNG };
    const begunAt = Date.now();
    const probe = resolver.probe(found).then((next) => [Date.now() - begunAt, describeTopology(next)[0]]);
    await time().tickAsync(1_000);
    const [ms, first] = await probe;
    assert.ok(Number(ms) <= 40, `${ms} ms`);
    assert.match(String(first), /^0-8191 7001/);
  });

  describe('of a node that answers when the probe is over', () => {
    const begin = async (): Promise<{ servers: ScriptedServers; hints: unknown[]; probe: () => Promise<readonly string[]> }> => {
      const servers = new ScriptedServers(all(OLD, [7000, 7001, 7002]));
      const resolver = servers.resolver({ topology: CLUSTER });
      const hints: unknown[] = [];
      resolver.watch?.((...hint) => hints.push(hint));
      let found = await resolver.probe(null);
      const probe = async (): Promise<readonly string[]> => {
        found = await resolver.probe(found);
        return describeTopology(found);
      };
      servers.delaysMs = { 7001: 200 };
      return { servers, hints, probe };
    };

    it('ask for another probe, which takes them in', async () => {
      const { servers, hints, probe } = await begin();
      servers.servers = { ...servers.servers, ...all(NEW, [7001]) };
      const first = probe();
      await time().tickAsync(100);
      assert.ok(!isNew(await first));
      assert.deepEqual(hints, []);
      await time().tickAsync(100);
      assert.deepEqual(hints, [['late news', true]]);
      const second = probe();
      await time().tickAsync(100);
      assert.ok(isNew(await second));
    });

    it('end the next probe, if that waits for others', async () => {
      const { servers, probe } = await begin();
      servers.servers = { ...servers.servers, ...all(NEW, [7001]) };
      const first = probe();
      await time().tickAsync(100);
      await first;
      servers.servers = { 7000: HUNG, 7001: HUNG, 7002: HUNG };
      let second: readonly string[] | null = null;
      void probe().then((found) => {
        second = found;
      });
      await time().tickAsync(99);
      assert.equal(second, null);
      await time().tickAsync(31);
      assert.ok(isNew(second ?? []));
    });

    it('are none, if it has the owners of before', async () => {
      const { hints, probe } = await begin();
      const first = probe();
      await time().tickAsync(100);
      await first;
      await time().tickAsync(200);
      assert.deepEqual(hints, []);
    });
  });
});
