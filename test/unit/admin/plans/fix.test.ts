import { type FixOptions, planFix } from '../../../../lib/admin/plans/fix.js';
import type { ClusterState } from '../../../../lib/admin/state/cluster-state.js';
import { clusterOf, idOf, threeShards } from '../cluster-states.js';
import { assertPlan, type ExpectedPlan } from './assert-plan.js';

describe('the plan of fix', () => {
  type Keys = Readonly<Record<number, Readonly<Record<number, number>>>>;
  const cases: readonly (readonly [name: string, cluster: ClusterState, keys: Keys, options: FixOptions, expected: ExpectedPlan])[] = [
    ['has nothing to do in a whole cluster', threeShards(), {}, {}, []],
    [
      'finishes a move that both ends know of',
      threeShards({ id: 7001, migrating: { 7: 7002 } }, { id: 7002, importing: { 7: 7001 } }),
      { 7: { 7001: 5, 7002: 3 } },
      {},
      ['finish moving 1 slot from 7001 to 7002: 7'],
    ],
    [
      'finishes a move that only the source knows of',
      threeShards({ id: 7001, migrating: { 7: 7002, 8: 7002 } }),
      {},
      {},
      ['finish moving 2 slots from 7001 to 7002: 7-8'],
    ],
    [
      'finishes a move whose source has forgotten it, after keys have gone',
      threeShards({ id: 7002, importing: { 7: 7001 } }),
      { 7: { 7002: 1 } },
      {},
      ['finish moving 1 slot from 7001 to 7002: 7'],
    ],
    [
      'ends a move that has not begun',
      threeShards({ id: 7002, importing: { 7: 7001 } }),
      {},
      {},
      ['end the open state of slots 7 at 7002'],
    ],
    [
      'ends what is left of a move that is over',
      threeShards({ id: 7001, slots: '0-5459', migrating: { 5460: 7002 } }, { id: 7002, slots: '5460-10922' }),
      {},
      {},
      ['end the open state of slots 5460 at 7001'],
    ],
    [
      'takes keys back from where nobody sends a slot',
      threeShards({ id: 7002, importing: { 7: 7003 } }),
      { 7: { 7001: 2, 7002: 1 } },
      {},
      ['take the keys of slots 7 from 7002 to their owner 7001', 'end the open state of slots 7 at 7002'],
    ],
    [
      'takes back keys of slots that look well',
      threeShards(),
      { 7: { 7002: 1 } },
      {},
      ['take the keys of slots 7 from 7002 to their owner 7001'],
    ],
    [
      'gives slots without owner to who has most of their keys, and gathers the others',
      threeShards({ id: 7001, slots: '0-5459' }),
      { 5460: { 7002: 1, 7003: 4 } },
      {},
      ['make 7003 the owner of slots 5460 (1)', 'take the keys of slots 5460 from 7002 to their owner 7003'],
    ],
    [
      'gives slots without keys to who has the fewest',
      threeShards({ id: 7001, slots: '0-5457' }),
      {},
      {},
      ['make 7001 the owner of slots 5458-5460 (3)'],
    ],
    [
      'lets the newest of several owners win, after the keys of the other are gathered',
      threeShards({ id: 7001, slots: '0-5460', epoch: 9 }, { id: 7002, slots: '5460-10922', epoch: 4 }),
      { 5460: { 7001: 1, 7002: 2 } },
      {},
      ['take the keys of slots 5460 from 7002 to their owner 7001', 'make 7001 the owner of slots 5460 (1)'],
    ],
    [
      'takes nothing from nodes that do not answer',
      threeShards({ id: 7001, down: true }),
      {},
      {},
      /10.0.0.1:7001 \(5,461 slots\) cannot be asked: .*--takeover.*--take-unreachable/,
    ],
    [
      'takes them if it is told to',
      clusterOf({ id: 7001, slots: '0-2', down: true }, { id: 7002, slots: '3-8193' }, { id: 7003, slots: '8194-16383' }),
      {},
      { takeUnreachable: true },
      ['make 7003 the owner of slots 0,2 (2)', 'make 7002 the owner of slots 1 (1)'],
    ],
  ];
  for (const [name, cluster, keys, options, expected] of cases) {
    it(name, () => {
      const counts = new Map(
        Object.entries(keys).map(([slot, byNode]) => [
          Number(slot),
          new Map(Object.entries(byNode).map(([id, count]) => [idOf(Number(id)), count])),
        ]),
      );
      assertPlan(() => planFix(cluster, counts, options), expected);
    });
  }
});
