import assert from 'node:assert/strict';
import { type FixOptions, planFix } from '../../../../lib/admin/plans/fix.js';
import type { ClusterState } from '../../../../lib/admin/state/cluster-state.js';
import type { KeyCounts } from '../../../../lib/admin/state/key-counts.js';
import { clusterOf, idOf, threeShards } from '../cluster-states.js';
import { assertPlan, type ExpectedPlan } from './assert-plan.js';

/** Numbers of keys by slot and node. */
type Keys = Readonly<Record<number, Readonly<Record<number, number>>>>;

function countsOf(keys: Keys): KeyCounts {
  return new Map(
    Object.entries(keys).map(([slot, byNode]) => [
      Number(slot),
      new Map(Object.entries(byNode).map(([id, count]) => [idOf(Number(id)), count])),
    ]),
  );
}

describe('the plan of fix', () => {
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
      ['make 7002 the owner of slots 0 (1)', 'make 7003 the owner of slots 1-2 (2)'],
    ],
    [
      'gives each taker of many slots one range',
      threeShards({ id: 7001, down: true }),
      {},
      { takeUnreachable: true },
      ['make 7002 the owner of slots 0-2729 (2730)', 'make 7003 the owner of slots 2730-5460 (2731)'],
    ],
    [
      'finishes a move towards a node that has become a replica with the primary that has its keys now',
      threeShards(
        { id: 7001, migrating: { 7: 7002, 8: 7002 } },
        { id: 7002, slots: '', of: 7005 },
        { id: 7005, of: undefined, slots: '5461-10922' },
      ),
      { 7: { 7001: 5, 7005: 3 } },
      {},
      ['finish moving 2 slots from 7001 to 7005: 7-8'],
    ],
    [
      'takes the keys of a move back from the primary that its target follows now, if it is told to',
      threeShards(
        { id: 7001, migrating: { 7: 7002, 8: 7002 } },
        { id: 7002, slots: '', of: 7005 },
        { id: 7005, of: undefined, slots: '5461-10922' },
      ),
      { 7: { 7001: 5, 7005: 3 } },
      { back: true },
      ['take the keys of slots 7 from 7005 back to 7001, which keeps the slots', 'end the open state of slots 8 at 7001'],
    ],
    [
      'takes the keys of a move back from whoever has them, where its target is gone',
      threeShards({ id: 7001, migrating: { 7: 7009 } }),
      { 7: { 7001: 5, 7002: 3 } },
      {},
      ['take the keys of slots 7 from 7002 back to 7001, which keeps the slots'],
    ],
    [
      'gathers the keys of a third node where the slot has gone',
      threeShards({ id: 7001, migrating: { 7: 7002 } }, { id: 7002, importing: { 7: 7001 } }),
      { 7: { 7001: 5, 7003: 1 } },
      {},
      ['finish moving 1 slot from 7001 to 7002: 7', 'take the keys of slots 7 from 7003 to their owner 7002'],
    ],
    [
      'takes a move back if it is told to',
      threeShards({ id: 7001, migrating: { 7: 7002, 8: 7002, 9: 7002 } }, { id: 7002, importing: { 7: 7001, 8: 7001 } }),
      { 7: { 7001: 5, 7002: 3 }, 8: { 7002: 1 }, 9: { 7001: 2 } },
      { back: true },
      ['take the keys of slots 7-8 from 7002 back to 7001, which keeps the slots', 'end the open state of slots 9 at 7001'],
    ],
    [
      'takes a move back whose source has forgotten it',
      threeShards({ id: 7002, importing: { 7: 7001 } }),
      { 7: { 7001: 5, 7002: 3 } },
      { back: true },
      ['take the keys of slots 7 from 7002 back to 7001, which keeps the slots'],
    ],
    [
      'takes a move back of which no key has moved',
      threeShards({ id: 7001, migrating: { 7: 7002 } }, { id: 7002, importing: { 7: 7001 } }),
      { 7: { 7001: 5 } },
      { back: true },
      ['end the open state of slots 7 at 7001', 'end the open state of slots 7 at 7002'],
    ],
    [
      'does not take back what a target has that is gone',
      threeShards({ id: 7001, migrating: { 7: 7009 } }, { id: 7009, down: true }),
      { 7: { 7001: 5 } },
      { back: true },
      /slot 7 cannot be taken back: 10.0.0.1:7009, which 10.0.0.1:7001 sends it to, cannot be asked/,
    ],
    [
      'with --back still finds owners for slots without one',
      threeShards({ id: 7001, slots: '0-5457' }),
      {},
      { back: true },
      ['make 7001 the owner of slots 5458-5460 (3)'],
    ],
  ];
  for (const [name, cluster, keys, options, expected] of cases) {
    it(name, () => assertPlan(() => planFix(cluster, countsOf(keys), options), expected));
  }

  const consequences: readonly (readonly [
    name: string,
    cluster: ClusterState,
    keys: Keys,
    options: FixOptions,
    expected: readonly RegExp[],
  ])[] = [
    [
      'that keys are lost, where copies of them are, and that there is no majority left',
      threeShards({ id: 7001, down: true }),
      {},
      { takeUnreachable: true },
      [
        /^slots in trouble: 0-5460$/,
        /^the keys of 5,461 slots that only 10.0.0.1:7001 has are lost$/,
        /^10.0.0.1:7004 is a replica of 10.0.0.1:7001 and has its keys: .* --takeover keeps them$/,
        /^2 primaries with slots will be left: if one fails, the rest are no majority/,
      ],
    ],
    [
      'that keys are lost, where three primaries stay a majority without one',
      threeShards({ id: 7001, down: true }, { id: 7004, down: true }, { id: 7009 }),
      {},
      { takeUnreachable: true },
      [/^slots in trouble/, /^the keys of 5,461 slots that only 10.0.0.1:7001 has are lost$/],
    ],
    [
      'that keys are hidden whose move cannot be finished',
      threeShards({ id: 7001, migrating: { 7: 7009 } }, { id: 7009, down: true }),
      { 7: { 7001: 1 } },
      {},
      [/^slots in trouble: 7$/, /^keys of slots 7 that 10.0.0.1:7009 has got are not found while it cannot be asked/],
    ],
    ['nothing of what it does not cost', threeShards({ id: 7001, slots: '0-5459' }), {}, {}, [/^slots in trouble: 5460$/]],
  ];
  for (const [name, cluster, keys, options, expected] of consequences) {
    it(`tells ${name}`, () => {
      const { notes } = planFix(cluster, countsOf(keys), options);
      assert.equal(notes.length, expected.length, notes.join('\n'));
      for (const [index, pattern] of expected.entries()) assert.match(notes[index] ?? '', pattern);
    });
  }
});
