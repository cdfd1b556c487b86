import assert from 'node:assert/strict';
import { AdminError } from '../../../../lib/admin/admin-error.js';
import { planCreate } from '../../../../lib/admin/plans/create.js';
import { type FixOptions, planFix } from '../../../../lib/admin/plans/fix.js';
import { planAddNode, planDelNode, planFailover, planForget, planReplicate } from '../../../../lib/admin/plans/membership.js';
import { planRebalance } from '../../../../lib/admin/plans/rebalance.js';
import { movesOf, requested, totalsAfter } from '../../../../lib/admin/plans/request.js';
import { planReshard } from '../../../../lib/admin/plans/reshard.js';
import type { Plan } from '../../../../lib/admin/plans/steps.js';
import { stepsLeft } from '../../../../lib/admin/run/replan.js';
import { type ClusterState, primariesOf } from '../../../../lib/admin/state/cluster-state.js';
import { clusterOf, idOf, threeShards, unjoinedServer } from '../cluster-states.js';
import { stepTexts } from '../plans/assert-plan.js';

/** Numbers of keys by slot and node. */
type Keys = Readonly<Record<number, Readonly<Record<number, number>>>>;

function countsOf(keys: Keys): ReadonlyMap<number, ReadonlyMap<string, number>> {
  return new Map(
    Object.entries(keys).map(([slot, byNode]) => [
      Number(slot),
      new Map(Object.entries(byNode).map(([id, count]) => [idOf(Number(id)), count])),
    ]),
  );
}

/** What is left of a plan in the cluster as it is now: the texts of its steps, or why it is refused. */
async function left(plan: Plan, now: ClusterState, keys: Keys = {}, server: ClusterState = now): Promise<readonly string[] | string> {
  const sources = {
    read: () => Promise.resolve(now),
    server: () => Promise.resolve(server),
    keyCounts: () => Promise.resolve(countsOf(keys)),
    pause: () => Promise.resolve(),
  };
  try {
    return stepTexts({ ...plan, steps: await stepsLeft(plan, sources) });
  } catch (error) {
    assert.ok(error instanceof AdminError, String(error));
    assert.equal(error.reason, 'changed');
    return error.message.replaceAll('10.0.0.1:', '');
  }
}

const reshardOf = (before: ClusterState, slots: number | readonly number[]): Plan => {
  const plan = planReshard(before, { from: 'all', to: '10.0.0.1:7002', slots });
  return requested(plan, { command: 'reshard', moves: movesOf(plan) });
};
const rebalanceOf = (before: ClusterState, useEmpty = false): Plan => {
  const plan = planRebalance(before, { useEmpty });
  return requested(plan, { command: 'rebalance', moves: movesOf(plan), totals: totalsAfter(plan, primariesOf(before)), useEmpty });
};
const fixOf = (before: ClusterState, keys: Keys = {}, options: FixOptions = {}): Plan =>
  requested(planFix(before, countsOf(keys), options), {
    command: 'fix',
    takeUnreachable: false,
    duplicates: 'refuse',
    back: false,
    ...options,
  });

const refusedBy = (text: RegExp): RegExp =>
  new RegExp(`^the cluster has changed since the plan was made: .*${text.source}.*Nothing was done; make a new plan and look at it$`);

