import assert from 'node:assert/strict';
import type { ClusterState } from '../../../lib/admin/cluster-state.js';
import { planCreate, spread } from '../../../lib/admin/plans/create.js';
import { type FixOptions, planFix } from '../../../lib/admin/plans/fix.js';
import { planAddNode, planDelNode, planFailover, planForget } from '../../../lib/admin/plans/membership.js';
import { planRebalance, type RebalanceOptions, sharesOf } from '../../../lib/admin/plans/rebalance.js';
import { planReshard, type ReshardOptions } from '../../../lib/admin/plans/reshard.js';
import { describeStep, type Plan, slotsToMove } from '../../../lib/admin/steps.js';
import { alone, idOf, picture, wholeBut } from './cluster-states.js';

/** The steps as people read them, hosts left out; the last wait for agreement too. */
function stepsOf(plan: Plan): string[] {
  const texts = plan.steps.map((step) => describeStep(step).replaceAll('10.0.0.1:', ''));
  return texts.at(-1) === 'wait until all nodes agree' ? texts.slice(0, -1) : texts;
}

/** A plan, or why there is none. */
type Expected = readonly string[] | RegExp;

function assertPlan(make: () => Plan, expected: Expected): void {
  if (expected instanceof RegExp) assert.throws(make, (error: Error) => expected.test(error.message) || assert.fail(error.message));
  else assert.deepEqual(stepsOf(make()), expected);
}

describe('the plan of create', () => {
  const six = [7001, 7002, 7003, 7004, 7005, 7006];
  const cases: readonly (readonly [name: string, servers: readonly ClusterState[], replicas: number, expected: Expected])[] = [
    [
      'gives three servers a third each',
      [7001, 7002, 7003].map((id) => alone({ id, epoch: 0 })),
      0,
      [
        'give 7001 the config epoch 1',
        'give 7001 slots 0-5460 (5461)',
        'give 7002 the config epoch 2',
        'give 7002 slots 5461-10921 (5461)',
        'give 7003 the config epoch 3',
        'give 7003 slots 10922-16383 (5462)',
        'introduce 7002 to 7001',
        'introduce 7003 to 7001',
        'wait until 3 nodes know each other',
      ],
    ],
    [
      'goes on where an earlier one ended',
      [
        ...[
          { id: 7001, slots: '0-5460' },
          { id: 7002, slots: '5461-10921' },
        ].map((own) => joined(own, [7001, 7002])),
        ...[7003, 7004, 7005, 7006].map((id) => alone({ id, epoch: 0 })),
      ],
      1,
      [
        'give 7003 the config epoch 3',
        'give 7003 slots 10922-16383 (5462)',
        ...[7003, 7004, 7005, 7006].map((id) => `introduce ${id} to 7001`),
        'wait until 6 nodes know each other',
        'make 7004 a replica of 7001',
        'make 7005 a replica of 7002',
        'make 7006 a replica of 7003',
      ],
    ],
    ['wants three primaries', six.slice(0, 5).map((id) => alone({ id })), 1, /at least 3 primaries, .* give 6 servers or more, not 5/],
    ['wants empty servers', [alone({ id: 7001, keys: 3 }), alone({ id: 7002 }), alone({ id: 7003 })], 0, /10.0.0.1:7001 holds 3 keys/],
    [
      'wants servers without slots of their own',
      [alone({ id: 7001, slots: '5' }), alone({ id: 7002 }), alone({ id: 7003 })],
      0,
      /10.0.0.1:7001 has slots already: 5/,
    ],
    [
      'wants no members of another cluster',
      [joined({ id: 7001 }, [7001, 7009]), alone({ id: 7002 }), alone({ id: 7003 })],
      0,
      /7001 belongs to another cluster: it knows .*7009/,
    ],
    ['wants each server once', [7001, 7002, 7001].map((id) => alone({ id })), 0, /7001 was given twice/],
  ];
  for (const [name, servers, replicas, expected] of cases) {
    it(name, () => assertPlan(() => planCreate(servers, replicas), expected));
  }

  /** What a member says that knows others. */
  function joined(own: { readonly id: number; readonly slots?: string }, ids: readonly number[]): ClusterState {
    const all = picture(own, ...ids.filter((id) => id !== own.id).map((id) => ({ id })));
    const view = all.views.get(idOf(own.id));
    return { ...all, views: new Map(view === undefined ? [] : [[idOf(own.id), view]]) };
  }
});

