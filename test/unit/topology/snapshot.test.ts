import assert from 'node:assert/strict';
import { TopologyError } from '../../../lib/errors.js';
import { SlotMap } from '../../../lib/topology/slot-map.js';
import {
  findNode,
  makeTopology,
  type NodeInfo,
  type Role,
  sameTopology,
  type TopologySnapshot,
  withMoved,
} from '../../../lib/topology/snapshot.js';
import { describeTopology } from './describe-topology.js';
import { at, rules } from './nodes.js';

function node(port: number, role: Role, replicaOf: number | null = null, more: Partial<NodeInfo> = {}): NodeInfo {
  const info = rules.node({
    id: `id-${port}`,
    address: at(port),
    names: [at(`node-${port}.example.com:6379`)],
    role,
    usable: true,
    replicaOf: replicaOf === null ? null : `127.0.0.1:${replicaOf}`,
    depth: role === 'primary' ? 0 : 1,
    priority: 100,
  });
  return { ...info, ...more };
}

const make = (more: Partial<NodeInfo> = {}): TopologySnapshot =>
  makeTopology(
    'cluster',
    [
      { primary: node(7000, 'primary'), replicas: [node(7003, 'replica', 7000, more)] },
      { primary: node(7001, 'primary'), replicas: [] },
    ],
    SlotMap.fromRanges([
      { start: 0, end: 8191, shard: 0 },
      { start: 8192, end: 16_000, shard: 1 },
    ]),
  );

const moved5 = (topology: TopologySnapshot, address: number | string): TopologySnapshot =>
  withMoved(topology, [{ slot: 5, address: at(address) }]);

describe('withMoved', () => {
  const cases: readonly (readonly [what: string, slot: number, address: string | number, expected: readonly string[]])[] = [
    ['points the slot to the shard of a known primary', 5, 7001, ['0-4,6-8191 7000 < 7003', '5,8192-16000 7001']],
    ['finds a known primary by another of its names', 5, 'node-7001.example.com:6379', ['0-4,6-8191 7000 < 7003', '5,8192-16000 7001']],
    [
      'gives a replica, which must have been promoted, a shard of its own',
      5,
      7003,
      ['0-4,6-8191 7000 < 7003', '8192-16000 7001', '5 7003'],
    ],
    ['gives an unknown node a shard of its own', 5, 7009, ['0-4,6-8191 7000 < 7003', '8192-16000 7001', '5 7009']],
    ['takes a slot that had no owner', 16_383, 7000, ['0-8191,16383 7000 < 7003', '8192-16000 7001']],
  ];
  for (const [what, slot, address, expected] of cases) {
    it(what, () => {
      const before = make();
      const after = withMoved(before, [{ slot, address: at(address) }]);
      assert.deepEqual(describeTopology(after), expected);
      assert.deepEqual(describeTopology(before), describeTopology(make()), 'the snapshot before must not change');
    });
  }

  it('makes the promoted node a primary in the list of nodes', () => {
    const after = moved5(make(), 7003);
    assert.deepEqual(
      [after.nodes.get('127.0.0.1:7003')?.role, after.nodes.get('127.0.0.1:7003')?.replicaOf, after.nodes.get('127.0.0.1:7003')?.id],
      ['primary', null, 'id-7003'],
    );
  });

  it('puts further slots into the shard that the first one made', () => {
    const after = [5, 6, 7].reduce((topology, slot) => withMoved(topology, [{ slot, address: at(7009) }]), make());
    assert.deepEqual(describeTopology(after).slice(2), ['5-7 7009']);
  });

  it('takes many at once, as one after the other', () => {
    const moves = [5, 6, 16_383, 9_000].flatMap((slot, i) =>
      [7001, 7009, 7003, 7000].map((port) => ({ slot: slot + i, address: at(port + i) })),
    );
    const oneByOne = moves.reduce((topology, move) => withMoved(topology, [move]), make());
    assert.deepEqual(describeTopology(withMoved(make(), moves)), describeTopology(oneByOne));
    assert.equal(withMoved(make(), moves).slots?.uncovered, oneByOne.slots?.uncovered);
    assert.deepEqual([...withMoved(make(), moves).nodes.keys()].sort(), [...oneByOne.nodes.keys()].sort());
  });

  it('gives the same snapshot back when nothing changes', () => {
    const topology = make();
    assert.equal(moved5(topology, 7000), topology);
    assert.equal(moved5(topology, 'node-7000.example.com:6379'), topology);
    const moved = moved5(topology, 7009);
    assert.equal(moved5(moved, 7009), moved);
  });

  it('ignores slots that cannot be, and topologies without slots', () => {
    const topology = make();
    for (const slot of [-1, 16_384, 1.5, Number.NaN]) assert.equal(withMoved(topology, [{ slot, address: at(7001) }]), topology);
    const single = makeTopology('single', [{ primary: node(7000, 'primary'), replicas: [] }], null);
    assert.equal(moved5(single, 7001), single);
  });
});

describe('sameTopology', () => {
  const problem = (text: string): TopologyError => new TopologyError('ERR_ROLE_MISMATCH', text);
  const cases: readonly (readonly [what: string, other: TopologySnapshot, same: boolean])[] = [
    ['the same facts', make(), true],
    ['a slot elsewhere', moved5(make(), 7001), false],
    ['a replica that is not usable any more', make({ usable: false }), false],
    ['a node with another id at the same address', make({ id: 'other' }), false],
    ['other tags', make({ tags: { use: 'video' } }), false],
    ['another name', make({ aliases: [] }), false],
    ['another priority', make({ priority: 1 }), false],
    ['a problem', { ...make(), problem: problem('a') }, false],
    ['no slots', { ...make(), slots: null }, false],
  ];
  for (const [what, other, same] of cases) {
    it(`takes ${what} for ${same ? 'no change' : 'a change'}`, () => {
      assert.equal(sameTopology(make(), other), same);
      assert.equal(sameTopology(other, make()), same);
    });
  }

  it('compares problems by their message', () => {
    assert.ok(sameTopology({ ...make(), problem: problem('a') }, { ...make(), problem: problem('a') }));
    assert.ok(!sameTopology({ ...make(), problem: problem('a') }, { ...make(), problem: problem('b') }));
  });

  it('sees a shard without a primary', () => {
    const without = makeTopology('replication', [{ primary: null, replicas: [] }], null);
    const withPrimary = makeTopology('replication', [{ primary: node(7000, 'primary'), replicas: [] }], null);
    assert.ok(!sameTopology(without, withPrimary));
    assert.ok(sameTopology(without, makeTopology('replication', [{ primary: null, replicas: [] }], null)));
  });
});

describe('findNode', () => {
  it('knows a node by its key and by its other names', () => {
    assert.equal(findNode(make(), '127.0.0.1:7003')?.id, 'id-7003');
    assert.equal(findNode(make(), 'node-7003.example.com:6379')?.id, 'id-7003');
    assert.equal(findNode(make(), '127.0.0.1:7009'), undefined);
  });
});
