import assert from 'node:assert/strict';
import { cluster } from '../../../../lib/options/topology.js';
import type { ProbeFocus, Resolver } from '../../../../lib/topology/resolver-api.js';
import type { TopologySnapshot } from '../../../../lib/topology/snapshot.js';
import { describeTopology } from '../describe-topology.js';
import { primaryNode } from '../nodes.js';
import { type ResolverCase, testFirstProbe, useFakeTimers } from '../resolver-cases.js';
import { CLUSTER_SERVER, DATA_SERVER, HUNG, NOPERM, type Script, ScriptedServers, SENTINEL_SERVER } from '../scripted-servers.js';

const node = (...lines: readonly string[]): Script => ({
  ...CLUSTER_SERVER,
  'CLUSTER NODES': lines.join('\n'),
  'CLUSTER SHARDS': [],
  'CLUSTER SLOTS': [],
});
const NODE_A = node('a 127.0.0.1:7000@1 myself,master - 0 0 1 connected 0-16383', 'b 127.0.0.1:7001@1 slave a 0 0 1 connected');
const NODE_B = node('a 127.0.0.1:7000@1 master - 0 0 1 connected 0-16383', 'b 127.0.0.1:7001@1 myself,slave a 0 0 1 connected');
const PROMOTED_B = node('a 127.0.0.1:7000@1 master,fail - 0 0 1 connected', 'b 127.0.0.1:7001@1 myself,master - 0 0 2 connected 0-16383');

/** Right after a failover from a to b: the nodes c, d and e have packets from a, which sends b's epoch already, and none from b. */
const borrowed = (myself: string): Script =>
  node(
    ...['a 7000 master - 2 0-16383', 'b 7001 master - 2', 'c 7002 slave a 2', 'd 7003 slave a 2', 'e 7004 slave a 2'].map((line) => {
      const [id, port, flags, primary, epoch, ...slots] = line.split(' ');
      return `${id} 127.0.0.1:${port}@1 ${id === myself ? 'myself,' : ''}${flags} ${primary} 0 0 ${epoch} connected ${slots.join(' ')}`;
    }),
  );
const DEMOTED_A = node(
  'a 127.0.0.1:7000@1 myself,slave b 0 0 2 connected',
  'b 127.0.0.1:7001@1 master - 0 0 2 connected 0-16383',
  ...['c', 'd', 'e'].map((id, at) => `${id} 127.0.0.1:${7002 + at}@1 slave b 0 0 2 connected`),
);

const CLUSTER = cluster(['redis://127.0.0.1:7000', 'redis://127.0.0.1:7001']);