describe('the layout of shards over hosts', () => {
  const cases: readonly (readonly [nodes: string, shards: number])[] = [
    ['a1 a2 b1 b2 c1 c2', 3],
    ['a1 b1 c1 a2 b2 c2 a3 b3 c3', 3],
    ['a1 a2 a3 b1 b2 b3', 3],
    ['a1 a2 b1 b2 c1 c2 d1 d2', 4],
    ['a1 a2 a3 a4 b1 b2 c1 d1', 4],
  ];
  for (const [nodes, shards] of cases) {
    it(`puts no two of one shard on one host: ${nodes}`, () => {
      const { primaries, replicas } = spread(nodes.split(' '), shards, ([host = '']) => host);
      assert.equal(primaries.length + replicas.flat().length, nodes.split(' ').length);
      for (const [index, primary] of primaries.entries()) {
        const hosts = [primary, ...(replicas[index] ?? [])].map(([host]) => host);
        assert.equal(new Set(hosts).size, hosts.length, hosts.join(' '));
      }
    });
  }

  it('puts the primaries on as many hosts as there are', () => {
    const { primaries } = spread(['a1', 'a2', 'a3', 'b1', 'c1', 'c2'], 3, ([host = '']) => host);
    assert.deepEqual(primaries.map(([host]) => host).sort(), ['a', 'b', 'c']);
  });

  it('gives no primary two replicas more than another', () => {
    const { replicas } = spread(
      Array.from({ length: 11 }, (_, i) => `${'abc'[i % 3]}${i}`),
      3,
      ([host = '']) => host,
    );
    assert.deepEqual(replicas.map(({ length }) => length).sort(), [2, 3, 3]);
  });

  it('makes the best of one host', () => {
    assert.deepEqual(
      spread(['a1', 'a2', 'a3', 'a4'], 2, ([host = '']) => host),
      { primaries: ['a1', 'a2'], replicas: [['a3'], ['a4']] },
    );
  });
});

