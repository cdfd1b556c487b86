import assert from 'node:assert/strict';
import { nodeForChannel, type Placement } from '../../../../lib/routing/pubsub/channel-placement.js';
import { SlotMap } from '../../../../lib/topology/slot-map.js';
import { makeTopology, type NodeInfo, type TopologySnapshot } from '../../../../lib/topology/snapshot.js';

const info = (key: string, role: NodeInfo['role'] = 'primary', usable = true): NodeInfo => ({
  id: key,
  key,
  address: { host: key, port: 1 },
  role,
  usable,
  replicaOf: role === 'primary' ? null : 'a',
  depth: role === 'primary' ? 0 : 1,
  priority: 100,
  tags: {},
});

/** Slots 0–99 belong to `a`, 100–199 to `b`, 200–299 to `c`, the others to nobody. */
const slots = SlotMap.fromRanges([0, 1, 2].map((shard) => ({ start: shard * 100, end: shard * 100 + 99, shard })));
const cluster = makeTopology(
  'cluster',
  [
    { primary: info('a'), replicas: [info('a2', 'replica'), info('a3', 'replica', false)] },
    { primary: info('b'), replicas: [] },
    { primary: info('c'), replicas: [] },
  ],
  slots,
);
const withoutA = makeTopology('cluster', [{ primary: null, replicas: [info('a2', 'replica')] }, ...cluster.shards.slice(1)], slots);
const failedA = makeTopology('cluster', [{ primary: info('a', 'primary', false), replicas: [] }, ...cluster.shards.slice(1)], slots);
const group = makeTopology('sentinel', [{ primary: info('p'), replicas: [info('r', 'replica')] }], null);
const headless = makeTopology('sentinel', [{ primary: null, replicas: [info('r', 'replica')] }], null);

const anywhere = (slot: number): Placement => ({ bound: 'anywhere', slot, node: '' });
const inSlot = (slot: number): Placement => ({ bound: 'slot', slot, node: '' });
const onNode = (node: string): Placement => ({ bound: 'node', slot: 0, node });

const cases: readonly [what: string, TopologySnapshot, Placement, current: string | null, down: readonly string[], node: string | null][] =
  [
    ['a channel in a group: the primary', group, anywhere(5), null, [], 'p'],
    ['also when it cannot be reached', group, anywhere(5), null, ['p'], 'p'],
    ['not a replica where it is subscribed since that was the primary', group, anywhere(5), 'r', [], 'p'],
    ['a sharded channel in a group: the primary', group, inSlot(5), null, [], 'p'],
    ['a group without a primary: nowhere', headless, anywhere(5), 'r', [], null],
    ['a channel in a cluster: the primary of its slot', cluster, anywhere(150), null, [], 'b'],
    ['if that cannot be reached the next', cluster, anywhere(150), null, ['b'], 'c'],
    ['and so on around', cluster, anywhere(150), null, ['b', 'c'], 'a'],
    ['if none can be reached the first choice', cluster, anywhere(150), null, ['a', 'b', 'c'], 'b'],
    ['of a slot nobody owns: any', cluster, anywhere(1_000), null, [], 'a'],
    ['of a shard without a primary: the next', withoutA, anywhere(5), null, [], 'b'],
    ['of a primary the cluster calls failed: the next', failedA, anywhere(5), null, [], 'b'],
    ['it stays where it is', cluster, anywhere(150), 'c', [], 'c'],
    ['also on a node that is a replica by now', cluster, anywhere(150), 'a2', [], 'a2'],
    ['also where commands do not reach it: its own connection lives', cluster, anywhere(150), 'c', ['c'], 'c'],
    ['not on a node the cluster calls failed', failedA, anywhere(150), 'a', [], 'b'],
    ['not on a replica without its link', cluster, anywhere(150), 'a3', [], 'b'],
    ['not on a node that has left', cluster, anywhere(150), 'gone', [], 'b'],
    ['a sharded channel: the primary of its slot, wherever it is', cluster, inSlot(250), 'a', [], 'c'],
    ['also when that cannot be reached', cluster, inSlot(250), null, ['c'], 'c'],
    ['of a slot nobody owns: nowhere', cluster, inSlot(1_000), 'a', [], null],
    ['of a shard without a primary: nowhere', withoutA, inSlot(5), null, [], null],
    ['bound to a node: there', cluster, onNode('b'), null, ['b'], 'b'],
    ['bound to a node that is no primary: nowhere', cluster, onNode('a2'), null, [], null],
    ['bound to a node that has left: nowhere', cluster, onNode('gone'), null, [], null],
  ];

describe('nodeForChannel', () => {
  for (const [what, snapshot, placement, current, down, node] of cases) {
    it(what, () => {
      assert.equal(nodeForChannel(placement, snapshot, current, (key) => !down.includes(key))?.key ?? null, node);
    });
  }
});