const CASES: readonly ResolverCase[] = [
  { name: 'a cluster', topology: CLUSTER, servers: { 7000: NODE_A, 7001: NODE_B }, expected: ['0-16383 7000 < 7001'] },
  { name: 'a cluster with one dead seed', topology: CLUSTER, servers: { 7001: NODE_B }, expected: ['0-16383 7000 < 7001'] },
  { name: 'a cluster with one hung seed', topology: CLUSTER, servers: { 7000: HUNG, 7001: NODE_B }, expected: ['0-16383 7000 < 7001'] },
  {
    name: 'a cluster after a failover that one node does not know',
    topology: CLUSTER,
    servers: { 7000: NODE_A, 7001: PROMOTED_B },
    expected: ['0-16383 7001', '7000'],
  },
  {
    name: 'a cluster whose old primary alone knows that it was demoted',
    topology: cluster(['redis://127.0.0.1:7002', 'redis://127.0.0.1:7003', 'redis://127.0.0.1:7004']),
    servers: { 7000: DEMOTED_A, 7002: borrowed('c'), 7003: borrowed('d'), 7004: borrowed('e') },
    expected: ['0-16383 7001 < 7000 7002 7003 7004'],
  },
  {
    name: 'a cluster whose old primary does not answer',
    topology: cluster(['redis://127.0.0.1:7002', 'redis://127.0.0.1:7003', 'redis://127.0.0.1:7004']),
    servers: { 7000: HUNG, 7002: borrowed('c'), 7003: borrowed('d'), 7004: borrowed('e') },
    expected: ['0-16383 7000 < 7002 7003 7004', '7001'],
  },
  {
    name: 'a cluster whose ACL forbids CLUSTER NODES',
    topology: CLUSTER,
    servers: {
      7000: { ...CLUSTER_SERVER, 'CLUSTER SHARDS': [], 'CLUSTER NODES': NOPERM, 'CLUSTER SLOTS': [[0, 16_383, ['127.0.0.1', 7000, 'a']]] },
    },
    expected: ['0-16383 7000'],
  },
  {
    name: 'a cluster before 7.0',
    topology: CLUSTER,
    servers: {
      7000: {
        ...CLUSTER_SERVER,
        'CLUSTER NODES': 'a 127.0.0.1:7000@1 myself,master - 0 0 1 connected 0-16383',
        'CLUSTER SLOTS': [[0, 16_383, ['', 7000, 'a']]],
      },
    },
    expected: ['0-16383 7000'],
  },
  {
    name: 'a cluster whose ACL forbids to ask',
    topology: CLUSTER,
    servers: { 7000: { ...CLUSTER_SERVER, 'CLUSTER SHARDS': NOPERM, 'CLUSTER NODES': NOPERM, 'CLUSTER SLOTS': NOPERM } },
    expected: { code: 'NOPERM', message: /7000 .*NOPERM .*needs \+cluster\|shards and \+cluster\|nodes, or \+cluster\|slots$/ },
  },
  {
    name: 'a server that forbids to ask and is no cluster node',
    topology: CLUSTER,
    servers: { 7000: { ...DATA_SERVER, 'CLUSTER SHARDS': NOPERM, 'CLUSTER NODES': NOPERM, 'CLUSTER SLOTS': NOPERM } },
    expected: { code: 'NOPERM', message: /NOPERM .*it also says that it is no cluster node: single/ },
  },
  {
    name: 'no cluster',
    topology: CLUSTER,
    servers: { 7000: DATA_SERVER },
    expected: { code: 'ERR_NOT_A_CLUSTER', message: /7000.*use single/ },
  },
  {
    name: 'one seed that is no cluster node beside one that is',
    topology: CLUSTER,
    servers: { 7000: DATA_SERVER, 7001: NODE_B },
    expected: ['0-16383 7000 < 7001'],
  },
  {
    name: 'sentinels instead of cluster nodes',
    topology: CLUSTER,
    servers: { 7000: SENTINEL_SERVER },
    expected: { code: 'ERR_IS_A_SENTINEL' },
  },
  {
    name: 'no node of the cluster',
    topology: CLUSTER,
    servers: {},
    expected: { code: 'ERR_NO_SEED_REACHABLE', message: /7000.*7001|7001.*7000/, asked: ['127.0.0.1:7000', '127.0.0.1:7001'] },
  },
];

