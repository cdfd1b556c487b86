import assert from 'node:assert/strict';
import { planRebalance, type RebalanceOptions, sharesOf } from '../../../../lib/admin/plans/rebalance.js';
import { slotsToMove } from '../../../../lib/admin/plans/steps.js';
import type { ClusterState } from '../../../../lib/admin/state/cluster-state.js';
import { clusterOf, idOf, threeShards } from '../cluster-states.js';
import { assertPlan, type ExpectedPlan } from './assert-plan.js';

describe('the plan of rebalance', () => {
  const lopsided = threeShards({ id: 7001, slots: '0-9999' }, { id: 7002, slots: '10000-10922' });
  const cases: readonly (readonly [name: string, cluster: ClusterState, options: RebalanceOptions, expected: ExpectedPlan])[] = [
    ['does nothing where all is even', threeShards(), {}, []],
    ['moves from who has too much to who has too little', lopsided, {}, ['move 4,538 slots from 7001 to 7002: 0-4537']],
    ['does nothing within the threshold', threeShards({ id: 7001, slots: '0-5400' }, { id: 7002, slots: '5401-10922' }), {}, []],
    [
      'moves within a smaller threshold',
      threeShards({ id: 7001, slots: '0-5400' }, { id: 7002, slots: '5401-10922' }),
      { thresholdPercent: 1 },
      ['move 61 slots from 7002 to 7001: 5401-5461'],
    ],
    ['leaves primaries without slots alone', threeShards({ id: 7007 }), {}, []],
    [
      'uses primaries without slots if it is told to',
      threeShards({ id: 7007 }),
      { useEmpty: true },
      [
        'move 1,366 slots from 7002 to 7007: 5461-6826',
        'move 1,365 slots from 7001 to 7007: 0-1364',
        'move 1,365 slots from 7003 to 7007: 10923-12287',
      ],
    ],
    [
      'gives shares by weight',
      threeShards(),
      { weights: { '10.0.0.1:7001': 2 } },
      ['move 1,366 slots from 7002 to 7001: 5461-6826', 'move 1,365 slots from 7003 to 7001: 10923-12287'],
    ],
    [
      'empties a node of weight 0',
      threeShards({ id: 7001, slots: '0-9' }, { id: 7002, slots: '10-8200' }, { id: 7003, slots: '8201-16383' }),
      { weights: { '10.0.0.1:7001': 0 } },
      ['move 9 slots from 7001 to 7003: 0-8', 'move 1 slot from 7001 to 7002: 9'],
    ],
    [
      'finishes open moves first, and reckons with them',
      threeShards({ id: 7001, slots: '0-5461', migrating: { 3: 7002 } }, { id: 7002, slots: '5462-10922', importing: { 3: 7001 } }),
      {},
      ['finish moving 1 slot from 7001 to 7002: 3'],
    ],
    [
      'leaves a slot alone that its owner does not send away: fix would close it',
      threeShards({ id: 7002, importing: { 3: 7001 } }),
      {},
      [],
    ],
    [
      'finishes a move whose target has lost its mark',
      threeShards({ id: 7001, migrating: { 3: 7002 } }),
      {},
      ['finish moving 1 slot from 7001 to 7002: 3'],
    ],
    [
      'refuses two weights of one node',
      threeShards(),
      { weights: { '10.0.0.1:7001': 1, [idOf(7001)]: 2 } },
      /10\.0\.0\.1:7001 was given two weights/,
    ],
    ['refuses a weight of a replica', threeShards(), { weights: { '10.0.0.1:7004': 1 } }, /only primaries have slots/],
    [
      'refuses weights that leave nobody',
      clusterOf({ id: 7001, slots: '0-16383' }),
      { weights: { '10.0.0.1:7001': 0 } },
      /at least one primary/,
    ],
  ];
  for (const [name, cluster, options, expected] of cases) {
    it(name, () => assertPlan(() => planRebalance(cluster, options), expected));
  }

  const titles: readonly (readonly [name: string, cluster: ClusterState, options: RebalanceOptions, title: string, notes: RegExp])[] = [
    ['has nothing to do', threeShards(), {}, 'nothing to move: all are within 2 % of their share', /^$/],
    [
      'leaves open slots alone',
      threeShards({ id: 7002, importing: { 3: 7001 } }),
      {},
      'nothing to move: all are within 2 % of their share',
      /^slots 3 are open and stay where they are: slotwise cluster fix mends them$/,
    ],
    [
      'only finishes',
      threeShards({ id: 7001, migrating: { 3: 7002 } }),
      {},
      'finish moving 1 slot that was left open; no more has to move: all are within 2 % of their share',
      /^$/,
    ],
    ['moves', lopsided, {}, 'rebalance by moving 4,538 slots', /^$/],
    [
      'does both',
      threeShards({ id: 7001, slots: '0-9999', migrating: { 3: 7002 } }, { id: 7002, slots: '10000-10922' }),
      {},
      'finish moving 1 slot that was left open, then rebalance by moving 4,537 slots',
      /^$/,
    ],
    [
      'passes over empty primaries',
      threeShards({ id: 7007 }),
      {},
      'nothing to move: all are within 2 % of their share',
      /^10\.0\.0\.1:7007 without slots: --use-empty gives them a share$/,
    ],
  ];
  for (const [name, cluster, options, title, notes] of titles) {
    it(`says in its title what it does where it ${name}`, () => {
      const plan = planRebalance(cluster, options);
      assert.equal(plan.title, title);
      assert.match(plan.notes.join('\n'), notes);
    });
  }

  for (const weights of [[1, 1, 1], [1], [3, 1], [1, 1, 1, 1, 1, 1, 1], [0.1, 0.2, 0.3], [5, 0]]) {
    it(`gives all slots away by the weights ${weights.join(', ')}`, () => {
      assert.equal(
        sharesOf(weights).reduce((sum, share) => sum + share, 0),
        16_384,
      );
    });
  }

  it('brings everybody to its share, whatever it begins with', () => {
    let at = 0;
    const specs = [1, 5_000, 20, 8_000, 3_363].map((size, index) => {
      const spec = { id: 7001 + index, slots: `${at}-${at + size - 1}` };
      at += size;
      return spec;
    });
    const plan = planRebalance(clusterOf(...specs), { thresholdPercent: 0 });
    const sizes = new Map(specs.map(({ id, slots }) => [idOf(id), Number(slots.split('-')[1]) - Number(slots.split('-')[0]) + 1]));
    for (const step of plan.steps) {
      if (step.do !== 'moveSlots') continue;
      sizes.set(step.from.id, (sizes.get(step.from.id) ?? 0) - step.slots.length);
      sizes.set(step.to.id, (sizes.get(step.to.id) ?? 0) + step.slots.length);
    }
    assert.ok([...sizes.values()].every((size) => size === 3_276 || size === 3_277));
    assert.equal(slotsToMove(plan), 5_000 - 3_277 + (8_000 - 3_277) + (3_363 - 3_276));
  });
});
