import assert from 'node:assert/strict';
import { resolveOptions } from '../../../../lib/options/resolve.js';
import { clusterTopology } from '../../../../lib/topology/cluster/cluster-topology.js';
import { mergeViews } from '../../../../lib/topology/cluster/merge.js';
import { type Endpoint, type EndpointGroup, parseNodes, parseShards, parseSlots } from '../../../../lib/topology/cluster/replies.js';
import { buildView, type ClusterView } from '../../../../lib/topology/cluster/view.js';
import { NodeRules } from '../../../../lib/topology/node-rules.js';
import { type Captured, captured, raw } from '../captured-replies.js';
import { describeTopology } from '../describe-topology.js';
import { at, rules } from '../nodes.js';

interface CapturedView {
  readonly asked: string;
  readonly shards: Captured;
  readonly slots: Captured;
  readonly nodes: string;
}
interface Capture {
  readonly states: Readonly<Record<string, readonly CapturedView[]>>;
}

/** By which commands the view is made, as the server's version and the ACL allow. */
const WAYS: Readonly<Record<string, (view: CapturedView, host?: string) => ClusterView>> = {
  'SHARDS and NODES': ({ asked, shards, nodes }, host) => buildView(at(host ?? asked), parseShards(raw(shards), false), parseNodes(nodes)),
  'SLOTS and NODES': ({ asked, slots, nodes }, host) => buildView(at(host ?? asked), parseSlots(raw(slots)), parseNodes(nodes)),
  'SLOTS alone': ({ asked, slots }, host) => buildView(at(host ?? asked), parseSlots(raw(slots)), null),
};

function seen(capture: string, state: string, index: number, way: string, host?: string): string[] {
  const view = captured<Capture>(capture).states[state]?.[index];
  const make = WAYS[way];
  assert.ok(view !== undefined && make !== undefined);
  return describeTopology(clusterTopology(mergeViews([make(view, host)], null), rules));
}

const REDIS_7_FAILED_OVER = ['0-5460 21004 < 21000', '5461-10922 21001 < 21005', '10923-16383 21002 < 21003'];

describe('a cluster as one server sees it', () => {
  const cases: readonly (readonly [capture: string, state: string, view: number, way: string, expected: readonly string[]])[] = [
    // Offset 0 everywhere: nothing was ever written, no replica is loading.
    ['redis-7.0', 'fresh', 0, 'SHARDS and NODES', ['0-5460 21000 < 21003', '5461-10922 21001 < 21004', '10923-16383 21002 < 21005']],
    ['redis-7.0', 'fresh', 0, 'SLOTS and NODES', ['0-5460 21000 < 21003', '5461-10922 21001 < 21004', '10923-16383 21002 < 21005']],
    ['redis-7.0', 'fresh', 0, 'SLOTS alone', ['0-5460 21000', '5461-10922 21001', '10923-16383 21002']],
    ['redis-7.0', 'written', 0, 'SLOTS alone', ['0-5460 21000 < 21004', '5461-10922 21001 < 21005', '10923-16383 21002 < 21003']],
    ['redis-7.0', 'written', 1, 'SHARDS and NODES', ['0-5460 21000 < 21004', '5461-10922 21001 < 21005', '10923-16383 21002 < 21003']],
    // Before it follows its successor the old primary is not to be read from.
    ['redis-7.0', 'promoted', 1, 'SHARDS and NODES', REDIS_7_FAILED_OVER],
    ['redis-8.0', 'promoted', 0, 'SHARDS and NODES', ['0-5460 21103 < 21100!', '5461-10922 21101 < 21104', '10923-16383 21102 < 21105']],
    ['valkey-9.1', 'promoted', 0, 'SHARDS and NODES', ['0-5460 21205 < 21200!', '5461-10922 21201 < 21203', '10923-16383 21202 < 21204']],
    // A slot on the move belongs to the node that lists it, on both sides.
    ['redis-7.0', 'migrating', 0, 'SHARDS and NODES', REDIS_7_FAILED_OVER],
    ['redis-7.0', 'migrating', 1, 'SHARDS and NODES', REDIS_7_FAILED_OVER],
    // Until its replica takes over, a dead primary is the primary.
    [
      'redis-7.0',
      'failedPrimary',
      0,
      'SHARDS and NODES',
      ['0-5460 21004! < 21000', '5461-10922 21001 < 21005', '10923-16383 21002 < 21003'],
    ],
    ['redis-7.0', 'replaced', 0, 'SHARDS and NODES', ['0-5460 21000', '5461-10922 21001 < 21005', '10923-16383 21002 < 21003']],
    ['redis-7.0', 'replaced', 0, 'SLOTS alone', ['0-5460 21000', '5461-10922 21001 < 21005', '10923-16383 21002 < 21003']],
    // Redis 8 and Valkey 9 put the dead primary into one shard with its successor, as a second master.
    ['redis-8.0', 'replaced', 0, 'SHARDS and NODES', ['0-5460 21100 < 21103!', '5461-10922 21101 < 21104', '10923-16383 21102 < 21105']],
    ['valkey-9.1', 'replaced', 0, 'SHARDS and NODES', ['0-5460 21200 < 21205!', '5461-10922 21201 < 21203', '10923-16383 21202 < 21204']],
  ];
  for (const [capture, state, view, way, expected] of cases) {
    it(`of ${capture}, ${state}, view ${view} by ${way}: ${expected[0]} …`, () => {
      assert.deepEqual(seen(`cluster-${capture}`, state, view, way), expected);
    });
  }

  it('does not let two masters in one shard confuse the owner without CLUSTER NODES', () => {
    for (const [capture, owner] of [
      ['redis-8.0', '21100'],
      ['valkey-9.1', '21200'],
    ]) {
      const [view] = captured<Capture>(`cluster-${capture}`).states.replaced ?? [];
      assert.ok(view !== undefined);
      const merged = mergeViews([buildView(at(view.asked), parseShards(raw(view.shards), false), null)], null);
      assert.match(describeTopology(clusterTopology(merged, rules))[0] ?? '', new RegExp(`^0-5460 ${owner}`));
    }
  });
});