describe('the plan of reshard', () => {
  const cases: readonly (readonly [name: string, cluster: ClusterState, options: ReshardOptions, expected: Expected])[] = [
    [
      'takes slots from one',
      wholeBut(),
      { from: ['10.0.0.1:7001'], to: '10.0.0.1:7002', slots: 100 },
      ['move 100 slots from 7001 to 7002: 0-99'],
    ],
    [
      'takes slots from all by their size',
      wholeBut({ id: 7001, slots: '0-999' }, { id: 7002, slots: '1000-10922' }),
      { from: 'all', to: '10.0.0.1:7003', slots: 1_000 },
      ['move 909 slots from 7002 to 7003: 1000-1908', 'move 91 slots from 7001 to 7003: 0-90'],
    ],
    [
      'takes the slots that are named, from whoever has them',
      wholeBut(),
      { from: 'all', to: '10.0.0.1:7003', slots: [5, 6, 5461, 16_000] },
      ['move 2 slots from 7001 to 7003: 5-6', 'move 1 slot from 7002 to 7003: 5461'],
    ],
    ['has nothing to do when they are there', wholeBut(), { from: 'all', to: '10.0.0.1:7001', slots: [1, 2] }, []],
    [
      'finishes what is open between the same nodes, and counts it',
      wholeBut({ id: 7001, migrating: { 7: 7002 } }, { id: 7002, importing: { 7: 7001, 8: 7001 } }),
      { from: ['10.0.0.1:7001'], to: '10.0.0.1:7002', slots: 4 },
      ['finish moving 2 slots from 7001 to 7002: 7-8', 'move 2 slots from 7001 to 7002: 0-1'],
    ],
    [
      'leaves what is open for others',
      wholeBut({ id: 7001, migrating: { 0: 7003 } }),
      { from: ['10.0.0.1:7001'], to: '10.0.0.1:7002', slots: 1 },
      ['move 1 slot from 7001 to 7002: 1'],
    ],
    [
      'takes all',
      wholeBut({ id: 7001, slots: '0-9' }, { id: 7002, slots: '10-10922' }),
      { from: ['7001f'], to: '7002f', slots: 'all' },
      ['move 10 slots from 7001 to 7002: 0-9'],
    ],
    [
      'knows how many there are',
      wholeBut(),
      { from: ['7001f'], to: '7002f', slots: 6_000 },
      /6,000 slots cannot be moved: 10.0.0.1:7001 can give 5,461/,
    ],
    [
      'refuses replicas',
      wholeBut(),
      { from: 'all', to: '10.0.0.1:7004', slots: 1 },
      /7004 is a replica of 10.0.0.1:7001: slots go to primaries/,
    ],
    [
      'refuses names it does not know',
      wholeBut(),
      { from: 'all', to: '10.0.0.1:8000', slots: 1 },
      /10.0.0.1:8000 is no node of the cluster.*7001/,
    ],
    [
      'refuses slots of others',
      wholeBut(),
      { from: ['7001f'], to: '7002f', slots: [16_383] },
      /16383 belong to none of the sources, but to 10.0.0.1:7003/,
    ],
    [
      'refuses to work on a broken cluster',
      wholeBut({ id: 7001, slots: '1-5460' }),
      { from: 'all', to: '7002f', slots: 1 },
      /not whole: 1 slot .* fix/,
    ],
  ];
  for (const [name, cluster, options, expected] of cases) {
    it(name, () => assertPlan(() => planReshard(cluster, options), expected));
  }
});

