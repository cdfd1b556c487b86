import assert from 'node:assert/strict';
import { cluster, replication, sentinel } from '../../../lib/options/topology.js';
import { bounded, LIMITS, refuseBeyond } from '../../../lib/topology/limits.js';
import type { Captured } from './captured-replies.js';
import { CLUSTER_SERVER, DATA_SERVER, NOPERM, type Script, ScriptedServers } from './scripted-servers.js';
import { sentinelScript } from './sentinel/sentinel-script.js';

const many = (count: number, from = 10_000): number[] => Array.from({ length: count }, (_, index) => from + index);
const told = ({ reported }: ScriptedServers): string[] => [...reported.values()].map(({ code }) => code);

describe('limits of a topology', () => {
  it('leave a list as it is up to the limit, and its beginning beyond, with an error', () => {
    const reports: string[] = [];
    const take = (count: number): number =>
      bounded(many(count), 'sentinels', '10.0.0.1:1', (source, { message }) => reports.push(`${source}: ${message}`)).length;
    assert.deepEqual([take(0), take(LIMITS.sentinels), reports], [0, LIMITS.sentinels, []]);
    assert.equal(take(LIMITS.sentinels + 1), LIMITS.sentinels);
    assert.deepEqual(reports, [
      'too many sentinels: 10.0.0.1:1 names 101 sentinels, more than the 100 that are believed: the first 100 count',
    ]);
  });

  it('refuse a view beyond the limit', () => {
    refuseBeyond(LIMITS.nodes, 'nodes', 'a:1');
    assert.throws(() => refuseBeyond(LIMITS.nodes + 1, 'nodes', 'a:1'), { code: 'ERR_TOPOLOGY_TOO_LARGE', node: 'a:1' });
  });

  it('hold for the sentinels that sentinels name, all together, and for their subscriptions', async () => {
    const other = many(3_000, 20_000);
    const servers = new ScriptedServers({
      '127.0.0.1:9000': sentinelScript({ sentinels: many(3_000) }),
      '127.0.0.1:9001': sentinelScript({ sentinels: other }),
      '127.0.0.1:7000': DATA_SERVER,
    });
    const resolver = servers.resolver({ topology: sentinel(['127.0.0.1:9000', '127.0.0.1:9001'], 'mymaster') });
    resolver.watch?.(() => {});
    await resolver.probe(null);
    assert.equal(servers.subscriptions.length, LIMITS.sentinels);
    assert.deepEqual(told(servers), ['ERR_TOPOLOGY_TOO_LARGE']);
    await resolver.probe(null);
    assert.ok(servers.subscriptions.filter(({ ended }) => !ended).length <= LIMITS.sentinels);
    resolver.stop?.();
  });

  it('hold for the replicas that a sentinel names', async () => {
    const servers = new ScriptedServers({ '127.0.0.1:9000': sentinelScript({ replicas: many(10_500) }), '127.0.0.1:7000': DATA_SERVER });
    const found = await servers.probe(sentinel('127.0.0.1:9000', 'mymaster'));
    assert.equal(found.shards[0]?.replicas.length, LIMITS.replicas);
    assert.equal(found.shards[0]?.primary?.key, '127.0.0.1:7000');
    assert.deepEqual(told(servers), ['ERR_TOPOLOGY_TOO_LARGE']);
  });

  const primaryOf = (replicas: readonly number[]): Script => ({
    ...(DATA_SERVER as object),
    'INFO replication': [
      'role:master',
      ...replicas.map((port, at) => `slave${at}:ip=127.0.0.1,port=${port},state=online,offset=1,lag=0`),
    ].join('\r\n'),
  });

  it('hold for the replicas that a primary names: it is served, and few are asked', async () => {
    const servers = new ScriptedServers({ '127.0.0.1:7000': primaryOf(many(10_500)) });
    const found = await servers.probe(replication('127.0.0.1:7000'));
    assert.equal(found.shards[0]?.primary?.key, '127.0.0.1:7000');
    assert.equal(found.shards[0]?.replicas.length, LIMITS.replicas);
    assert.ok(servers.asked.length <= LIMITS.replicas + 1, `${servers.asked.length} were asked`);
    assert.deepEqual(told(servers), ['ERR_TOPOLOGY_TOO_LARGE']);
  });

  it('hold for the replicas in ROLE, where INFO may not be asked', async () => {
    const role = ['master', 5, many(10_500).map((port) => ['127.0.0.1', `${port}`, '5'])];
    const servers = new ScriptedServers({ '127.0.0.1:7000': { ROLE: role, 'INFO replication': NOPERM, 'INFO server': NOPERM } });
    const found = await servers.probe(replication('127.0.0.1:7000'));
    assert.equal(found.shards[0]?.replicas.length, LIMITS.replicas);
    assert.deepEqual(told(servers), ['ERR_TOPOLOGY_TOO_LARGE']);
  });

  it('hold for a group whose members each name others', async () => {
    const chain = (port: number): Script => ({
      ...(DATA_SERVER as object),
      'INFO replication': [
        ...(port === 7000 ? ['role:master'] : ['role:slave', 'master_host:127.0.0.1', `master_port:${port - 1}`, 'master_link_status:up']),
        ...many(3, port + 1).map((next, at) => `slave${at}:ip=127.0.0.1,port=${next},state=online,offset=1,lag=0`),
      ].join('\r\n'),
    });
    const servers = new ScriptedServers(Object.fromEntries(many(3_000, 7_000).map((port) => [`127.0.0.1:${port}`, chain(port)])));
    const resolver = servers.resolver({ topology: replication('127.0.0.1:7000') });
    let found = await resolver.probe(null);
    for (let times = 0; times < 2; times++) found = await resolver.probe(found);
    assert.ok(found.nodes.size <= LIMITS.replicas + 1, `${found.nodes.size} nodes`);
    assert.equal(found.shards[0]?.primary?.key, '127.0.0.1:7000');
    assert.deepEqual(told(servers), ['ERR_TOPOLOGY_TOO_LARGE']);
  });

  const CLUSTER = cluster(['127.0.0.1:7000', '127.0.0.1:7001']);
  const clusterNode = (lines: readonly string[], shards: Captured = []): Script => ({
    ...(CLUSTER_SERVER as object),
    'CLUSTER NODES': lines.join('\n'),
    'CLUSTER SHARDS': shards,
  });
  const line = (port: number, rest: string): string => `id${port} 127.0.0.1:${port}@1 ${rest}`;
  const OWNER = line(7000, 'myself,master - 0 0 1 connected 0-16383');
  const SANE = clusterNode([line(7000, 'master - 0 0 1 connected 0-16383'), line(7001, 'myself,slave id7000 0 0 1 connected')]);

  const absurd: readonly (readonly [what: string, view: Script])[] = [
    ['nodes', clusterNode([OWNER, ...many(20_000, 10_001).map((port) => line(port, 'master - 0 0 1 connected'))])],
    ['ranges', clusterNode([`${OWNER} ${Array.from({ length: 20_000 }, (_, at) => at % 16_384).join(' ')}`])],
    ['characters', clusterNode([`${OWNER} ${'x'.repeat(LIMITS.nodesText)}`])],
    ['ranges of shards', clusterNode([OWNER], [['slots', Array.from({ length: 40_000 }, () => 7), 'nodes', []]])],
  ];
  for (const [what, view] of absurd) {
    it(`hold for the ${what} that a cluster node names: its view does not count, and others do`, async () => {
      const servers = new ScriptedServers({ '127.0.0.1:7000': view, '127.0.0.1:7001': SANE });
      const found = await servers.probe(CLUSTER);
      assert.deepEqual([...found.nodes.keys()], ['127.0.0.1:7000', '127.0.0.1:7001']);
      assert.deepEqual(told(servers), ['ERR_TOPOLOGY_TOO_LARGE']);
      const alone = new ScriptedServers({ '127.0.0.1:7000': view });
      await assert.rejects(alone.probe(CLUSTER), { code: 'ERR_TOPOLOGY_TOO_LARGE' });
      assert.deepEqual(told(alone), [], 'the probe says it');
    });
  }

  it('hold for the replicas of a primary of a cluster', async () => {
    const replicas = many(1_500, 10_001).map((port) => line(port, 'slave id7000 0 0 1 connected'));
    const servers = new ScriptedServers({ '127.0.0.1:7000': clusterNode([OWNER, ...replicas]) });
    const found = await servers.probe(CLUSTER);
    assert.equal(found.shards[0]?.replicas.length, LIMITS.replicas);
    assert.deepEqual(told(servers), ['ERR_TOPOLOGY_TOO_LARGE']);
  });
});
