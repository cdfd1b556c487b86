import assert from 'node:assert/strict';
import { addressKey } from '../../../../lib/options/address.js';
import { askingOrder } from '../../../../lib/topology/cluster/asking-order.js';
import { makeTopology } from '../../../../lib/topology/snapshot.js';
import { at, keyOf, primaryNode, replicaNode } from '../nodes.js';

describe('askingOrder', () => {
  const topology = makeTopology(
    'cluster',
    [
      { primary: primaryNode(7000), replicas: [replicaNode(7003, 7000), { ...replicaNode(7004, 7000), usable: false }] },
      { primary: primaryNode(7001), replicas: [replicaNode(7005, 7001)] },
    ],
    null,
  );
  const order = (suspects: readonly number[], moved: readonly number[], answered: readonly number[]): string[] => [
    ...new Set(
      askingOrder(topology, { suspects: new Set(suspects.map(keyOf)), moved: moved.map(at) }, answered.map(keyOf), () => 0.5).map(
        (address) => addressKey(address).replace('127.0.0.1:', ''),
      ),
    ),
  ];

  it('begins with those that answered last', () => {
    assert.deepEqual(order([], [], [7005]), ['7005', '7000', '7001', '7003', '7004']);
  });

  it('begins with the node that a MOVED named', () => {
    assert.deepEqual(order([], [7009], [7005])[0], '7009');
  });

  it('does not let nodes that only a MOVED names hold up those that are known', () => {
    assert.deepEqual(order([], [7007, 7008, 7009, 7001], [7005]).slice(0, 4), ['7007', '7008', '7001', '7005']);
    assert.equal(order([], [7007, 7008, 7009], []).at(-1), '7009');
  });

  it('begins with the replicas of a primary that does not answer and asks that one last', () => {
    assert.deepEqual(order([7000], [], [7001]), ['7003', '7001', '7005', '7000', '7004']);
  });
});