describe('the plan of rebalance', () => {
  const lopsided = wholeBut({ id: 7001, slots: '0-9999' }, { id: 7002, slots: '10000-10922' });
  const cases: readonly (readonly [name: string, cluster: ClusterState, options: RebalanceOptions, expected: Expected])[] = [
    ['does nothing where all is even', wholeBut(), {}, []],
    ['moves from who has too much to who has too little', lopsided, {}, ['move 4,538 slots from 7001 to 7002: 0-4537']],
    ['does nothing within the threshold', wholeBut({ id: 7001, slots: '0-5400' }, { id: 7002, slots: '5401-10922' }), {}, []],
    [
      'moves within a smaller threshold',
      wholeBut({ id: 7001, slots: '0-5400' }, { id: 7002, slots: '5401-10922' }),
      { thresholdPercent: 1 },
      ['move 61 slots from 7002 to 7001: 5401-5461'],
    ],
    ['leaves primaries without slots alone', wholeBut({ id: 7007 }), {}, []],
    [
      'uses primaries without slots if it is told to',
      wholeBut({ id: 7007 }),
      { useEmpty: true },
      [
        'move 1,366 slots from 7002 to 7007: 5461-6826',
        'move 1,365 slots from 7001 to 7007: 0-1364',
        'move 1,365 slots from 7003 to 7007: 10923-12287',
      ],
    ],
    [
      'gives shares by weight',
      wholeBut(),
      { weights: { '10.0.0.1:7001': 2 } },
      ['move 1,366 slots from 7002 to 7001: 5461-6826', 'move 1,365 slots from 7003 to 7001: 10923-12287'],
    ],
    [
      'empties a node of weight 0',
      wholeBut({ id: 7001, slots: '0-9' }, { id: 7002, slots: '10-8200' }, { id: 7003, slots: '8201-16383' }),
      { weights: { '10.0.0.1:7001': 0 } },
      ['move 9 slots from 7001 to 7003: 0-8', 'move 1 slot from 7001 to 7002: 9'],
    ],
    [
      'finishes open moves first, and reckons with them',
      wholeBut({ id: 7001, slots: '0-5461', migrating: { 3: 7002 } }, { id: 7002, slots: '5462-10922', importing: { 3: 7001 } }),
      {},
      ['finish moving 1 slot from 7001 to 7002: 3'],
    ],
    ['refuses a weight of a replica', wholeBut(), { weights: { '10.0.0.1:7004': 1 } }, /only primaries have slots/],
    [
      'refuses weights that leave nobody',
      picture({ id: 7001, slots: '0-16383' }),
      { weights: { '10.0.0.1:7001': 0 } },
      /at least one primary/,
    ],
  ];
  for (const [name, cluster, options, expected] of cases) {
    it(name, () => assertPlan(() => planRebalance(cluster, options), expected));
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
    const sketches = [1, 5_000, 20, 8_000, 3_363].map((size, index) => {
      const sketch = { id: 7001 + index, slots: `${at}-${at + size - 1}` };
      at += size;
      return sketch;
    });
    const plan = planRebalance(picture(...sketches), { thresholdPercent: 0 });
    const sizes = new Map(sketches.map(({ id, slots }) => [idOf(id), Number(slots.split('-')[1]) - Number(slots.split('-')[0]) + 1]));
    for (const step of plan.steps) {
      if (step.do !== 'moveSlots') continue;
      sizes.set(step.from.id, (sizes.get(step.from.id) ?? 0) - step.slots.length);
      sizes.set(step.to.id, (sizes.get(step.to.id) ?? 0) + step.slots.length);
    }
    assert.ok([...sizes.values()].every((size) => size === 3_276 || size === 3_277));
    assert.equal(slotsToMove(plan), 5_000 - 3_277 + (8_000 - 3_277) + (3_363 - 3_276));
  });
});