describe('endpoints of a cluster', () => {
  for (const way of ['SHARDS and NODES', 'SLOTS and NODES', 'SLOTS alone']) {
    it(`are host names where the cluster prefers them, by ${way}`, () => {
      assert.equal(seen('cluster-redis-7.0', 'hostname', 0, way)[0], '0-5460 node-4.example.com:21004 < node-0.example.com:21000');
    });

    it(`are on the host that was asked where the cluster does not know them, by ${way}`, () => {
      assert.equal(seen('cluster-redis-7.0', 'unknownEndpoint', 0, way, '10.1.2.3:21000')[0], '0-5460 10.1.2.3:21004 < 10.1.2.3:21000');
    });
  }

  it('of ? lead nowhere, except for the node that was asked', () => {
    assert.deepEqual(seen('cluster-redis-7.0', 'missingHostname', 0, 'SHARDS and NODES'), [
      '0-5460 - < 21000',
      '5461-10922 -',
      '10923-16383 -',
    ]);
  });

  it('keep the IP address beside the host name, so that a MOVED with either finds the node', () => {
    const [view] = captured<Capture>('cluster-redis-7.0').states.hostname ?? [];
    assert.ok(view !== undefined);
    const { nodes } = clusterTopology(
      mergeViews([buildView(at(view.asked), parseShards(raw(view.shards), false), parseNodes(view.nodes))], null),
      rules,
    );
    assert.deepEqual(nodes.get('node-4.example.com:21004')?.aliases, ['127.0.0.1:21004']);
  });

  it('are mapped by addressMap, and the announced name stays known', () => {
    const [view] = captured<Capture>('cluster-redis-7.0').states.written ?? [];
    assert.ok(view !== undefined);
    const mapping = new NodeRules(resolveOptions({ addressMap: (address) => address.replace('127.0.0.1:21', 'nat.example.com:31') }));
    const merged = mergeViews([buildView(at(view.asked), parseShards(raw(view.shards), false), parseNodes(view.nodes))], null);
    const topology = clusterTopology(merged, mapping);
    assert.equal(describeTopology(topology)[0], '0-5460 nat.example.com:31000 < nat.example.com:31004');
    assert.deepEqual(topology.nodes.get('nat.example.com:31000')?.aliases, ['127.0.0.1:21000']);
    assert.equal(topology.nodes.get('nat.example.com:31004')?.replicaOf, 'nat.example.com:31000');
  });

  it('have the TLS port under TLS', () => {
    const shards = [
      [
        'slots',
        [0, 16_383],
        'nodes',
        [['id', 'a', 'port', 7000, 'tls-port', 7100, 'ip', '10.0.0.1', 'endpoint', '10.0.0.1', 'role', 'master', 'health', 'online']],
      ],
    ];
    const endpointPort = (tls: boolean): number | undefined => parseShards(shards, tls)[0]?.endpoints[0]?.port;
    assert.deepEqual([endpointPort(false), endpointPort(true)], [7000, 7100]);
  });

  it('without a port for our kind of connection are left out', () => {
    const shards = [['slots', [], 'nodes', [['id', 'a', 'tls-port', 7100, 'ip', '10.0.0.1', 'endpoint', '10.0.0.1', 'role', 'master']]]];
    assert.deepEqual(parseShards(shards, false)[0]?.endpoints, []);
  });
});