describe('a plan that is made again when it runs', () => {
  const whole = threeShards();
  const hole = threeShards({ id: 7001, slots: '0-99,400-5460' });
  const lopsided = threeShards({ id: 7001, slots: '0-5999' }, { id: 7002, slots: '6000-10922' });
  const opened = threeShards({ id: 7001, migrating: { 7: 7002 } }, { id: 7002, importing: { 7: 7001 } });
  const handedOver = { id: 7002, slots: '100-101,5461-10922' };
  const marked = threeShards({ id: 7001, slots: '0-99,102-5460', migrating: { 100: 7002, 101: 7002 } }, handedOver);
  const unmarked = threeShards({ id: 7001, slots: '0-99,102-5460' }, handedOver);
  const ends = 'end the open state of slots 100-101 at 7001';
  const rows: readonly (readonly [name: string, plan: Plan, now: ClusterState, expected: readonly string[] | RegExp, keys?: Keys])[] = [
    ['ends what is left of a move', reshardOf(marked, [100, 101, 102]), marked, ['move 1 slot from 7001 to 7002: 102', ends]],
    ['ends what is left of a move, if there is nothing else', reshardOf(marked, [100, 101]), marked, [ends]],
    ['ends nothing that has ended', reshardOf(marked, [100, 101, 102]), unmarked, ['move 1 slot from 7001 to 7002: 102']],
    ['ends nothing that it did not name', reshardOf(unmarked, [100, 101, 102]), marked, ['move 1 slot from 7001 to 7002: 102']],
    [
      'ends nothing at the owner',
      reshardOf(marked, [100, 101]),
      threeShards({ id: 7001, migrating: { 100: 7002, 101: 7002 } }),
      refusedBy(/it would not end the open state of slots 100-101 at 7001 any more/),
    ],
    ['ends what is left before a rebalance', rebalanceOf(marked), marked, [ends]],
    ['is the same in the same cluster', reshardOf(whole, [5, 6]), whole, ['move 2 slots from 7001 to 7002: 5-6']],
    [
      'is the rest of it after a part was done',
      reshardOf(whole, [5, 6]),
      threeShards({ id: 7001, slots: '0-4,6-5460' }, { id: 7002, slots: '5,5461-10922' }),
      ['move 1 slot from 7001 to 7002: 6'],
    ],
    [
      'finishes what an earlier run left open',
      reshardOf(whole, [6, 7]),
      opened,
      ['finish moving 1 slot from 7001 to 7002: 7', 'move 1 slot from 7001 to 7002: 6'],
    ],
    [
      'is nothing once it was done, though its source is a replica now',
      reshardOf(whole, [5, 6]),
      threeShards({ id: 7001, slots: '', of: 7002 }, { id: 7002, slots: '0-10922' }),
      [],
    ],
    [
      'counts no slots anew',
      reshardOf(whole, 2),
      threeShards({ id: 7001, slots: '1-5460' }, { id: 7002, slots: '0,5461-10922' }),
      ['move 1 slot from 7003 to 7002: 10923'],
    ],
    [
      'is refused for slots that another has',
      reshardOf(whole, [5, 6]),
      threeShards({ id: 7001, slots: '0-4,6-5460' }, { id: 7003, slots: '5,10923-16383' }),
      refusedBy(/slots 5 belong to other nodes than 7001 now/),
    ],
    [
      'is refused for slots that go elsewhere',
      reshardOf(whole, [5, 6]),
      threeShards({ id: 7001, migrating: { 5: 7003 } }, { id: 7003, importing: { 5: 7001 } }),
      refusedBy(/slots 5 are open for another move now/),
    ],
    [
      'is refused after its target was demoted',
      reshardOf(whole, [5]),
      threeShards({ id: 7002, slots: '', of: 7005 }, { id: 7005, slots: '5461-10922' }),
      refusedBy(/7002 is no primary that answers any more/),
    ],
    [
      'is refused in a cluster that is not whole',
      reshardOf(whole, [5]),
      threeShards({ id: 7003, slots: '10924-16383' }),
      refusedBy(/not whole/),
    ],

    ['rebalances as it was shown', rebalanceOf(lopsided), lopsided, ['move 538 slots from 7001 to 7002: 0-537']],
    [
      'rebalances the rest',
      rebalanceOf(lopsided),
      threeShards({ id: 7001, slots: '500-5999' }, { id: 7002, slots: '0-499,6000-10922' }),
      ['move 38 slots from 7001 to 7002: 500-537'],
    ],
    [
      'is refused where it would not balance any more',
      rebalanceOf(lopsided),
      threeShards({ id: 7001, slots: '0-5499' }, { id: 7002, slots: '5500-5999,6000-10922' }),
      refusedBy(/7001 would end with 4962 slots instead of 5462/),
    ],
    [
      'is refused where a newcomer wants its share',
      rebalanceOf(lopsided, true),
      threeShards({ id: 7001, slots: '0-5999' }, { id: 7002, slots: '6000-10922' }, { id: 7007 }),
      refusedBy(/7007 would end with 0 slots/),
    ],

    ['fixes what is broken still', fixOf(hole), hole, ['make 7001 the owner of slots 100-399 (300)']],
    [
      'is refused where somebody else has mended it otherwise',
      fixOf(hole),
      threeShards({ id: 7001, slots: '0-99,400-5460' }, { id: 7002, slots: '100-399,5461-10922' }),
      refusedBy(/it would not make 7001 the owner of slots 100-399 \(300\) any more/),
    ],
    ['is nothing where somebody else has mended it so', fixOf(hole), whole, []],
    [
      'is refused where a part was mended otherwise',
      fixOf(hole),
      threeShards({ id: 7001, slots: '0-99,400-5460' }, { id: 7002, slots: '100-200,5461-10922' }),
      refusedBy(/it would not make 7001 the owner of slots 100-200 \(101\) any more/),
    ],
    [
      'is refused where more is broken now',
      fixOf(hole),
      threeShards({ id: 7001, slots: '0-99,401-5460' }),
      refusedBy(/it would now make 7001 the owner of slots 400 \(1\)/),
    ],
    [
      'is refused where keys have come up',
      fixOf(hole),
      hole,
      refusedBy(/it would not make 7001 the owner of slots 100 \(1\) any more/),
      { 100: { 7002: 3 } },
    ],
    ['gathers no keys that are gathered', fixOf(whole, { 7: { 7002: 1 } }), whole, []],
    [
      'is refused where it would finish a move that was to be taken back',
      fixOf(opened, { 7: { 7002: 1 } }, { back: true }),
      threeShards({ id: 7001, slots: '0-6,8-5460' }, { id: 7002, slots: '7,5461-10922' }),
      refusedBy(/it would not take the keys of slots 7 from 7002 back to 7001/),
    ],
    ['closes nothing that is closed', fixOf(threeShards({ id: 7002, importing: { 7: 7001 } })), whole, []],

    [
      'promotes a replica',
      requested(planFailover(whole, '7004', 'force'), { command: 'failover', node: idOf(7004), mode: 'force' }),
      whole,
      ['make 7004 the primary of its shard (force)'],
    ],
    [
      'promotes none that is promoted',
      requested(planFailover(whole, '7004', 'force'), { command: 'failover', node: idOf(7004), mode: 'force' }),
      clusterOf({ id: 7001, of: 7004 }, { id: 7004, slots: '0-16383' }),
      [],
    ],
    [
      'removes a node',
      requested(planDelNode(whole, '7004'), { command: 'del-node', node: idOf(7004) }),
      whole,
      stepTexts(planDelNode(whole, '7004')),
    ],
    [
      'removes no node that is gone',
      requested(planDelNode(whole, '7004'), { command: 'del-node', node: idOf(7004) }),
      clusterWithout(7004),
      [],
    ],
    [
      'removes no node that has got slots',
      requested(planDelNode(threeShards({ id: 7007 }), '7007'), { command: 'del-node', node: idOf(7007) }),
      threeShards({ id: 7001, slots: '1-5460' }, { id: 7007, slots: '0' }),
      refusedBy(/7007 holds 1 slot, so it is not removed/),
    ],
    [
      'forgets no node that is back',
      requested(planForget(threeShards({ id: 7007, down: true }), '7007'), { command: 'forget', node: idOf(7007) }),
      threeShards({ id: 7007 }),
      refusedBy(/7007 is there and answers/),
    ],
    [
      'gives a replica another primary',
      requested(planReplicate(whole, '7004', '7002'), { command: 'replicate', node: idOf(7004), primary: idOf(7002) }),
      whole,
      stepTexts(planReplicate(whole, '7004', '7002')),
    ],
    [
      'gives it none that it has',
      requested(planReplicate(whole, '7004', '7002'), { command: 'replicate', node: idOf(7004), primary: idOf(7002) }),
      threeShards({ id: 7004, of: 7002 }),
      [],
    ],
  ];
  for (const [name, plan, now, expected, keys] of rows) {
    it(name, async () => {
      const result = await left(plan, now, keys);
      if (expected instanceof RegExp) assert.match(String(result), expected);
      else assert.deepEqual(result, expected);
    });
  }

  function clusterWithout(id: number): ClusterState {
    const nodes = new Map([...whole.nodes].filter(([key]) => key !== idOf(id)));
    const views = [...whole.views].filter(([key]) => key !== idOf(id));
    return { nodes, views: new Map(views.map(([key, view]) => [key, { ...view, known: new Set(nodes.keys()) }])) };
  }

  it('adds a node, and waits for it only once it is a member', async () => {
    const newcomer = unjoinedServer({ id: 7007 });
    const plan = requested(planAddNode(whole, newcomer, null), { command: 'add-node', address: '10.0.0.1:7007', replicaOf: null });
    assert.deepEqual(await left(plan, whole, {}, newcomer), stepTexts(plan));
    const joined = threeShards({ id: 7007 });
    assert.deepEqual(await left(plan, joined, {}, joined), ['wait until 7 nodes know each other']);
    const taken = clusterOf({ id: 7007 }, { id: 7099 });
    assert.match(
      String(await left(plan, whole, {}, { ...taken, views: new Map([...taken.views].slice(0, 1)) })),
      /knows nodes of another cluster/,
    );
  });

  it('makes no cluster twice', async () => {
    const servers = [7001, 7002, 7003].map((id) => unjoinedServer({ id, epoch: 0 }));
    const plan = requested(planCreate(servers, 0), { command: 'create', nodes: ['a:1', 'b:2', 'c:3'], replicas: 0 });
    const made = clusterOf({ id: 7001, slots: '0-5460' }, { id: 7002, slots: '5461-10921' }, { id: 7003, slots: '10922-16383' });
    const queue = [...made.nodes.keys()].map((id) => ({
      nodes: made.nodes,
      views: new Map([...made.views].filter(([key]) => key === id)),
    }));
    const sources = {
      read: () => Promise.resolve(made),
      server: () => Promise.resolve(queue.shift() ?? assert.fail('asked too often')),
      keyCounts: () => assert.fail('nothing is counted'),
      pause: () => assert.fail('nothing has changed'),
    };
    assert.deepEqual(
      (await stepsLeft(plan, sources)).map((step) => step.do),
      ['join', 'settle'],
    );
  });

  it('looks again before it says that the cluster has changed: a picture may be torn', async () => {
    const torn = threeShards({ id: 7001, slots: '0-4,6-5460' });
    const pictures = [torn, torn, whole];
    const sources = {
      read: () => Promise.resolve(pictures.shift() ?? torn),
      server: () => assert.fail('no server is asked alone'),
      keyCounts: () => assert.fail('nothing is counted'),
      pause: () => Promise.resolve(),
    };
    assert.equal((await stepsLeft(reshardOf(whole, [5]), sources)).length, 2);
    await assert.rejects(stepsLeft(reshardOf(whole, [5]), sources), /has changed/);
  });

  it('is carried out as it is where it does not say what it was made for', async () => {
    const { request: _, ...plan } = reshardOf(whole, [5]);
    const fail = (): never => assert.fail();
    const nowhere = { read: fail, server: fail, keyCounts: fail, pause: fail };
    assert.equal(await stepsLeft(plan, nowhere), plan.steps);
  });
});