describe('the plan of', () => {
  const cases: readonly (readonly [name: string, make: () => Plan, expected: Expected])[] = [
    [
      'add-node introduces a primary',
      () => planAddNode(wholeBut(), alone({ id: 7007 }), null),
      ['give 7007 the functions of 7001', 'introduce 7007 to 7001', 'wait until 7 nodes know each other'],
    ],
    [
      'add-node makes a replica of the primary that has the fewest',
      () => planAddNode(wholeBut({ id: 7005, of: 7001 }), alone({ id: 7007 }), 'auto'),
      ['introduce 7007 to 7001', 'wait until 7 nodes know each other', 'make 7007 a replica of 7002'],
    ],
    [
      'add-node goes on where an earlier one ended',
      () => planAddNode(wholeBut({ id: 7007 }), picture({ id: 7007 }, { id: 7001 }), '10.0.0.1:7003'),
      ['wait until 7 nodes know each other', 'make 7007 a replica of 7003'],
    ],
    [
      'add-node forgets who was at the address before',
      () => planAddNode(wholeBut({ id: 7006, of: 7003, down: true }), alone({ id: 7100, host: '10.0.0.1' }), null),
      ['give 7100 the functions of 7001', 'introduce 7100 to 7001', 'wait until 6 nodes know each other'],
    ],
    ['add-node wants an empty server', () => planAddNode(wholeBut(), alone({ id: 7007, keys: 1 }), null), /7007 holds 1 key\. Empty it/],
    ['add-node wants no slots', () => planAddNode(wholeBut(), alone({ id: 7007, slots: '1' }), null), /7007 has 1 slot of its own/],
    [
      'add-node wants no member of another cluster',
      () => planAddNode(wholeBut(), picture({ id: 7007 }, { id: 8001 }), null),
      /another cluster/,
    ],
    [
      'add-node does not make a primary of a replica',
      () => planAddNode(wholeBut(), picture({ id: 7004, of: 7001 }, { id: 7001 }), null),
      /7004 is a member already, a replica of 10\.0\.0\.1:7001/,
    ],
    ['add-node wants a primary to follow', () => planAddNode(wholeBut(), alone({ id: 7007 }), '10.0.0.1:7004'), /7004 is a replica of/],
    [
      'del-node has everybody forget a replica',
      () => planDelNode(wholeBut(), '10.0.0.1:7006'),
      [7001, 7002, 7003, 7004, 7005]
        .map((id) => `have ${id} forget 7006 (7006ffff)`)
        .concat('reset 7006: it forgets the cluster and gets a new id'),
    ],
    [
      'del-node gives the replicas of a primary to others',
      () => planDelNode(picture({ id: 7001, slots: '0-16383' }, { id: 7002 }, { id: 7003, of: 7002 }), '10.0.0.1:7002'),
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
          picture({ id: 7001, slots: '0-16383', ignores: [7003] }, { id: 7002 }, { id: 7003, of: 7001, down: true }),
          '10.0.0.1:7003',
        ),
      ['have 7002 forget 7003 (7003ffff)'],
    ],
    [
      'del-node refuses who holds slots',
      () => planDelNode(wholeBut(), '10.0.0.1:7001'),
      /7001 holds 5,461 slots, so it is not removed\. Move them first: .*reshard/,
    ],
    [
      'del-node refuses who holds keys',
      () => planDelNode(wholeBut({ id: 7007, keys: 2 }), '10.0.0.1:7007'),
      /still holds 2 keys: slotwise cluster fix/,
    ],
    [
      'forget lets go of who is gone',
      () => planForget(picture({ id: 7001, slots: '0-16383' }, { id: 7002, down: true }), '7002'),
      ['have 7001 forget 7002 (7002ffff)'],
    ],
    ['forget refuses who is there', () => planForget(wholeBut(), '10.0.0.1:7004'), /answers: remove it with del-node/],
    [
      'forget refuses who owns slots',
      () => planForget(wholeBut({ id: 7001, down: true }), '10.0.0.1:7001'),
      /owns 5,461 slots.*--takeover/,
    ],
    ['failover promotes a replica', () => planFailover(wholeBut(), '10.0.0.1:7004', 'coordinated'), ['make 7004 the primary of its shard']],
    ['failover has nothing to do for a primary', () => planFailover(wholeBut(), '10.0.0.1:7001', 'coordinated'), []],
    ['failover needs the primary', () => planFailover(wholeBut({ id: 7001, down: true }), '10.0.0.1:7004', 'coordinated'), /--force/],
    [
      'failover by force does not',
      () => planFailover(wholeBut({ id: 7001, down: true }), '10.0.0.1:7004', 'force'),
      ['make 7004 the primary of its shard (force)'],
    ],
  ];
  for (const [name, make, expected] of cases) it(name, () => assertPlan(make, expected));

  it('add-node says that a member is one, and not that it gets slots', () => {
    const plan = planAddNode(wholeBut(), picture({ id: 7001, slots: '0-5460' }, { id: 7002 }), null);
    assert.match(plan.title, /7001 is a member already/);
    assert.deepEqual(plan.notes, []);
  });

  it('add-node has the others forget who had its address', () => {
    const ghost = wholeBut({ id: 7006, of: 7003, down: true });
    const newcomer = alone({ id: 7006 });
    const [node] = [...newcomer.nodes.values()];
    assert.ok(node !== undefined);
    const id = idOf(7106);
    const own: ClusterState = {
      nodes: new Map([[id, { ...node, id }]]),
      views: new Map([[id, { owners: '', known: new Set([id]), strangers: 0, state: 'fail' }]]),
    };
    assert.deepEqual(stepsOf(planAddNode(ghost, own, null)), [
      ...[7001, 7002, 7003, 7004, 7005].map((other) => `have ${other} forget 7006 (7006ffff)`),
      'give 7006 the functions of 7001',
      'introduce 7006 to 7001',
      'wait until 6 nodes know each other',
    ]);
  });
});

