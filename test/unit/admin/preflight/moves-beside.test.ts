import assert from 'node:assert/strict';
import type { MoveUnderWay } from '../../../../lib/admin/check/moves-under-way.js';
import { planRebalance } from '../../../../lib/admin/plans/rebalance.js';
import { planReshard, type ReshardOptions } from '../../../../lib/admin/plans/reshard.js';
import type { Plan } from '../../../../lib/admin/plans/steps.js';
import { planBeside, type SlotChoice } from '../../../../lib/admin/preflight/moves-beside.js';
import type { ClusterState } from '../../../../lib/admin/state/cluster-state.js';
import { idOf, threeShards } from '../cluster-states.js';

describe('a plan of moves, beside moves that are under way', () => {
  const move = (slots: readonly number[], job: string | null = null): MoveUnderWay => ({ from: idOf(7001), to: idOf(7002), slots, job });
  const reshard = (cluster: ClusterState, from: string, slots: ReshardOptions['slots']): Plan =>
    planReshard(cluster, { from: [from], to: '10.0.0.1:7003', slots });
  const whole = threeShards();
  const skewed = threeShards({ id: 7001, slots: '1-5460' });

  const cases: readonly (readonly [
    name: string,
    moves: readonly MoveUnderWay[],
    cluster: ClusterState,
    choice: SlotChoice,
    make: (cluster: ClusterState) => Plan,
    expected: RegExp | number,
  ])[] = [
    ['is made where there are none', [], whole, 'number', (cluster) => reshard(cluster, '7001f', 5), 0],
    ['is made of other slots, and says so', [move([9])], whole, 'named', (cluster) => reshard(cluster, '7001f', [10, 11]), 1],
    [
      'is not made of the same slots',
      [move([9])],
      whole,
      'named',
      (cluster) => reshard(cluster, '7001f', [9]),
      /a move is under way from \S+7001 to \S+7002, of slots 9: .*Ctrl-C there/,
    ],
    [
      'is made of slots that a migration moves between the same nodes: it is waited for',
      [{ ...move([9], 'job-1'), to: idOf(7003) }],
      whole,
      'named',
      (cluster) => reshard(cluster, '7001f', [9, 10]),
      1,
    ],
    [
      'is not made of slots that a migration moves elsewhere',
      [move([9], 'job-1')],
      whole,
      'named',
      (cluster) => reshard(cluster, '7001f', [9, 10]),
      /by atomic migration job-1/,
    ],
    [
      'is not made of a number of slots of the same source',
      [move([9])],
      whole,
      'number',
      (cluster) => reshard(cluster, '7001f', 5),
      /a move is under way/,
    ],
    ['is made of a number of slots of another one', [move([9])], whole, 'number', (cluster) => reshard(cluster, '7002f', 5), 1],
    ['is not made for shares', [move([9], 'job-1')], whole, 'share', planRebalance, /by atomic migration job-1, of slots 9/],
    [
      'is refused for the moves, not for how the cluster looks meanwhile',
      [move([0])],
      skewed,
      'named',
      (cluster) => reshard(cluster, '7002f', [6_000]),
      /a move is under way/,
    ],
    [
      'is refused for how the cluster looks without them',
      [],
      skewed,
      'named',
      (cluster) => reshard(cluster, '7002f', [6_000]),
      /not whole: 1 slot/,
    ],
  ];
  for (const [name, moves, cluster, choice, make, expected] of cases) {
    it(name, () => {
      const plan = (): Plan => planBeside(moves, cluster, choice, () => make(cluster));
      if (expected instanceof RegExp) assert.throws(plan, expected);
      else assert.equal(plan().notes.filter((note) => note.includes('under way')).length, expected);
    });
  }
});
