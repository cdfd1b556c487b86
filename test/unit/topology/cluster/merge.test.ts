import assert from 'node:assert/strict';
import { clusterTopology } from '../../../../lib/topology/cluster/cluster-topology.js';
import { mergeViews } from '../../../../lib/topology/cluster/merge.js';
import { parseNodes, parseShards } from '../../../../lib/topology/cluster/replies.js';
import { buildView, type ClusterView } from '../../../../lib/topology/cluster/view.js';
import { makeTopology } from '../../../../lib/topology/snapshot.js';
import { type Captured, captured, raw } from '../captured-replies.js';
import { describeTopology } from '../describe-topology.js';
import { at, rules } from '../nodes.js';
import { clusterView as view } from './views.js';

interface Case {
  readonly name: string;
  readonly views: readonly ClusterView[];
  readonly expected: readonly string[];
}

const OLD = ['7000 master - 1 0-8191', '7001 master - 2 8192-16383', '7002 slave 7000 1', '7003 slave 7001 2'];
const TOOK_OVER = ['7000 master - 1', '7001 master - 2 8192-16383', '7002 myself,master - 3 0-8191', '7003 slave 7001 2'];
const DEMOTED = ['7000 myself,slave 7002 3', '7001 master - 2 8192-16383', '7002 master - 3 0-8191', '7003 slave 7001 2'];

/** The same, while the successor is still taken for a replica, which is shown with its primary's epoch. */
const INVERTED = ['7000 master - 3 0-8191', '7001 master - 2 8192-16383', '7002 slave 7000 3', '7003 slave 7001 2'];
/** The view of a node with packets of the old primary, which sends its successor's epoch already, and none of the successor. */
const BORROWED = ['7000 master - 3 0-8191', '7001 master - 2 8192-16383', '7002 master - 3', '7003 slave 7001 2'];

