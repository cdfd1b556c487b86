import assert from 'node:assert/strict';
import type { PlanStep } from '../../../../lib/admin/plans/steps.js';
import { judge } from '../../../../lib/admin/run/guards.js';
import { slotsText } from '../../../../lib/admin/slot-list.js';
import type { AdminNode, ClusterState } from '../../../../lib/admin/state/cluster-state.js';
import { clusterOf, idOf, type NodeSpec, threeShards } from '../cluster-states.js';

/** Numbers of keys by slot and node. */
type Keys = Readonly<Record<number, Readonly<Record<number, number>>>>;
/** `all`: the whole step is left; `done`: nothing is; slots: these are left; a pattern: it is refused. */
type Expected = 'all' | 'done' | readonly number[] | RegExp;
type Row = readonly [name: string, step: PlanStep, cluster: ClusterState, expected: Expected, keys?: Keys];

const planned = threeShards({ id: 7007 });
const node = (id: number): AdminNode => planned.nodes.get(idOf(id)) ?? assert.fail(`no node ${id}`);
const [a, b, c, replica, spare] = [7001, 7002, 7003, 7004, 7007].map(node) as [AdminNode, AdminNode, AdminNode, AdminNode, AdminNode];
const slots = [7, 8];

const move: PlanStep = { do: 'moveSlots', from: a, to: b, slots, replace: false, others: [c] };
const finish: PlanStep = { ...move, replace: true };
const gather: PlanStep = { do: 'gather', from: b, to: a, slots, duplicates: 'refuse' };
const takeBack: PlanStep = { do: 'takeBack', from: b, to: a, slots };
const assign: PlanStep = { do: 'assign', node: b, slots, others: [a, c] };
const close: PlanStep = { do: 'close', node: b, slots };
const addSlots: PlanStep = { do: 'addSlots', node: spare, slots };
const failover: PlanStep = { do: 'failover', node: replica, mode: 'coordinated' };

const withoutSlots = (...specs: readonly NodeSpec[]): ClusterState => threeShards({ id: 7001, slots: '0-6,9-5460' }, ...specs);

