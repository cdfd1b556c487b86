import assert from 'node:assert/strict';
import { planCreate, spread } from '../../../../lib/admin/plans/create.js';
import type { ClusterState } from '../../../../lib/admin/state/cluster-state.js';
import { clusterOf, idOf, unjoinedServer } from '../cluster-states.js';
import { withTold } from '../preflight/told.js';
import { assertPlan, type ExpectedPlan } from './assert-plan.js';

describe('the plan of create', () => {
  const six = [7001, 7002, 7003, 7004, 7005, 7006];
  const cases: readonly (readonly [name: string, servers: readonly ClusterState[], replicas: number, expected: ExpectedPlan])[] = [
    [
      'gives three servers a third each',
      [7001, 7002, 7003].map((id) => unjoinedServer({ id, epoch: 0 })),
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
        ...[7003, 7004, 7005, 7006].map((id) => unjoinedServer({ id, epoch: 0 })),
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
    [
      'wants three primaries',
      six.slice(0, 5).map((id) => unjoinedServer({ id })),
      1,
      /at least 3 primaries, .* give 6 servers or more, not 5/,
    ],
    [
      'wants empty servers',
      [unjoinedServer({ id: 7001, keys: 3 }), unjoinedServer({ id: 7002 }), unjoinedServer({ id: 7003 })],
      0,
      /10.0.0.1:7001 holds 3 keys/,
    ],
    [
      'wants servers that tell how many keys they have',
      [unjoinedServer({ id: 7001, keysKnown: false }), unjoinedServer({ id: 7002 }), unjoinedServer({ id: 7003 })],
      0,
      /10.0.0.1:7001 does not tell whether it has keys/,
    ],
    [
      'wants servers without slots of their own',
      [unjoinedServer({ id: 7001, slots: '5' }), unjoinedServer({ id: 7002 }), unjoinedServer({ id: 7003 })],
      0,
      /10.0.0.1:7001 has slots already: 5/,
    ],
    [
      'wants no members of another cluster',
      [joined({ id: 7001 }, [7001, 7009]), unjoinedServer({ id: 7002 }), unjoinedServer({ id: 7003 })],
      0,
      /7001 belongs to another cluster: it knows .*7009/,
    ],
    [
      'says all that is wrong at once',
      [unjoinedServer({ id: 7001, keys: 3 }), unjoinedServer({ id: 7002, slots: '5' }), joined({ id: 7003 }, [7003, 7009])],
      0,
      /7001 holds 3 keys; \S+7002 has slots already: 5; \S+7003 belongs to another cluster: it knows \S+7009\. Give empty servers/,
    ],
    [
      'knows a copy of a server',
      ['a', 'b', 'c'].map((run, at) =>
        withTold(unjoinedServer({ id: at === 2 ? 7001 : 7001 + at }), { [at === 2 ? 7001 : 7001 + at]: { info: { run_id: run } } }),
      ),
      0,
      /7001 has the node id of \S+7001 .* was copied/,
    ],
    ['wants each server once', [7001, 7002, 7001].map((id) => unjoinedServer({ id })), 0, /7001 was given twice/],
  ];
  for (const [name, servers, replicas, expected] of cases) {
    it(name, () => assertPlan(() => planCreate(servers, replicas), expected));
  }

  /** What a member says that knows others. */
  function joined(own: { readonly id: number; readonly slots?: string }, ids: readonly number[]): ClusterState {
    const all = clusterOf(own, ...ids.filter((id) => id !== own.id).map((id) => ({ id })));
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