const CASES: readonly Case[] = [
  { name: 'agrees with one view', views: [view(...OLD)], expected: ['0-8191 7000 < 7002', '8192-16383 7001 < 7003'] },
  {
    name: 'believes the one that took over, not the stale majority',
    views: [view(...OLD), view(...TOOK_OVER), view(...OLD)],
    expected: ['0-8191 7002', '8192-16383 7001 < 7003', '7000'],
  },
  {
    name: 'believes the one that took over, whatever the order',
    views: [view(...OLD), view(...OLD), view(...TOOK_OVER)],
    expected: ['0-8191 7002', '8192-16383 7001 < 7003', '7000'],
  },
  {
    name: 'takes the old primary for a replica as soon as one view has it',
    views: [view(...OLD), view(...TOOK_OVER), view(...DEMOTED)],
    expected: ['0-8191 7002 < 7000', '8192-16383 7001 < 7003'],
  },
  {
    name: 'moves one slot to the node that bumped its epoch for it',
    views: [
      view('7000 master - 1 0-8191', '7001 master - 2 8192-16383'),
      view('7000 master - 1 0-99 101-8191', '7001 myself,master - 3 100 8192-16383'),
    ],
    expected: ['0-99,101-8191 7000', '100,8192-16383 7001'],
  },
  {
    name: 'takes a claim for a slot that has no owner in another view',
    views: [view('7000 master - 1 0-100', '7001 master - 2'), view('7000 master - 1 0-100', '7001 master - 2 101-16383')],
    expected: ['0-100 7000', '101-16383 7001'],
  },
  {
    name: 'believes the view in which an old primary is a replica, not those that give it the epoch of its successor',
    views: [view(...BORROWED), view(...DEMOTED), view(...BORROWED)],
    expected: ['0-8191 7002 < 7000', '8192-16383 7001 < 7003'],
  },
  {
    name: 'gives the slots of a demoted primary to its successor, before any view has that owner',
    views: [view(...BORROWED), view('7000 slave 7002 3', '7001 master - 2 8192-16383', '7002 master - 3', '7003 slave 7001 2')],
    expected: ['0-8191 7002 < 7000', '8192-16383 7001 < 7003'],
  },
  {
    name: 'tells promoted and demoted apart by what the two say of themselves, though others have it the other way round',
    views: [view(...INVERTED), view(...DEMOTED), view(...TOOK_OVER)],
    expected: ['0-8191 7002 < 7000', '8192-16383 7001 < 7003'],
  },
  {
    name: 'tells them apart by what the demoted one says of itself alone',
    views: [view(...INVERTED), view(...DEMOTED), view(...INVERTED)],
    expected: ['0-8191 7002 < 7000', '8192-16383 7001 < 7003'],
  },
  {
    name: 'tells them apart by what the promoted one says of itself alone',
    views: [view(...INVERTED), view(...TOOK_OVER), view(...INVERTED)],
    expected: ['0-8191 7002', '8192-16383 7001 < 7003', '7000'],
  },
  {
    name: 'does not give the slots back to the demoted one by a view in which the two are replicas of each other',
    views: [
      view('7000 slave 7002 3', '7001 master - 2 8192-16383', '7002 master - 3 0-8191', '7003 myself,slave 7001 2'),
      // Of the successor no packet has come since it was a replica: https://github.com/redis/redis/blob/7.0/src/cluster.c (clusterProcessPacket)
      view('7000 slave 7002 1', '7001 myself,master - 2 8192-16383', '7002 slave 7000 3', '7003 slave 7001 2'),
    ],
    expected: ['0-8191 7002 < 7000', '8192-16383 7001 < 7003'],
  },
  {
    name: 'does not apply the epoch of a successor to slots that the old primary had lost before',
    views: [
      view('7000 slave 7002 11', '7001 master - 10 100-16383', '7002 master - 11 0-99'),
      view('7000 master - 3 0-16383', '7001 master - 2', '7002 slave 7000 3'),
    ],
    expected: ['0-99 7002 < 7000', '100-16383 7001'],
  },
  {
    name: 'gives the slots of a replica, as a view has it, to its primary',
    views: [view('7000 slave 7002 3 0-8191', '7001 master - 2 8192-16383', '7002 master - 3')],
    expected: ['0-8191 7002 < 7000', '8192-16383 7001'],
  },
  {
    name: 'gives slots back to a primary that was a replica for a while',
    views: [view(...TOOK_OVER), view(...DEMOTED), view('7000 myself,master - 4 0-8191', '7001 master - 2 8192-16383', '7002 slave 7000 4')],
    expected: ['0-8191 7000 < 7002', '8192-16383 7001 < 7003'],
  },
  {
    name: 'follows the majority where the epochs are equal',
    views: [
      view('7000 master - 0 0-16383', '7001 slave 7000 0'),
      view('7000 slave 7001 0', '7001 master - 0 0-16383'),
      view('7000 slave 7001 0', '7001 master - 0 0-16383'),
    ],
    expected: ['0-16383 7001 < 7000'],
  },
  {
    name: 'keeps a failed primary while it has slots',
    views: [view('7000 master,fail - 1 0-16383', '7001 slave 7000 1')],
    expected: ['0-16383 7000! < 7001'],
  },
  {
    name: 'drops a failed primary that lost its slots',
    views: [view('7000 master,fail - 1', '7001 master - 2 0-16383')],
    expected: ['0-16383 7001'],
  },
  {
    name: 'takes a node for failed when most views do',
    views: [
      view('7000 master - 1 0-16383', '7001 slave,fail 7000 1'),
      view('7000 master - 1 0-16383', '7001 slave,fail 7000 1'),
      view('7000 master - 1 0-16383', '7001 slave 7000 1'),
    ],
    expected: ['0-16383 7000 < 7001!'],
  },
  {
    name: 'believes a node that says of itself that it lives',
    views: [
      view('7000 master - 1 0-16383', '7001 slave,fail 7000 1'),
      view('7000 master - 1 0-16383', '7001 slave,fail 7000 1'),
      view('7000 master - 1 0-16383', '7001 myself,slave 7000 1'),
    ],
    expected: ['0-16383 7000 < 7001'],
  },
  {
    name: 'drops a node that left the cluster and knows only itself',
    views: [view('7000 master - 1 0-16383'), view('7009 myself,master - 0')],
    expected: ['0-16383 7000'],
  },
  {
    name: 'keeps a primary without slots that others know, after those with slots',
    views: [view('6999 master - 0', '7000 master - 1 0-16383')],
    expected: ['0-16383 7000', '6999'],
  },
  {
    name: 'gives a replica of a replica, as views of different age have it, to the owner',
    views: [view('7000 slave 7001 5', '7001 master - 5 0-16383', '7002 slave 7000 1')],
    expected: ['0-16383 7001 < 7000 7002'],
  },
  {
    name: 'survives replicas of each other',
    views: [view('7000 master - 1 0-16383', '7001 slave 7002 1', '7002 slave 7001 1')],
    expected: ['0-16383 7000', '- < 7002', '- < 7001'],
  },
  {
    name: 'counts a node once that came back under its address with a new id',
    views: [view('old@7001 slave,fail 7000 1', '7000 master - 1 0-16383', 'new@7001 slave 7000 1')],
    expected: ['0-16383 7000 < 7001'],
  },
  {
    name: 'believes most views about an address',
    views: [
      view('a@10.0.0.1:7000 master - 1 0-16383'),
      view('a@10.0.0.2:7000 master - 1 0-16383'),
      view('a@10.0.0.2:7000 master - 1 0-16383'),
    ],
    expected: ['0-16383 10.0.0.2:7000'],
  },
  {
    name: 'believes a node about its own address',
    views: [
      view('a@10.0.0.1:7000 myself,master - 1 0-16383'),
      view('a@10.0.0.2:7000 master - 1 0-16383'),
      view('a@10.0.0.2:7000 master - 1 0-16383'),
    ],
    expected: ['0-16383 10.0.0.1:7000'],
  },
];