describe('ClusterResolver', () => {
  const time = useFakeTimers();
  testFirstProbe(CASES, time);

  it('finds a cluster through the seeds when none of the known nodes answers', async () => {
    const servers = new ScriptedServers({ 7000: NODE_A, 7001: NODE_B });
    const first = await servers.probe(CLUSTER);
    const moved = { ...first, nodes: new Map([['127.0.0.1:6000', primaryNode(6000)]]) };
    assert.deepEqual(describeTopology(await servers.probe(CLUSTER, moved)), ['0-16383 7000 < 7001']);
    assert.ok(servers.asked.includes('127.0.0.1:6000 data'));
  });

  it('asks three nodes of a large cluster and no more', async () => {
    const lines = Array.from(
      { length: 30 },
      (_, i) => `id${i} 127.0.0.1:${7000 + i}@1 master - 0 0 ${i} connected ${i === 0 ? '0-16383' : ''}`,
    );
    const servers = new ScriptedServers(Object.fromEntries(lines.map((_, i) => [7000 + i, node(...lines)])));
    const topology = await servers.probe(CLUSTER);
    servers.asked.length = 0;
    await servers.probe(CLUSTER, topology);
    assert.equal(servers.asked.length, 3);
  });

  it('waits less long for the others when a node names another owner of slots', async () => {
    const servers = new ScriptedServers({ 7000: NODE_A, 7001: NODE_B });
    const first = await servers.probe(CLUSTER);
    const waitedMs = async (view: Script): Promise<number> => {
      servers.servers = { 7000: HUNG, 7001: view };
      const begunAt = Date.now();
      const probe = servers.probe(CLUSTER, first).then(() => Date.now() - begunAt);
      await time().tickAsync(1_000);
      return probe;
    };
    assert.deepEqual([await waitedMs(NODE_B), await waitedMs(PROMOTED_B)], [100, 30]);
  });

  describe('in a quiet probe', () => {
    const quiet: ProbeFocus = { suspects: new Set(), moved: [], quiet: true };
    const member3 = (myself: number, ...more: readonly string[]): Script =>
      node(
        ...[7000, 7001, 7002].map((port, at) => {
          const flags = `${port === myself ? 'myself,' : ''}${at === 0 ? 'master' : 'slave'}`;
          return `id${port} 127.0.0.1:${port}@1 ${flags} ${at === 0 ? '-' : 'id7000'} 0 0 1 connected ${at === 0 ? '0-16383' : ''}`;
        }),
        ...more,
      );
    const ALL = { 7000: member3(7000), 7001: member3(7001), 7002: member3(7002) };
    const known = async (): Promise<TopologySnapshot> => {
      const snapshot = await resolver.probe(null);
      servers.asked.length = 0;
      return snapshot;
    };
    let servers: ScriptedServers;
    let resolver: Resolver;
    beforeEach(() => {
      servers = new ScriptedServers(ALL);
      resolver = servers.resolver({ topology: CLUSTER });
    });

    it('asks one node, another one each time', async () => {
      const snapshot = await known();
      for (let i = 0; i < 30; i++) assert.equal(await resolver.probe(snapshot, quiet), snapshot);
      assert.equal(servers.asked.length, 30);
      assert.equal(new Set(servers.asked).size, 3);
      assert.ok(servers.asked.every((asked, i) => asked !== servers.asked[i + 1]));
    });

    it('asks the others when the view of that node is new, and takes it by its epoch', async () => {
      const snapshot = await known();
      const promoted = node(
        'id7000 127.0.0.1:7000@1 master - 0 0 1 connected',
        'id7001 127.0.0.1:7001@1 myself,master - 0 0 2 connected 0-16383',
        'id7002 127.0.0.1:7002@1 slave id7000 0 0 1 connected',
      );
      servers.servers = { ...ALL, 7001: promoted };
      let found = snapshot;
      for (let i = 0; i < 20 && found === snapshot; i++) found = await resolver.probe(snapshot, quiet);
      assert.deepEqual(describeTopology(found), ['0-16383 7001', '7000 < 7002']);
    });

    it('keeps the news of that node where none of the others that it asks has it', async () => {
      const ports = [7000, 7001, 7002, 7003, 7004, 7005];
      const viewOf = (myself: number, primary: number): Script =>
        node(
          ...ports.map((port) => {
            const name = `id${port} 127.0.0.1:${port}@1 ${port === myself ? 'myself,' : ''}`;
            if (port === primary) return `${name}master - 0 0 ${port === 7000 ? 1 : 2} connected 0-16383`;
            return `${name}slave id${primary} 0 0 1 connected`;
          }),
        );
      const old = Object.fromEntries(ports.map((port) => [port, viewOf(port, 7000)]));
      servers.servers = old;
      const snapshot = await known();
      servers.servers = { ...old, 7001: viewOf(7001, 7001) };
      let first = 0;
      for (let i = 0; i < 100; i++) {
        servers.asked.length = 0;
        const found = await resolver.probe(snapshot, quiet);
        if (servers.asked[0] !== '127.0.0.1:7001 data') continue;
        first++;
        assert.match(describeTopology(found)[0] ?? '', /^0-16383 7001/);
        assert.equal(servers.asked.filter((asked) => asked === '127.0.0.1:7001 data').length, 1);
      }
      assert.ok(first > 0);
    });

    it('asks the others when that node was cut off and sees only itself, and keeps what they say', async () => {
      const snapshot = await known();
      const alone = node(
        'id7000 127.0.0.1:7000@1 master,fail - 0 0 1 disconnected 0-16383',
        'id7001 127.0.0.1:7001@1 myself,slave id7000 0 0 1 connected',
        'id7002 127.0.0.1:7002@1 slave,fail id7000 0 0 1 disconnected',
      );
      servers.servers = { ...ALL, 7001: alone };
      for (let i = 0; i < 20; i++) assert.deepEqual(describeTopology(await resolver.probe(snapshot, quiet)), describeTopology(snapshot));
      assert.ok(servers.asked.length > 20);
    });

    it('asks the others when that node does not answer', async () => {
      servers.servers = { 7000: member3(7000), 7001: member3(7001) };
      const snapshot = await known();
      for (let i = 0; i < 20; i++) assert.deepEqual(describeTopology(await resolver.probe(snapshot, quiet)), describeTopology(snapshot));
      assert.ok(servers.asked.includes('127.0.0.1:7002 data'));
    });
  });

  describe('leaves out', () => {
    const lone = (id: string, port: number, epoch: number, slots = '0-16383'): string =>
      `${id} 127.0.0.1:${port}@1 myself,master - 0 0 ${epoch} connected ${slots}`;

    it('a node of another cluster at the address of one of ours, whatever its epoch', async () => {
      const servers = new ScriptedServers({ 7000: NODE_A, 7001: NODE_B });
      const first = await servers.probe(CLUSTER);
      servers.servers = { 7000: NODE_A, 7001: node(lone('other', 7001, 99)) };
      assert.deepEqual(describeTopology(await servers.probe(CLUSTER, first)), describeTopology(first));
    });

    it('a node that was reset', async () => {
      const servers = new ScriptedServers({ 7000: NODE_A, 7001: NODE_B });
      const first = await servers.probe(CLUSTER);
      servers.servers = { 7000: NODE_A, 7001: node(lone('new', 7001, 0, '')) };
      assert.deepEqual(describeTopology(await servers.probe(CLUSTER, first)), describeTopology(first));
    });

    it('nodes that were reset, where no other can be asked: what is known stays', async () => {
      const servers = new ScriptedServers({ 7000: NODE_A, 7001: NODE_B });
      const first = await servers.probe(CLUSTER);
      for (const id of ['b', 'new']) {
        servers.servers = { 7001: node(lone(id, 7001, 0, '')) };
        await assert.rejects(servers.probe(CLUSTER, first), { code: 'ERR_NO_SEED_REACHABLE', message: /knows an owner of slots/ });
      }
    });

    it('nodes that have left, where they are all that was known', async () => {
      const servers = new ScriptedServers({ 7001: node(lone('b', 7001, 0, '')) });
      const first = await servers.probe(CLUSTER);
      servers.servers = { 7000: node(lone('a', 7000, 1)), 7001: node(lone('b', 7001, 0, '')) };
      assert.deepEqual(describeTopology(await servers.probe(CLUSTER, first)), ['0-16383 7000']);
    });

    it('the seeds that are in the minority, or have no slots', async () => {
      const seeds = cluster([7000, 7001, 7002].map((port) => `redis://127.0.0.1:${port}`));
      const two = { 7000: NODE_A, 7001: NODE_B };
      assert.deepEqual(describeTopology(await new ScriptedServers({ ...two, 7002: node(lone('other', 7002, 99)) }).probe(seeds)), [
        '0-16383 7000 < 7001',
      ]);
      const empty = { 7001: node(lone('x', 7001, 0, '')), 7002: node(lone('y', 7002, 0, '')) };
      assert.deepEqual(describeTopology(await new ScriptedServers({ 7000: node(lone('a', 7000, 1)), ...empty }).probe(seeds)), [
        '0-16383 7000',
      ]);
    });

    it('nothing, when all known nodes are gone: the cluster was made anew', async () => {
      const servers = new ScriptedServers({ 7000: NODE_A, 7001: NODE_B });
      const first = await servers.probe(CLUSTER);
      servers.servers = { 7000: node(lone('new', 7000, 1)) };
      assert.deepEqual(describeTopology(await servers.probe(CLUSTER, first)), ['0-16383 7000']);
    });
  });

  it('leaves out a node whose address the function in addressMap cannot map, and tells of it', async () => {
    const servers = new ScriptedServers({ 7000: NODE_A, 7001: NODE_B });
    const addressMap = (address: string): string | undefined => {
      if (address === '127.0.0.1:7001') throw new Error('not in the table');
      return undefined;
    };
    const found = await servers.probe(cluster(['redis://127.0.0.1:7000']), null, { addressMap });
    assert.deepEqual(describeTopology(found), ['0-16383 7000']);
  });
});