describe('CLUSTER NODES', () => {
  const cases: readonly (readonly [line: string, expected: Readonly<Record<string, unknown>>])[] = [
    [
      'a 10.0.0.1:7000@17000 myself,master - 0 0 5 connected 0-5 9',
      { host: '10.0.0.1', port: 7000, hostname: null, epoch: 5, primaryId: null },
    ],
    ['a 10.0.0.1:7000@17000,node-1.example.com slave b 0 0 5 connected', { hostname: 'node-1.example.com', primaryId: 'b' }],
    ['a 10.0.0.1:7000@17000,,tls-port=0,shard-id=x slave b 0 0 5 connected', { hostname: null, port: 7000 }],
    ['a fd00::1:7000@17000 master - 0 0 5 connected', { host: 'fd00::1', port: 7000 }],
    ['a :7000@17000 myself,master - 0 0 0 connected', { host: '', port: 7000 }],
    ['a 10.0.0.1:7000 master - 0 0 5 connected', { host: '10.0.0.1', port: 7000 }],
  ];
  for (const [line, expected] of cases) {
    it(`reads ${line}`, () => {
      const [parsed] = parseNodes(`${line}\n`);
      assert.deepEqual(Object.fromEntries(Object.entries(parsed ?? {}).filter(([name]) => name in expected)), expected);
    });
  }

  it('reads slots and leaves out those on the move and those that cannot be', () => {
    const [line] = parseNodes('a 10.0.0.1:7000@17000 master - 0 0 5 connected 0-5 9 [77->-b] [78-<-c] 16380-16384 7-6 x');
    assert.deepEqual(line?.ranges, [
      { start: 0, end: 5 },
      { start: 9, end: 9 },
    ]);
  });

  it('leaves out nodes that are not known well enough to be used', () => {
    const text = [
      'a 10.0.0.1:7000@17000 myself,master - 0 0 5 connected 0-16383',
      'b 10.0.0.2:7000@17000 handshake - 0 0 0 connected',
      'c :0@0 slave,noaddr a 0 0 5 disconnected',
    ];
    assert.deepEqual([...buildView(at('10.0.0.1:7000'), [], parseNodes(text.join('\n'))).nodes.keys()], ['a']);
  });
});

describe('a view in which one group of CLUSTER SHARDS has two primaries', () => {
  const endpoint = (id: string): Endpoint => ({
    id,
    host: '127.0.0.1',
    port: Number(id),
    otherHosts: [],
    role: 'primary',
    health: 'online',
    offset: 5,
  });
  const group: EndpointGroup = { ranges: [{ start: 0, end: 16_383 }], endpoints: [endpoint('7000'), endpoint('7002')] };
  /** 7000 has the slots. */
  const viewOf = (epoch: number, other: number): ClusterView =>
    buildView(
      at(7001),
      [group],
      parseNodes(`7000 127.0.0.1:7000@1 master - 0 0 ${epoch} connected 0-16383\n7002 127.0.0.1:7002@1 master - 0 0 ${other} connected`),
    );

  it('has the one with slots as the successor of the one with an older epoch', () => {
    assert.equal(viewOf(3, 1).nodes.get('7002')?.primaryId, '7000');
  });

  it('does not know the successor where both have one epoch: the one with slots may have borrowed it', () => {
    assert.equal(viewOf(3, 3).nodes.get('7002')?.primaryId, null);
  });
});
