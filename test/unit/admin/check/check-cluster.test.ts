import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CLUSTER_RULES, checkCluster } from '../../../../lib/admin/check/check-cluster.js';
import { MOVING } from '../../../../lib/admin/check/moves-under-way.js';
import { STRAY_KEYS } from '../../../../lib/admin/check/steady-check.js';
import { SERVER_RULES } from '../../../../lib/admin/health/server-rules.js';
import type { ClusterState } from '../../../../lib/admin/state/cluster-state.js';
import { clusterOf, idOf, type NodeSpec, threeShards } from '../cluster-states.js';
import { type FactsChange, factsOf } from '../health/invented-facts.js';

/** Every node on a host of its own, unless the case says where it is. */
function apart({ nodes, views }: ClusterState): ClusterState {
  const placed = [...nodes.values()].map((node) => {
    const host = node.peer.host === '10.0.0.1' ? `10.1.0.${node.peer.port % 100}` : node.peer.host;
    return [node.id, { ...node, peer: { ...node.peer, host } }] as const;
  });
  return { nodes: new Map(placed), views };
}

/** The servers of three shards, where some say something else than a healthy one. */
function withFacts(changes: Readonly<Record<number, FactsChange>>): ClusterState {
  return threeShards(
    ...[7001, 7002, 7003, 7004, 7005, 7006].map((id): NodeSpec => {
      const isReplica = id > 7003;
      const own = changes[id] ?? {};
      const listed = `ip=10.0.0.1,port=${id + 3},state=online,offset=5000,lag=0`;
      const info = isReplica ? { tcp_port: id, master_port: id - 3, ...own.info } : { tcp_port: id, slave0: listed, ...own.info };
      return { id, facts: factsOf(isReplica ? 'replica' : 'primary', { ...own, info }), ...(isReplica ? { of: id - 3 } : {}) };
    }),
  );
}

const NO_LINK: FactsChange = { info: { master_link_status: 'down', master_link_down_since_seconds: 9 } };
const onHosts = (...hosts: readonly string[]): ClusterState => threeShards(...hosts.map((at, index) => ({ id: 7001 + index, at })));

