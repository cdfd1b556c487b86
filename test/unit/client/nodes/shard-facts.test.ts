import assert from 'node:assert/strict';
import { ShardFacts } from '../../../../lib/client/nodes/shard-facts.js';
import type { TopologyOptions } from '../../../../lib/options/topology.js';
import type { Node } from '../../../../lib/pool/node.js';
import { UNKNOWN_STATE } from '../../../../lib/routing/reads/selection.js';
import { Router } from '../../../../lib/routing/router.js';
import { mergeMembers } from '../../../../lib/topology/ring/merge.js';
import { SlotMap } from '../../../../lib/topology/slot-map.js';
import { makeTopology, type NodeInfo, type Shard, type TopologySnapshot } from '../../../../lib/topology/snapshot.js';
import { keyOf, primaryNode, replicaNode } from '../../topology/nodes.js';

const group: Shard = { primary: primaryNode(1), replicas: [replicaNode(2, 1)] };
const alone: Shard = { primary: primaryNode(3), replicas: [] };
/** A server at a fixed address that is a replica. */
const follower: Shard = { primary: replicaNode(4, 9), replicas: [replicaNode(4, 9)] };

const ringOf = (...members: readonly (readonly ['single' | 'replication' | 'sentinel', Shard])[]): TopologySnapshot =>
  mergeMembers(
    members.map(([kind, shard], slot) => {
      const snapshot = makeTopology(kind, [shard], null);
      return { name: `m${slot}`, kind, slot, snapshot, error: null, ejected: false };
    }),
    members.length,
  );
const ring = ringOf(
  ['replication', group],
  ['single', alone],
  ['single', follower],
  ['sentinel', { primary: primaryNode(5), replicas: [replicaNode(6, 5)] }],
);

function factsOf(snapshot: TopologySnapshot | null, kind: TopologyOptions['kind']): ShardFacts {
  const source = { nodeOf: ({ key }: NodeInfo) => ({ key }) as Node, stateOf: () => UNKNOWN_STATE };
  const router = snapshot === null ? null : new Router(snapshot, source);
  return new ShardFacts(kind, () => router);
}

describe('facts of nodes and their shards', () => {
  const single = makeTopology('single', [follower], null);
  const replicated = makeTopology('replication', [group], null);
  /** Topology, kind of the options, node, whether it is a fixed address, whether that leads to a replica, and who may succeed it. */
  const cases = [
    ['a single server', single, 'single', 4, true, true, []],
    ['a group', replicated, 'replication', 1, false, false, [2]],
    ['nothing that is known', null, 'single', 4, true, false, []],
    ['a group in a ring', ring, 'ring', 1, false, false, [2]],
    ['a server in a ring', ring, 'ring', 3, true, false, []],
    ['a server in a ring that follows another one', ring, 'ring', 4, true, true, []],
    ['a group that sentinels watch in a ring', ring, 'ring', 5, false, false, []],
  ] as const;
  for (const [what, snapshot, kind, port, isFixed, leads, successors] of cases) {
    it(`of ${what}`, () => {
      const facts = factsOf(snapshot, kind);
      assert.equal(facts.isFixedAddress(keyOf(port)), isFixed);
      assert.equal(facts.leadsToReplica({ node: keyOf(port) }), leads);
      assert.deepEqual(
        facts.maySucceed(keyOf(port)).map(({ key }) => key),
        successors.map(keyOf),
      );
    });
  }

  it('find the primary of a slot', () => {
    assert.deepEqual(
      [-1, 0, 1, 7].map((slot) => factsOf(ring, 'ring').primaryOf(slot)?.key),
      [undefined, keyOf(1), keyOf(3), undefined],
    );
    assert.equal(factsOf(replicated, 'replication').primaryOf(-1)?.key, keyOf(1));
    assert.deepEqual(
      [0, 2].map((slot) => factsOf(ring, 'ring').leadsToReplica({ slot })),
      [false, true],
    );
  });

  it('know which slots of a cluster have gone to another node', () => {
    const slots = SlotMap.fromRanges([group, alone].map((_, shard) => ({ start: shard * 100, end: shard * 100 + 99, shard })));
    const facts = factsOf(makeTopology('cluster', [group, alone], slots), 'cluster');
    const left = [0, 100, 200, -1].map((slot) => [1, 2, 3].map((port) => facts.hasLeft(slot, keyOf(port))));
    assert.deepEqual(left, [
      [false, true, true],
      [true, true, false],
      // Nobody has it, or there is none.
      [false, false, false],
      [false, false, false],
    ]);
    assert.equal(factsOf(replicated, 'replication').hasLeft(0, keyOf(2)), false);
  });
});
