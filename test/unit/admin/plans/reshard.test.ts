import { planReshard, type ReshardOptions } from '../../../../lib/admin/plans/reshard.js';
import type { ClusterState } from '../../../../lib/admin/state/cluster-state.js';
import { threeShards } from '../cluster-states.js';
import { assertPlan, type ExpectedPlan } from './assert-plan.js';

describe('the plan of reshard', () => {
  const cases: readonly (readonly [name: string, cluster: ClusterState, options: ReshardOptions, expected: ExpectedPlan])[] = [
    [
      'takes slots from one',
      threeShards(),
      { from: ['10.0.0.1:7001'], to: '10.0.0.1:7002', slots: 100 },
      ['move 100 slots from 7001 to 7002: 0-99'],
    ],
    [
      'takes slots from all by their size',
      threeShards({ id: 7001, slots: '0-999' }, { id: 7002, slots: '1000-10922' }),
      { from: 'all', to: '10.0.0.1:7003', slots: 1_000 },
      ['move 909 slots from 7002 to 7003: 1000-1908', 'move 91 slots from 7001 to 7003: 0-90'],
    ],
    [
      'takes the slots that are named, from whoever has them',
      threeShards(),
      { from: 'all', to: '10.0.0.1:7003', slots: [5, 6, 5461, 16_000] },
      ['move 2 slots from 7001 to 7003: 5-6', 'move 1 slot from 7002 to 7003: 5461'],
    ],
    ['has nothing to do when they are there', threeShards(), { from: 'all', to: '10.0.0.1:7001', slots: [1, 2] }, []],
    [
      'finishes what is open between the same nodes, and counts it',
      threeShards({ id: 7001, migrating: { 7: 7002 } }, { id: 7002, importing: { 7: 7001, 8: 7001 } }),
      { from: ['10.0.0.1:7001'], to: '10.0.0.1:7002', slots: 4 },
      ['finish moving 2 slots from 7001 to 7002: 7-8', 'move 2 slots from 7001 to 7002: 0-1'],
    ],
    [
      'ends what is left at the source of slots that the target has',
      threeShards({ id: 7001, slots: '0-99,102-5460', migrating: { 100: 7002, 101: 7002 } }, { id: 7002, slots: '100-101,5461-10922' }),
      { from: ['10.0.0.1:7001'], to: '10.0.0.1:7002', slots: [101, 102] },
      ['move 1 slot from 7001 to 7002: 102', 'end the open state of slots 101 at 7001'],
    ],
    [
      'leaves what is open for others',
      threeShards({ id: 7001, migrating: { 0: 7003 } }),
      { from: ['10.0.0.1:7001'], to: '10.0.0.1:7002', slots: 1 },
      ['move 1 slot from 7001 to 7002: 1'],
    ],
    [
      'takes all',
      threeShards({ id: 7001, slots: '0-9' }, { id: 7002, slots: '10-10922' }),
      { from: ['7001f'], to: '7002f', slots: 'all' },
      ['move 10 slots from 7001 to 7002: 0-9'],
    ],
    [
      'knows how many there are',
      threeShards(),
      { from: ['7001f'], to: '7002f', slots: 6_000 },
      /6,000 slots cannot be moved: 10.0.0.1:7001 can give 5,461/,
    ],
    [
      'refuses replicas',
      threeShards(),
      { from: 'all', to: '10.0.0.1:7004', slots: 1 },
      /7004 is a replica of 10.0.0.1:7001: only primaries give and get slots, so name 10.0.0.1:7001/,
    ],
    [
      'refuses replicas as sources, too',
      threeShards(),
      { from: ['10.0.0.1:7001', '10.0.0.1:7005'], to: '10.0.0.1:7003', slots: 1 },
      /7005 is a replica of 10.0.0.1:7002: only primaries give and get slots, so name 10.0.0.1:7002/,
    ],
    [
      'refuses a target that is the only source',
      threeShards(),
      { from: ['10.0.0.1:7001', '7001f'], to: '10.0.0.1:7001', slots: 1 },
      /7001 is the source and the target/,
    ],
    [
      'takes nothing from a target that is one of the sources',
      threeShards(),
      { from: ['10.0.0.1:7001', '7002f'], to: '10.0.0.1:7001', slots: 1 },
      ['move 1 slot from 7002 to 7001: 5461'],
    ],
    [
      'refuses sources without slots',
      threeShards({ id: 7007 }),
      { from: ['7007f'], to: '10.0.0.1:7001', slots: 'all' },
      /7007 has no slots to give/,
    ],
    [
      'refuses a source that is gone',
      threeShards({ id: 7007, down: true }),
      { from: ['7007f'], to: '10.0.0.1:7001', slots: 'all' },
      /7007 cannot be asked: connect ECONNREFUSED/,
    ],
    [
      'refuses names it does not know',
      threeShards(),
      { from: 'all', to: '10.0.0.1:8000', slots: 1 },
      /10.0.0.1:8000 is no node of the cluster.*7001/,
    ],
    [
      'refuses slots of others',
      threeShards(),
      { from: ['7001f'], to: '7002f', slots: [16_383] },
      /16383 belong to none of the sources, but to 10.0.0.1:7003/,
    ],
    [
      'refuses to work on a broken cluster',
      threeShards({ id: 7001, slots: '1-5460' }),
      { from: 'all', to: '7002f', slots: 1 },
      /not whole: 1 slot .* fix/,
    ],
  ];
  for (const [name, cluster, options, expected] of cases) {
    it(name, () => assertPlan(() => planReshard(cluster, options), expected));
  }
});
