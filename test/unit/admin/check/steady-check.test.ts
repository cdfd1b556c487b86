import assert from 'node:assert/strict';
import { type ClusterPicture, leftOpen, movesUnderWay } from '../../../../lib/admin/check/moves-under-way.js';
import { steadyCheck, steadyProblems } from '../../../../lib/admin/check/steady-check.js';
import { idOf, type NodeSpec, threeShards } from '../cluster-states.js';
import { factsOf } from '../health/invented-facts.js';

interface Seen {
  readonly nodes?: readonly NodeSpec[];
  /** Keys of slot 5 at 7001 and at 7002. */
  readonly keys?: readonly [source: number, target: number];
  /** Calls of MIGRATE at 7001. */
  readonly calls?: number | null;
  /** Keys of 7001 in slots of others. */
  readonly strays?: number;
}

const OPEN: readonly NodeSpec[] = [
  { id: 7001, migrating: { 5: 7002 } },
  { id: 7002, importing: { 5: 7001 } },
];
const MOVED: readonly NodeSpec[] = [
  { id: 7001, slots: '0-4,6-5460' },
  { id: 7002, slots: '5,5461-10922' },
];
/** The target knows already that it owns the slot, the source does not yet. */
const HANDING_OVER: readonly NodeSpec[] = [{ id: 7002, slots: '5,5461-10922' }];
const HALF_OPEN: readonly NodeSpec[] = [{ id: 7002, importing: { 5: 7001 } }];

function picture({ nodes = [], keys, calls = 0, strays = 0 }: Seen): ClusterPicture {
  const each: readonly NodeSpec[] = [7001, 7002, 7003].map((id, index) => ({
    id,
    at: `host-${index}`,
    ...nodes.find((node) => node.id === id),
  }));
  const openKeys = new Map(
    keys === undefined
      ? []
      : [
          [
            5,
            new Map([
              [idOf(7001), keys[0]],
              [idOf(7002), keys[1]],
            ]),
          ],
        ],
  );
  return {
    cluster: threeShards(...each, ...nodes.filter(({ id }) => id > 7003)),
    openKeys,
    strays: new Map(strays === 0 ? [] : [[idOf(7001), strays]]),
    migrations: new Map(
      calls === null
        ? []
        : [
            [idOf(7001), calls],
            [idOf(7002), 0],
          ],
    ),
  };
}