const rows: readonly Row[] = [
  ['an epoch is set where there is none', { do: 'setEpoch', node: spare, epoch: 3 }, clusterOf({ id: 7007, epoch: 0 }), 'all'],
  ['an epoch is not set twice', { do: 'setEpoch', node: spare, epoch: 3 }, clusterOf({ id: 7007, epoch: 5 }), 'done'],

  ['slots are given', addSlots, withoutSlots({ id: 7007 }), 'all'],
  ['slots are not given twice', addSlots, withoutSlots({ id: 7007, slots: '7-8' }), 'done'],
  ['the rest of slots is given', addSlots, withoutSlots({ id: 7007, slots: '7' }), [8]],
  ['slots that another has are not given', addSlots, threeShards({ id: 7007 }), /7001 owns slots 7-8 now/],
  ['slots are not given to a replica', addSlots, withoutSlots({ id: 7007, of: 7001 }), /7007 is no primary any more/],

  ['functions go to a newcomer', { do: 'copyFunctions', from: a, to: spare }, threeShards({ id: 7007, unknownIds: [7001] }), 'all'],
  ['functions of a member stay', { do: 'copyFunctions', from: a, to: spare }, threeShards({ id: 7007 }), 'done'],

  ['a newcomer is introduced', { do: 'meet', node: a, other: spare }, threeShards({ id: 7007, unknownIds: [7001] }), 'all'],
  ['a member is not introduced', { do: 'meet', node: a, other: spare }, threeShards({ id: 7007 }), 'done'],
  [
    'nobody is introduced who does not answer',
    { do: 'meet', node: a, other: spare },
    threeShards({ id: 7007, down: true }),
    /cannot be asked/,
  ],

  ['an empty node becomes a replica', { do: 'replicate', node: spare, primary: a }, threeShards({ id: 7007 }), 'all'],
  ['a replica becomes none again', { do: 'replicate', node: spare, primary: a }, threeShards({ id: 7007, of: 7001 }), 'done'],
  ['a replica gets another primary', { do: 'replicate', node: spare, primary: a }, threeShards({ id: 7007, of: 7002 }), 'all'],
  [
    'a node with keys becomes no replica',
    { do: 'replicate', node: spare, primary: a },
    threeShards({ id: 7007, keys: 1 }),
    /7007 has keys now/,
  ],
  [
    'a node with slots becomes no replica',
    { do: 'replicate', node: spare, primary: a },
    withoutSlots({ id: 7007, slots: '7-8' }),
    /7007 owns slots 7-8 now/,
  ],
  [
    'nobody follows a replica',
    { do: 'replicate', node: spare, primary: a },
    threeShards({ id: 7001, slots: '', of: 7002 }, { id: 7007 }),
    /7001 is no primary any more/,
  ],

  ['slots move', move, threeShards(), 'all'],
  ['slots that have moved do not move', move, withoutSlots({ id: 7002, slots: '7-8,5461-10922' }), 'done'],
  ['the rest of slots moves', move, threeShards({ id: 7001, slots: '0-6,8-5460' }, { id: 7002, slots: '7,5461-10922' }), [8]],
  [
    'slots of another do not move',
    move,
    withoutSlots({ id: 7003, slots: '7-8,10923-16383' }),
    /7001 does not own slots 7-8 any more, but .*7003/,
  ],
  ['slots of nobody do not move', move, withoutSlots(), /7001 does not own slots 7-8 any more, so/],
  ['slots do not move from a replica', move, threeShards({ id: 7001, slots: '', of: 7004 }), /7001 is no primary any more/],
  ['slots do not move to a replica', move, threeShards({ id: 7002, slots: '', of: 7005 }), /7002 is no primary any more/],
  ['slots do not move to a node that is down', move, threeShards({ id: 7002, down: true }), /7002 cannot be asked: connect ECONNREFUSED/],
  [
    'slots do not move that go elsewhere',
    move,
    threeShards({ id: 7001, migrating: { 8: 7003 } }),
    /7001 is sending slots 8 to another node/,
  ],
  [
    'a move goes on with the primary that its target follows now',
    finish,
    threeShards({ id: 7001, migrating: { 8: 7005 } }, { id: 7005, of: 7002 }),
    'all',
  ],
  [
    'slots do not move that come from elsewhere',
    move,
    threeShards({ id: 7002, importing: { 8: 7003 } }),
    /7002 is receiving slots 8 from another/,
  ],
  [
    'slots do not move that another run moves',
    move,
    threeShards({ id: 7001, migrating: { 8: 7002 } }, { id: 7002, importing: { 8: 7001 } }),
    /another run has begun to move slots 8/,
  ],
  ['slots go on that were open before', finish, threeShards({ id: 7001, migrating: { 8: 7002 } }), 'all'],

  ['keys are gathered', gather, threeShards(), 'all', { 7: { 7002: 1 }, 8: { 7002: 3 } }],
  ['keys are gathered where there are some', gather, threeShards(), [8], { 8: { 7002: 3 } }],
  ['keys that are gathered are not again', gather, threeShards(), 'done'],
  [
    'keys are not gathered for who owns nothing',
    gather,
    withoutSlots(),
    /7001 does not own slots 7-8 any more/,
    { 7: { 7002: 1 }, 8: { 7002: 1 } },
  ],

  ['keys are taken back', takeBack, threeShards({ id: 7002, importing: { 7: 7001, 8: 7001 } }), 'all', { 7: { 7002: 1 }, 8: { 7002: 1 } }],
  ['open slots without keys are closed', takeBack, threeShards({ id: 7001, migrating: { 7: 7002 } }), [7]],
  ['what is taken back stays', takeBack, threeShards(), 'done'],
  [
    'keys are not taken back from who owns the slot now',
    takeBack,
    withoutSlots({ id: 7002, slots: '7-8,5461-10922' }),
    /7001 does not own slots 7-8 any more, but .*7002/,
    { 7: { 7002: 1 }, 8: { 7002: 1 } },
  ],

  ['slots of nobody get an owner', assign, withoutSlots(), 'all'],
  ['slots with their owner do not get it again', assign, withoutSlots({ id: 7002, slots: '7-8,5461-10922' }), 'done'],
  ['slots get no owner that have another one', assign, threeShards(), /7001 owns slots 7-8 now/],
  ['slots get no owner that have another one with keys', assign, threeShards(), /7001 owns slots 7-8 now/, { 7: { 7001: 60 } }],
  ['the newest of several owners stays', assign, threeShards({ id: 7002, slots: '7-8,5461-10922', epoch: 9 }), 'all'],
  [
    'an owner is not preferred to a newer one',
    assign,
    threeShards({ id: 7001, epoch: 10 }, { id: 7002, slots: '7-8,5461-10922', epoch: 9 }),
    /7001 owns slots 7-8 now/,
  ],
  [
    'an owner is not preferred to one with keys',
    assign,
    threeShards({ id: 7002, slots: '7-8,5461-10922', epoch: 9 }),
    /7001 owns slots 8 too and has keys of them/,
    { 8: { 7001: 1 } },
  ],
  [
    'an owner is told to those who take another for it',
    assign,
    withoutSlots({ id: 7002, slots: '7-8,5461-10922' }, { id: 7003, owners: `${idOf(7001)} 0-5460` }),
    'all',
  ],
  ['no owner is chosen while one is silent', assign, withoutSlots({ id: 7003, down: true }), /7003 cannot be asked/],

  ['open slots are closed', close, threeShards({ id: 7002, importing: { 7: 7001, 8: 7001 } }), 'all'],
  ['closed slots are not', close, threeShards({ id: 7002, importing: { 8: 7001 } }), [8]],
  [
    'slots with keys are not closed',
    close,
    threeShards({ id: 7002, importing: { 8: 7001 } }),
    /7002 has keys of slots 8 by now/,
    { 8: { 7002: 1 } },
  ],

  ['a node is forgotten', { do: 'forget', node: a, gone: spare }, threeShards({ id: 7007, down: true }), 'all'],
  [
    'a node is forgotten once',
    { do: 'forget', node: a, gone: spare },
    threeShards({ id: 7001, unknownIds: [7007] }, { id: 7007, down: true }),
    'done',
  ],
  [
    'a node that owns slots is not forgotten',
    { do: 'forget', node: a, gone: spare },
    withoutSlots({ id: 7007, slots: '7-8', down: true }),
    /7007 owns slots 7-8 now/,
  ],
  [
    'a primary is not forgotten by its replica',
    { do: 'forget', node: replica, gone: a },
    threeShards({ id: 7001, slots: '' }),
    /7004 is a replica of .*7001/,
  ],

  ['a node is reset', { do: 'reset', node: spare }, threeShards({ id: 7007 }), 'all'],
  ['a node alone is not reset', { do: 'reset', node: spare }, clusterOf({ id: 7007 }), 'done'],
  ['a node with slots is not reset', { do: 'reset', node: spare }, withoutSlots({ id: 7007, slots: '7' }), /7007 owns slots 7 now/],
  ['a node with keys is not reset', { do: 'reset', node: spare }, threeShards({ id: 7007, keys: 2 }), /7007 has keys now/],

  ['a replica is promoted', failover, threeShards(), 'all'],
  ['a primary is not promoted', failover, clusterOf({ id: 7001, of: 7004 }, { id: 7004, slots: '0-16383' }), 'done'],

  ['nodes are waited for', { do: 'join', nodes: [a, b] }, planned, 'all'],
  ['agreement is waited for', { do: 'settle' }, planned, 'all'],
];

describe('what a step is judged by right before it', () => {
  for (const [name, step, cluster, expected, keys = {}] of rows) {
    it(name, () => {
      const counts = new Map(
        Object.entries(keys).map(([slot, byNode]) => [
          Number(slot),
          new Map(Object.entries(byNode).map(([id, count]) => [idOf(Number(id)), count])),
        ]),
      );
      const { step: left, refusal } = judge(step, { ...cluster, keys: counts });
      if (expected instanceof RegExp) assert.match(refusal ?? `it is not refused: ${JSON.stringify(left)}`, expected);
      else {
        assert.equal(refusal, null);
        const rest = left === null ? 'done' : 'slots' in left ? slotsText(left.slots) : 'all';
        assert.equal(
          rest,
          expected === 'all' ? ('slots' in step ? slotsText(step.slots) : 'all') : expected === 'done' ? 'done' : slotsText(expected),
        );
      }
    });
  }
});