describe('mergeViews', () => {
  for (const { name, views, expected } of CASES) {
    it(name, () => assert.deepEqual(describeTopology(clusterTopology(mergeViews(views, null), rules)), expected));
  }

  it('has one shard for all slots of nodes that are named by the address of a proxy, whatever the order of the views', () => {
    const [one, other] = ['a@7000 myself,master - 1 0-5460', 'b@7000 master - 2 5461-10922'];
    const third = 'c@7001 master - 3 10923-16383';
    for (const views of [[view(one, other, third)], [view(third, other, one), view(other, one, third)]]) {
      assert.deepEqual(describeTopology(clusterTopology(mergeViews(views, null), rules)), ['0-10922 7000', '10923-16383 7001']);
    }
    const fresh = view('a@7000 master,fail - 1 0-8191', 'b@7000 myself,master - 2', 'c@7001 master - 3 8192-16383');
    assert.deepEqual(describeTopology(clusterTopology(mergeViews([fresh], null), rules)), ['0-8191 -', '8192-16383 7001', '7000']);
  });

  it('keeps an address in use while the views disagree evenly', () => {
    const [first, second] = [view('a@10.0.0.1:7000 master - 1 0-16383'), view('a@10.0.0.2:7000 master - 1 0-16383')];
    const node = rules.node({
      id: 'a',
      address: at('10.0.0.2:7000'),
      names: [],
      role: 'primary',
      usable: true,
      replicaOf: null,
      depth: 0,
      priority: 100,
    });
    const previous = makeTopology('cluster', [{ primary: node, replicas: [] }], null);
    for (const views of [
      [first, second],
      [second, first],
    ]) {
      assert.deepEqual(describeTopology(clusterTopology(mergeViews(views, previous), rules)), ['0-16383 10.0.0.2:7000']);
    }
  });

  it('finds out about a failover from captured views in any order and number, as long as one is new', () => {
    type Capture = { readonly states: Readonly<Record<string, readonly { asked: string; shards: Captured; nodes: string }[]>> };
    for (const [capture, expected] of [
      ['cluster-redis-7.0', '0-5460 21004'],
      ['cluster-redis-8.0', '0-5460 21103'],
      ['cluster-valkey-9.1', '0-5460 21205'],
    ] as const) {
      const { states } = captured<Capture>(capture);
      const build = ({ asked, shards, nodes }: { asked: string; shards: Captured; nodes: string }): ClusterView =>
        buildView(at(asked), parseShards(raw(shards), false), parseNodes(nodes));
      const before = (states.written ?? []).map(build);
      const after = (states.promoted ?? []).map(build);
      for (const fresh of after) {
        for (const views of [
          [fresh, ...before],
          [...before, fresh],
        ]) {
          const [line = ''] = describeTopology(clusterTopology(mergeViews(views, null), rules));
          assert.ok(line.startsWith(expected), `${capture}: ${line}`);
        }
      }
    }
  });

  it('merges three views of 500 nodes', () => {
    const lines = Array.from({ length: 500 }, (_, i) => {
      const [owner, end] = [i % 250, Math.floor(((i % 250) + 1) * 65.536) - 1];
      return i < 250
        ? `${i}@10.0.${i >> 8}.${i & 255}:7000 master - ${i} ${Math.floor(owner * 65.536)}-${end}`
        : `${i}@10.0.${i >> 8}.${i & 255}:7000 slave ${owner} ${owner}`;
    });
    const views = [view(...lines), view(...lines), view(...lines)];
    // How long that may take is tested in test/integration/topology/scale.test.ts.
    const topology = clusterTopology(mergeViews(views, null), rules);
    assert.equal(topology.nodes.size, 500);
    assert.equal(topology.slots?.uncovered, 0);
  });
});
