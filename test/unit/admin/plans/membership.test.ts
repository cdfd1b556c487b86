import assert from 'node:assert/strict';
import { planAddNode, planDelNode, planFailover, planForget, planReplicate } from '../../../../lib/admin/plans/membership.js';
import type { Plan } from '../../../../lib/admin/plans/steps.js';
import type { ClusterState } from '../../../../lib/admin/state/cluster-state.js';
import { clusterOf, idOf, threeShards, unjoinedServer } from '../cluster-states.js';
import { withTold } from '../preflight/told.js';
import { assertPlan, type ExpectedPlan, stepTexts } from './assert-plan.js';

describe('the plan of', () => {
  const cases: readonly (readonly [name: string, make: () => Plan, expected: ExpectedPlan])[] = [
    [
      'add-node introduces a primary',
      () => planAddNode(threeShards(), unjoinedServer({ id: 7007 }), null),
      ['give 7007 the functions of 7001', 'introduce 7007 to 7001', 'wait until 7 nodes know each other'],
    ],
    [
      'add-node takes a copy of a member for no member',
      () => {
        const copy = withTold(clusterOf({ id: 7001, host: '10.0.0.9', slots: '0-5460' }, { id: 7002 }), {
          7001: { info: { run_id: 'b' } },
        });
        return planAddNode(withTold(threeShards(), { 7001: { info: { run_id: 'a' } } }), copy, null);
      },
      /10\.0\.0\.9:7001 has the node id of 10\.0\.0\.1:7001 \(7001ffff\): its cluster-config-file was copied/,
    ],
    [
      'add-node copies no functions where there are none',
      () => planAddNode(withTold(threeShards(), { 7001: { info: { number_of_libraries: '0' } } }), unjoinedServer({ id: 7007 }), null),
      ['introduce 7007 to 7001', 'wait until 7 nodes know each other'],
    ],
    [
      'add-node makes a replica of the primary that has the fewest',
      () => planAddNode(threeShards({ id: 7005, of: 7001 }), unjoinedServer({ id: 7007 }), 'auto'),
      ['introduce 7007 to 7001', 'wait until 7 nodes know each other', 'make 7007 a replica of 7002'],
    ],
    [
      'add-node goes on where an earlier one ended',
      () => planAddNode(threeShards({ id: 7007 }), clusterOf({ id: 7007 }, { id: 7001 }), '10.0.0.1:7003'),
      ['wait until 7 nodes know each other', 'make 7007 a replica of 7003'],
    ],
    [
      'add-node forgets who was at the address before',
      () => planAddNode(threeShards({ id: 7006, of: 7003, down: true }), unjoinedServer({ id: 7100, host: '10.0.0.1' }), null),
      ['give 7100 the functions of 7001', 'introduce 7100 to 7001', 'wait until 6 nodes know each other'],
    ],
    [
      'add-node wants an empty server',
      () => planAddNode(threeShards(), unjoinedServer({ id: 7007, keys: 1 }), null),
      /7007 holds 1 key\. Empty it/,
    ],
    [
      'add-node wants no slots',
      () => planAddNode(threeShards(), unjoinedServer({ id: 7007, slots: '1' }), null),
      /7007 has 1 slot of its own/,
    ],
    [
      'add-node wants no member of another cluster',
      () => planAddNode(threeShards(), clusterOf({ id: 7007 }, { id: 8001 }), null),
      /another cluster/,
    ],
    [
      'add-node does not make a primary of a replica',
      () => planAddNode(threeShards(), clusterOf({ id: 7004, of: 7001 }, { id: 7001 }), null),
      /7004 is a member already, a replica of 10\.0\.0\.1:7001/,
    ],
    [
      'add-node wants a primary to follow',
      () => planAddNode(threeShards(), unjoinedServer({ id: 7007 }), '10.0.0.1:7004'),
      /7004 is a replica of/,
    ],
    [
      'del-node has everybody forget a replica',
      () => planDelNode(threeShards(), '10.0.0.1:7006'),
      [7001, 7002, 7003, 7004, 7005]
        .map((id) => `have ${id} forget 7006 (7006ffff)`)
        .concat('reset 7006: it forgets the cluster and gets a new id'),
    ],
    [
      'del-node gives the replicas of a primary to others',
      () => planDelNode(clusterOf({ id: 7001, slots: '0-16383' }, { id: 7002 }, { id: 7003, of: 7002 }), '10.0.0.1:7002'),
      [
        'make 7003 a replica of 7001',
        'have 7001 forget 7002 (7002ffff)',
        'have 7003 forget 7002 (7002ffff)',
        'reset 7002: it forgets the cluster and gets a new id',
      ],
    ],
    [
      'del-node goes on where some have forgotten',
      () =>
        planDelNode(
          clusterOf({ id: 7001, slots: '0-16383', unknownIds: [7003] }, { id: 7002 }, { id: 7003, of: 7001, down: true }),
          '10.0.0.1:7003',
        ),
      ['have 7002 forget 7003 (7003ffff)'],
    ],
    [
      'del-node refuses who holds slots',
      () => planDelNode(threeShards(), '10.0.0.1:7001'),
      /7001 holds 5,461 slots, so it is not removed\. Move them first: .*reshard/,
    ],
    [
      'del-node refuses who holds keys',
      () => planDelNode(threeShards({ id: 7007, keys: 2 }), '10.0.0.1:7007'),
      /still holds 2 keys: slotwise cluster fix/,
    ],
    [
      'del-node refuses who does not tell how many keys it has',
      () => planDelNode(threeShards({ id: 7007, keysKnown: false }), '10.0.0.1:7007'),
      /7007 does not tell how many keys it has/,
    ],
    [
      'replicate has a replica follow another primary',
      () => planReplicate(threeShards(), '10.0.0.1:7004', '10.0.0.1:7002'),
      ['make 7004 a replica of 7002'],
    ],
    [
      'replicate takes the replicas of an empty primary along',
      () => planReplicate(threeShards({ id: 7007 }, { id: 7008, of: 7007 }), '7007', '7001f'),
      ['make 7007 a replica of 7001', 'make 7008 a replica of 7001'],
    ],
    ['replicate has nothing to do for who follows already', () => planReplicate(threeShards(), '7004f', '7001f'), []],
    ['replicate refuses who holds slots', () => planReplicate(threeShards(), '7001f', '7002f'), /7001 owns 5,461 slots: move them/],
    [
      'replicate refuses a primary that holds keys',
      () => planReplicate(threeShards({ id: 7007, keys: 3 }), '7007f', '7002f'),
      /7007 owns no slots but still holds 3 keys/,
    ],
    ['replicate refuses a replica as primary', () => planReplicate(threeShards(), '7004f', '7005f'), /7005 is a replica of 10.0.0.1:7002/],
    ['replicate refuses a node and itself', () => planReplicate(threeShards(), '7004f', '10.0.0.1:7004'), /replica of itself/],
    [
      'replicate refuses who is gone',
      () => planReplicate(threeShards({ id: 7004, down: true }), '7004f', '7002f'),
      /7004 cannot be asked: connect ECONNREFUSED/,
    ],
    [
      'forget lets go of who is gone',
      () => planForget(clusterOf({ id: 7001, slots: '0-16383' }, { id: 7002, down: true }), '7002'),
      ['have 7001 forget 7002 (7002ffff)'],
    ],
    ['forget refuses who is there', () => planForget(threeShards(), '10.0.0.1:7004'), /answers: remove it with del-node/],
    [
      'forget refuses who owns slots',
      () => planForget(threeShards({ id: 7001, down: true }), '10.0.0.1:7001'),
      /owns 5,461 slots.*--takeover/,
    ],
    [
      'failover promotes a replica',
      () => planFailover(threeShards(), '10.0.0.1:7004', 'coordinated'),
      ['make 7004 the primary of its shard'],
    ],
    ['failover has nothing to do for a primary', () => planFailover(threeShards(), '10.0.0.1:7001', 'coordinated'), []],
    ['failover needs the primary', () => planFailover(threeShards({ id: 7001, down: true }), '10.0.0.1:7004', 'coordinated'), /--force/],
    [
      'failover by force does not',
      () => planFailover(threeShards({ id: 7001, down: true }), '10.0.0.1:7004', 'force'),
      ['make 7004 the primary of its shard (force)'],
    ],
  ];
  for (const [name, make, expected] of cases) it(name, () => assertPlan(make, expected));

  it('replicate says which primary is left without a replica', () => {
    assert.deepEqual(planReplicate(threeShards(), '7004f', '7002f').notes, ['10.0.0.1:7001 is left without a replica']);
    assert.deepEqual(planReplicate(threeShards({ id: 7008, of: 7001 }), '7004f', '7002f').notes, []);
  });

  it('add-node says that a member is one, and not that it gets slots', () => {
    const plan = planAddNode(threeShards(), clusterOf({ id: 7001, slots: '0-5460' }, { id: 7002 }), null);
    assert.match(plan.title, /7001 is a member already/);
    assert.deepEqual(plan.notes, []);
  });

  it('add-node has the others forget who had its address', () => {
    const cluster = threeShards({ id: 7006, of: 7003, down: true });
    const newcomer = unjoinedServer({ id: 7006 });
    const [node] = [...newcomer.nodes.values()];
    assert.ok(node !== undefined);
    const id = idOf(7106);
    const own: ClusterState = {
      nodes: new Map([[id, { ...node, id }]]),
      views: new Map([[id, { owners: '', known: new Set([id]), strangers: 0, suspects: new Map(), state: 'fail' }]]),
    };
    assert.deepEqual(stepTexts(planAddNode(cluster, own, null)), [
      ...[7001, 7002, 7003, 7004, 7005].map((other) => `have ${other} forget 7006 (7006ffff)`),
      'give 7006 the functions of 7001',
      'introduce 7006 to 7001',
      'wait until 6 nodes know each other',
    ]);
  });
});