describe('the check of a cluster', () => {
  const cases: readonly (readonly [name: string, cluster: ClusterState, expected: readonly RegExp[]])[] = [
    ['finds nothing in a whole one', threeShards(), []],
    ['finds nothing in a whole one that says everything', withFacts({}), []],
    [
      'finds slots that nobody serves',
      threeShards({ id: 7001, slots: '3-5460' }),
      [/^error uncovered 3 slots of 16,384 served by no reachable primary: 0-2$/],
    ],
    [
      'finds slots that two claim',
      threeShards({ id: 7001, slots: '0-5462' }),
      [/^error contested slots 5461-5462 are claimed by 10.0.0.1:7001 and 10.0.0.1:7002$/],
    ],
    [
      'finds open slots, on both sides',
      threeShards({ id: 7001, migrating: { 5: 7002 } }, { id: 7002, importing: { 5: 7001, 6: 7009 } }),
      [
        /^error open .*7001 is sending slots 5 to .*7002/,
        /7002 is receiving slots 5 from .*7001/,
        /7002 is receiving slots 6 from 7009ffff \(unknown\)/,
      ],
    ],
    [
      'finds nodes that see other owners',
      threeShards({ id: 7003, owners: 'something else' }),
      [/^error disagreement nodes disagree about who owns which slots: .*7001.*7006 against 10.0.0.1:7003$/],
    ],
    [
      'names the slots of which nodes see other owners',
      threeShards({ id: 7003, owners: `${idOf(7001)} 0-5459\n${idOf(7002)} 5460-10922\n${idOf(7003)} 10923-16383` }),
      [/^error disagreement nodes disagree about who owns slots 5460: /],
    ],
    [
      'finds nodes that have not met',
      threeShards({ id: 7003, unknownIds: [7006] }),
      [/^error unknown 10.0.0.1:7003 does not know 10.0.0.1:7006$/],
    ],
    [
      'finds nodes that call the cluster down',
      threeShards({ id: 7003, state: 'fail' }),
      [/^error down 10.0.0.1:7003: cluster_state:fail$/],
    ],
    [
      'says once how nodes call the cluster',
      threeShards(...[7001, 7002, 7003].map((id) => ({ id, state: 'fail' }))),
      [/^error down 10.0.0.1:7001, 10.0.0.1:7002, 10.0.0.1:7003: cluster_state:fail$/],
    ],
    [
      'finds open slots once that replicas know of, too',
      threeShards({ id: 7001, migrating: { 5: 7002 } }, { id: 7004, of: 7001, migrating: { 5: 7002 } }),
      [/7001 is sending slots 5 to .*7002/],
    ],
    [
      'warns of replicas that do not answer',
      threeShards({ id: 7006, down: true }),
      [
        /^warning unreachable replica 10.0.0.1:7006 .*ECONNREFUSED/,
        /^warning no-replica .*7003 has no replica that follows it \(1 do not\)/,
      ],
    ],
    [
      'finds primaries that do not answer',
      threeShards({ id: 7001, down: true }),
      [/^error unreachable primary 10.0.0.1:7001 .* owns 5,461 slots$/, /^error uncovered 5,461 slots .*: 0-5460$/],
    ],
    [
      'finds a primary that loads its data set, and warns of a replica',
      threeShards(
        { id: 7001, down: true, problem: 'LOADING Redis is loading' },
        { id: 7005, down: true, problem: 'LOADING Redis is loading' },
      ),
      [
        /^error uncovered/,
        /^error loading primary 10.0.0.1:7001 .*loads its data set and serves nobody/,
        /^warning loading replica 10.0.0.1:7005/,
        /^warning no-replica 10.0.0.1:7002/,
      ],
    ],
    [
      'warns of primaries without replicas, and that nobody takes over',
      clusterOf({ id: 7001, slots: '0-16383' }),
      [/^warning majority only one primary has slots/, /^warning no-replica 10.0.0.1:7001 has no replica: /],
    ],
    [
      'finds a node that others have declared dead',
      threeShards({ id: 7002, suspects: { 7001: 'fail' } }, { id: 7003, suspects: { 7001: 'fail' } }),
      [/^error suspected 10.0.0.1:7001 answers, but is declared dead \(fail\) by 10.0.0.1:7002, 10.0.0.1:7003: .*bus port/],
    ],
    [
      'warns of a node that another one cannot reach',
      threeShards({ id: 7002, suspects: { 7004: 'fail?' } }),
      [/^warning suspected 10.0.0.1:7004 answers, but is taken for dead/],
    ],
    [
      'says nothing of the suspicion against a node that does not answer us, either',
      threeShards({ id: 7006, down: true }, { id: 7001, suspects: { 7006: 'fail' } }),
      [/unreachable/, /no-replica/],
    ],
    [
      'warns of the same epoch twice',
      threeShards({ id: 7003, epoch: 2 }),
      [/^warning epochs 10.0.0.1:7002, .*7003 have the same config epoch 2:/],
    ],
    [
      'finds two primaries, which have no majority without one',
      clusterOf({ id: 7001, slots: '0-8191' }, { id: 7002, slots: '8192-16383' }, { id: 7003, of: 7001 }, { id: 7004, of: 7002 }),
      [/^error majority only 2 primaries have slots: when one fails, no majority/],
    ],
    [
      'finds that too few primaries answer',
      threeShards({ id: 7001, down: true }, { id: 7002, down: true }),
      [
        /unreachable .*7001/,
        /unreachable .*7002/,
        /uncovered/,
        /^error majority 1 of 3 primaries with slots answer, and 2 would have to agree/,
      ],
    ],
    [
      'does not count primaries without slots',
      threeShards({ id: 7007 }, { id: 7008, down: true }),
      [/^warning unreachable primary 10.0.0.1:7008/],
    ],

    ['warns of one host', onHosts('h', 'h', 'h', 'h', 'h', 'h'), [/^warning hosts all 6 nodes are on host h/]],
    ['notes one machine', onHosts(...Array.from({ length: 6 }, () => '127.0.0.1')), [/^note hosts all 6 nodes are on 127.0.0.1/]],
    [
      'warns of a shard on one host',
      onHosts('a', 'b', 'c', 'a', 'c', 'b'),
      [/^warning hosts 10.0.0.1:7001 and its replica are on host a: if it fails, their slots fail/],
    ],
    [
      'warns of a majority on one host',
      onHosts('a', 'a', 'b', 'b', 'b', 'a'),
      [/^warning hosts 2 of 3 primaries are on host a: if it fails, no majority/],
    ],
    [
      'takes a replica on another host for enough',
      threeShards({ id: 7001, at: 'a' }, { id: 7004, at: 'a' }, { id: 7007, of: 7001, at: 'b' }),
      [],
    ],

    [
      'warns of releases that differ',
      withFacts({ 7004: { info: { redis_version: '7.2.4', valkey_version: '9.1.2' } } }),
      [/^warning versions versions differ: Redis 7.0.15 at .*7006 and Valkey 9.1.2 at 10.0.0.1:7004;/],
    ],
    [
      'notes versions that nearly are the same',
      withFacts({ 7001: { info: { redis_version: '7.0.14' } } }),
      [/^note versions .*Redis 7.0.14 at/],
    ],
    [
      'finds a replica without a link, which is none',
      withFacts({ 7004: NO_LINK, 7001: { info: { slave0: null } } }),
      [
        /^error replica-link 10.0.0.1:7004: no link to its primary 10.0.0.1:7001 for 9 s/,
        /^warning no-replica 10.0.0.1:7001 has no replica that follows it \(1 do not\)/,
        /^warning coverage-rule .*all nodes refuse commands if 10.0.0.1:7001 fails/,
      ],
    ],
    [
      'warns of a replica that is not to be promoted',
      withFacts({ 7004: { config: { 'cluster-replica-no-failover': 'yes', 'cluster-require-full-coverage': 'no' } } }),
      [
        /^warning no-replica 10.0.0.1:7001 has no replica that may be promoted/,
        /^warning coverage-rule .*differs: yes at .* and no at .*7004/,
      ],
    ],
    [
      'warns of clocks that differ',
      withFacts({ 7002: { config: { 'cluster-node-timeout': 5_000 } } }),
      [/^warning failover-clock cluster-node-timeout differs: 15000 at .* and 5000 at 10.0.0.1:7002/],
    ],
    [
      'notes an atomic migration',
      threeShards({
        id: 7001,
        jobs: [
          { id: 'a'.repeat(40), direction: 'export', peer: idOf(7002), slots: [1, 2], state: 'snapshotting', running: true, message: '' },
        ],
      }),
      [/^note moving a move is under way from 10.0.0.1:7001 to 10.0.0.1:7002 by atomic migration aaaaaaaa, of slots 1-2:/],
    ],
  ];
  const textsOf = (cluster: ClusterState): string[] =>
    checkCluster(apart(cluster)).map(({ severity, kind, text }) => `${severity} ${kind} ${text}`);
  for (const [name, cluster, expected] of cases) {
    it(name, () => {
      const found = textsOf(cluster);
      assert.equal(found.length, expected.length, found.join('\n'));
      for (const [index, pattern] of expected.entries()) assert.match(found[index] ?? '', pattern);
    });
  }

  it('has a case for every rule', () => {
    const found = new Set(cases.flatMap(([, cluster]) => textsOf(cluster)).map((text) => text.split(' ').slice(0, 2).join(' ')));
    const rules = CLUSTER_RULES.map(({ severity, kind }) => `${severity} ${kind}`);
    assert.deepEqual(
      rules.filter((rule) => !found.has(rule)),
      [],
    );
  });

  it('is documented by its rules', () => {
    const page = readFileSync(fileURLToPath(new URL('../../../../docs/admin/cluster.md', import.meta.url)), 'utf8');
    const table = /^\| severity \| kind \| when \|\n\|.*\n((?:\|.*\n)*)/m.exec(page)?.[1] ?? '';
    const rules = [...CLUSTER_RULES, STRAY_KEYS, MOVING, ...SERVER_RULES];
    assert.deepEqual(
      table.trimEnd().split('\n'),
      rules.map(({ severity, kind, when }) => `| ${severity} | \`${kind}\` | ${when} |`),
    );
  });
});
