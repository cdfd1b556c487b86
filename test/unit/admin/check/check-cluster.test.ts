import assert from 'node:assert/strict';
import { checkCluster } from '../../../../lib/admin/check/check-cluster.js';
import type { ClusterState } from '../../../../lib/admin/state/cluster-state.js';
import { clusterOf, threeShards } from '../cluster-states.js';

describe('the check of a cluster', () => {
  const cases: readonly (readonly [name: string, cluster: ClusterState, expected: readonly RegExp[]])[] = [
    ['finds nothing in a whole one', threeShards(), []],
    [
      'finds slots that nobody serves',
      threeShards({ id: 7001, slots: '3-5460' }),
      [/^error: 3 slots of 16,384 served by no reachable primary: 0-2$/],
    ],
    [
      'finds slots that two claim',
      threeShards({ id: 7001, slots: '0-5462' }),
      [/^error: slots 5461-5462 are claimed by 10.0.0.1:7001 and 10.0.0.1:7002$/],
    ],
    [
      'finds open slots, on both sides',
      threeShards({ id: 7001, migrating: { 5: 7002 } }, { id: 7002, importing: { 5: 7001, 6: 7009 } }),
      [/7001 is sending slots 5 to .*7002/, /7002 is receiving slots 5 from .*7001/, /7002 is receiving slots 6 from 7009ffff \(unknown\)/],
    ],
    [
      'finds nodes that see other owners',
      threeShards({ id: 7003, owners: 'something else' }),
      [/^error: nodes disagree .*7001.*7006 against 10.0.0.1:7003$/],
    ],
    [
      'finds nodes that have not met',
      threeShards({ id: 7003, unknownIds: [7006] }),
      [/^error: 10.0.0.1:7003 does not know 10.0.0.1:7006$/],
    ],
    [
      'finds nodes that call the cluster down',
      threeShards({ id: 7003, state: 'fail' }),
      [/^error: 10.0.0.1:7003 says cluster_state:fail$/],
    ],
    [
      'says once how nodes call the cluster',
      threeShards(...[7001, 7002, 7003].map((id) => ({ id, state: 'fail' }))),
      [/^error: 10.0.0.1:7001, 10.0.0.1:7002, 10.0.0.1:7003 say cluster_state:fail$/],
    ],
    [
      'finds open slots once that replicas know of, too',
      threeShards({ id: 7001, migrating: { 5: 7002 } }, { id: 7004, of: 7001, migrating: { 5: 7002 } }),
      [/7001 is sending slots 5 to .*7002/],
    ],
    [
      'warns of replicas that do not answer',
      threeShards({ id: 7006, down: true }),
      [/^warning: replica 10.0.0.1:7006 .*ECONNREFUSED/, /^warning: .*7003 has no replica/],
    ],
    [
      'finds primaries that do not answer',
      clusterOf({ id: 7001, slots: '0-9', down: true }, { id: 7002, slots: '10-16383' }, { id: 7003, of: 7002 }),
      [/^error: primary 10.0.0.1:7001 .* owns 10 slots$/, /^error: 10 slots .*: 0-9$/],
    ],
    ['warns of primaries without replicas', clusterOf({ id: 7001, slots: '0-16383' }), [/^warning: 10.0.0.1:7001 has no replica/]],
  ];
  for (const [name, cluster, expected] of cases) {
    it(name, () => {
      const found = checkCluster(cluster).map(({ severity, text }) => `${severity}: ${text}`);
      assert.equal(found.length, expected.length, found.join('\n'));
      for (const [index, pattern] of expected.entries()) assert.match(found[index] ?? '', pattern);
    });
  }
});