describe('a look at the cluster, again', () => {
  const cases: readonly (readonly [name: string, seen: readonly Seen[], expected: readonly RegExp[]])[] = [
    ['finds nothing where nothing is', [{}], []],
    [
      'finds a slot that was left open',
      [
        { nodes: OPEN, keys: [9, 3] },
        { nodes: OPEN, keys: [9, 3] },
      ],
      [/^error open .*7001 is sending slots 5/, /^error open .*7002 is rec/],
    ],
    [
      'finds an empty slot that was left open',
      [
        { nodes: OPEN, keys: [0, 0] },
        { nodes: OPEN, keys: [0, 0] },
      ],
      [/^error open /, /^error open /],
    ],
    ['finds a slot that only its target has open', [{ nodes: HALF_OPEN }, { nodes: HALF_OPEN }], [/^error open .*7002 is receiving/]],
    [
      'takes keys that MIGRATE took for a move',
      [
        { nodes: OPEN, keys: [9, 3], calls: 4 },
        { nodes: OPEN, keys: [8, 4], calls: 5 },
      ],
      [/^note moving .*7001 to .*7002, of slots 5:/],
    ],
    [
      'takes keys that expired or were deleted for none',
      [
        { nodes: OPEN, keys: [9, 3], calls: 4 },
        { nodes: OPEN, keys: [7, 4], calls: 4 },
      ],
      [/^error open /, /^error open /],
    ],
    [
      'takes fewer keys for a move where nobody counts calls',
      [
        { nodes: OPEN, keys: [9, 3], calls: null },
        { nodes: OPEN, keys: [8, 4], calls: null },
      ],
      [/^note moving /],
    ],
    [
      'takes calls of MIGRATE for other slots for none',
      [
        { nodes: OPEN, keys: [9, 3], calls: 4 },
        { nodes: OPEN, keys: [9, 3], calls: 40 },
      ],
      [/^error open /, /^error open /],
    ],
    ['takes a slot that was opened meanwhile for a move', [{}, { nodes: OPEN }], [/^note moving .*of slots 5:/]],
    ['takes a slot that was closed meanwhile for a move', [{ nodes: OPEN }, {}], [/^note moving .*of slots 5:/]],
    ['takes a slot with another owner for a move', [{}, { nodes: MOVED }], [/^note moving .*7001 to .*7002, of slots 5:/]],
    ['says nothing of owners that a picture saw at different moments', [{ nodes: HANDING_OVER }, { nodes: MOVED }], [/^note moving /]],
    ['finds owners that stay contested', [{ nodes: HANDING_OVER }, { nodes: HANDING_OVER }], [/^error contested slots 5 /]],
    [
      'finds only the slots that are missing all the time',
      [{ nodes: [{ id: 7001, slots: '3-5460' }] }, { nodes: [{ id: 7001, slots: '1-5460' }] }],
      [/^error uncovered 1 slot .*: 0$/],
    ],
    [
      'finds disagreement only about the same slots',
      [
        { nodes: [{ id: 7003, owners: `${idOf(7001)} 0-5459\n${idOf(7002)} 5460-10922\n${idOf(7003)} 10923-16383` }] },
        { nodes: [{ id: 7003, owners: `${idOf(7001)} 1-5460\n${idOf(7002)} 0,5461-10922\n${idOf(7003)} 10923-16383` }] },
      ],
      [],
    ],
    [
      'finds keys that stay in slots of others',
      [{ strays: 3 }, { strays: 2 }],
      [/^error stray-keys 10.0.0.1:7001 has 2 keys in slots that it does not own/],
    ],
    ['says nothing of keys that were in slots of others for a moment', [{ strays: 3 }, {}], []],
    [
      'takes keys of slots that are coming for no strays',
      [{ nodes: MOVED, strays: 3 }, { strays: 2 }],
      [/^note moving a move is under way from 10.0.0.1:7002 to 10.0.0.1:7001, of slots 5:/],
    ],
    [
      'finds keys in slots of others as soon as no slot is coming any more',
      [{ nodes: MOVED }, { strays: 2 }, { strays: 2 }].map((seen) => ({ strays: 3, ...seen })),
      [/^error stray-keys 10.0.0.1:7001 has 2 keys/, /^note moving /],
    ],
    [
      'finds who stays unknown',
      [{ nodes: [{ id: 7001, unknownIds: [7006] }] }, { nodes: [{ id: 7001, unknownIds: [7006] }] }],
      [/^error unknown /],
    ],
    [
      'says nothing of who has got known',
      [{ nodes: [{ id: 7001, unknownIds: [7006] }] }, { nodes: [{ id: 7002, unknownIds: [7006] }] }],
      [],
    ],
    [
      'takes a failover for no move',
      [
        {},
        {
          nodes: [
            { id: 7001, slots: '', of: 7004 },
            { id: 7004, slots: '0-5460', of: undefined },
          ],
        },
      ],
      [],
    ],
    ['says that a node does not answer as it is now', [{}, { nodes: [{ id: 7006, of: 7003, down: true }] }], [/^warning unreachable /]],
    [
      'says nothing of a link that has come up',
      [
        { nodes: [{ id: 7004, of: 7001, facts: factsOf('replica', { info: { master_link_status: 'down' } }) }] },
        { nodes: [{ id: 7004, of: 7001, facts: factsOf('replica') }] },
      ],
      [],
    ],
  ];
  for (const [name, seen, expected] of cases) {
    it(name, () => {
      const found = steadyProblems(seen.map(picture)).map(({ severity, kind, text }) => `${severity} ${kind} ${text}`);
      assert.equal(found.length, expected.length, found.join('\n'));
      for (const [index, pattern] of expected.entries()) assert.match(found[index] ?? '', pattern);
    });
  }

  it('knows moves and slots left open at the same time', () => {
    const both = { 5: 7002, 6: 7002 };
    const pictures = [picture({ nodes: [{ id: 7001, migrating: both }] }), picture({ nodes: [{ id: 7001, migrating: { 5: 7002 } }] })];
    assert.deepEqual(movesUnderWay(pictures), [{ from: idOf(7001), to: idOf(7002), slots: [6], job: null }]);
    assert.deepEqual(leftOpen(pictures), [{ slot: 5, node: idOf(7001), way: 'migrating', peer: idOf(7002) }]);
  });
});

describe('a steady check', () => {
  async function run(...seen: readonly Seen[]): Promise<{ readonly reads: number; readonly paused: number; readonly kinds: string[] }> {
    let reads = 0;
    let paused = 0;
    const read = (): Promise<ClusterPicture> => Promise.resolve(picture(seen[Math.min(reads++, seen.length - 1)] ?? {}));
    const sleep = (ms: number): Promise<void> => {
      paused += ms;
      return Promise.resolve();
    };
    const { problems } = await steadyCheck({ read, sleep });
    return { reads, paused, kinds: problems.map(({ kind }) => kind) };
  }

  it('looks once at a cluster without errors', async () => {
    assert.deepEqual(await run({}), { reads: 1, paused: 0, kinds: [] });
    assert.deepEqual((await run({ nodes: [{ id: 7006, of: 7003, down: true }] })).reads, 1, 'warnings are no reason to look again');
  });

  it('looks as often as it is told to', async () => {
    let looks = 0;
    const read = (): Promise<ClusterPicture> => Promise.resolve(picture(++looks === 1 ? {} : { nodes: MOVED }));
    const { problems } = await steadyCheck({ leastLooks: 2, read, sleep: () => Promise.resolve() });
    assert.deepEqual([looks, problems.map(({ kind }) => kind)], [2, ['moving']]);
  });

  it('stops once nothing is left that may pass', async () => {
    assert.deepEqual(await run({ nodes: OPEN }, {}), { reads: 2, paused: 500, kinds: ['moving'] });
    assert.deepEqual(await run({ nodes: HANDING_OVER }, { nodes: HANDING_OVER }, { nodes: MOVED }), {
      reads: 3,
      paused: 1_500,
      kinds: ['moving'],
    });
  });

  it('gives up after 3 s', async () => {
    assert.deepEqual(await run({ nodes: OPEN, keys: [1, 1] }), { reads: 4, paused: 3_000, kinds: ['open', 'open'] });
  });

  it('waits for a node that does not answer no more than twice', async () => {
    const { reads, kinds } = await run({ nodes: [{ id: 7001, down: true }] });
    assert.deepEqual({ reads, kinds }, { reads: 2, kinds: ['unreachable', 'uncovered'] });
  });
});