describe('the plan of fix', () => {
  type Keys = Readonly<Record<number, Readonly<Record<number, number>>>>;
  const cases: readonly (readonly [name: string, cluster: ClusterState, keys: Keys, options: FixOptions, expected: Expected])[] = [
    ['has nothing to do in a whole cluster', wholeBut(), {}, {}, []],
    [
      'finishes a move that both ends know of',
      wholeBut({ id: 7001, migrating: { 7: 7002 } }, { id: 7002, importing: { 7: 7001 } }),
      { 7: { 7001: 5, 7002: 3 } },
      {},
      ['finish moving 1 slot from 7001 to 7002: 7'],
    ],
    [
      'finishes a move that only the source knows of',
      wholeBut({ id: 7001, migrating: { 7: 7002, 8: 7002 } }),
      {},
      {},
      ['finish moving 2 slots from 7001 to 7002: 7-8'],
    ],
    [
      'finishes a move whose source has forgotten it, after keys have gone',
      wholeBut({ id: 7002, importing: { 7: 7001 } }),
      { 7: { 7002: 1 } },
      {},
      ['finish moving 1 slot from 7001 to 7002: 7'],
    ],
    ['ends a move that has not begun', wholeBut({ id: 7002, importing: { 7: 7001 } }), {}, {}, ['end the open state of slots 7 at 7002']],
    [
      'ends what is left of a move that is over',
      wholeBut({ id: 7001, slots: '0-5459', migrating: { 5460: 7002 } }, { id: 7002, slots: '5460-10922' }),
      {},
      {},
      ['end the open state of slots 5460 at 7001'],
    ],
    [
      'takes keys back from where nobody sends a slot',
      wholeBut({ id: 7002, importing: { 7: 7003 } }),
      { 7: { 7001: 2, 7002: 1 } },
      {},
      ['take the keys of slots 7 from 7002 to their owner 7001', 'end the open state of slots 7 at 7002'],
    ],
    [
      'takes back keys of slots that look well',
      wholeBut(),
      { 7: { 7002: 1 } },
      {},
      ['take the keys of slots 7 from 7002 to their owner 7001'],
    ],
    [
      'gives slots without owner to who has most of their keys, and gathers the others',
      wholeBut({ id: 7001, slots: '0-5459' }),
      { 5460: { 7002: 1, 7003: 4 } },
      {},
      ['make 7003 the owner of slots 5460 (1)', 'take the keys of slots 5460 from 7002 to their owner 7003'],
    ],
    [
      'gives slots without keys to who has the fewest',
      wholeBut({ id: 7001, slots: '0-5457' }),
      {},
      {},
      ['make 7001 the owner of slots 5458-5460 (3)'],
    ],
    [
      'lets the newest of several owners win, after the keys of the other are gathered',
      wholeBut({ id: 7001, slots: '0-5460', epoch: 9 }, { id: 7002, slots: '5460-10922', epoch: 4 }),
      { 5460: { 7001: 1, 7002: 2 } },
      {},
      ['take the keys of slots 5460 from 7002 to their owner 7001', 'make 7001 the owner of slots 5460 (1)'],
    ],
    [
      'takes nothing from nodes that do not answer',
      wholeBut({ id: 7001, down: true }),
      {},
      {},
      /10.0.0.1:7001 \(5,461 slots\) cannot be asked: .*--takeover.*--take-unreachable/,
    ],
    [
      'takes them if it is told to',
      picture({ id: 7001, slots: '0-2', down: true }, { id: 7002, slots: '3-8193' }, { id: 7003, slots: '8194-16383' }),
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
