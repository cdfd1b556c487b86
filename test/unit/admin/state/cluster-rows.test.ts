import assert from 'node:assert/strict';
import { clusterRows, clusterTitle } from '../../../../lib/admin/state/cluster-rows.js';
import type { ClusterState } from '../../../../lib/admin/state/cluster-state.js';
import { threeShards } from '../cluster-states.js';

describe('the rows of a cluster', () => {
  const textOf = (cluster: ClusterState): string[] =>
    clusterRows(cluster).map(
      ({ name, depth, role, reachable }) => `${'  '.repeat(depth)}${name.split(':')[1]} ${role}${reachable ? '' : ', down'}`,
    );

  it('are shards in the order of their slots, with replicas under their primary', () => {
    assert.deepEqual(textOf(threeShards({ id: 7001, slots: '5461-10922' }, { id: 7002, slots: '0-5460' })), [
      '7002 primary',
      '  7005 replica',
      '7001 primary',
      '  7004 replica',
      '7003 primary',
      '  7006 replica',
    ]);
  });

  it('keep the replicas of a primary that does not answer under it, and replicas of nodes that nobody knows', () => {
    assert.deepEqual(textOf(threeShards({ id: 7001, down: true }, { id: 7006, of: 7999 })), [
      '7002 primary',
      '  7005 replica',
      '7003 primary',
      '7001 primary, down',
      '  7004 replica',
      '7006 replica',
    ]);
  });

  it('count no keys of a node that does not answer', () => {
    const row = clusterRows(threeShards({ id: 7001, down: true, keys: 5 })).find(({ name }) => name.endsWith(':7001'));
    assert.equal(row?.keys, null);
    assert.equal(row?.problem, 'connect ECONNREFUSED');
  });

  it('have a title', () => {
    assert.equal(clusterTitle(threeShards()), 'cluster of 3 shards, 6 nodes');
  });
});
