import assert from 'node:assert/strict';
import { countVotes, elects, type PromotionCandidate, selectReplica } from './election.js';

describe('the election of a leader among sentinels', () => {
  const votes: readonly (readonly [votes: readonly (readonly [string | null, number])[], leader: string | null, count: number])[] = [
    [[], null, 0],
    [[['a', 3]], 'a', 1],
    [[['a', 2]], null, 0],
    [[[null, 3]], null, 0],
    [
      [
        ['a', 3],
        ['b', 3],
        ['b', 3],
      ],
      'b',
      2,
    ],
    [
      [
        ['a', 3],
        ['a', 2],
        ['b', 3],
        ['b', 3],
      ],
      'b',
      2,
    ],
  ];
  for (const [given, leader, count] of votes) {
    it(`counts ${JSON.stringify(given)} as ${count} for ${leader}`, () => {
      const all = given.map(([name, epoch]) => ({ leader: name, epoch }));
      assert.deepEqual(countVotes(all, 3), { leader, votes: count });
    });
  }

  const needed: readonly (readonly [votes: number, sentinels: number, quorum: number, isElected: boolean])[] = [
    [2, 3, 2, true],
    [1, 3, 1, false],
    [2, 3, 3, false],
    [2, 4, 2, false],
    [3, 5, 2, true],
    [1, 1, 1, true],
  ];
  for (const [count, sentinels, quorum, isElected] of needed) {
    it(`${isElected ? 'elects' : 'does not elect'} with ${count} votes of ${sentinels}, quorum ${quorum}`, () => {
      assert.equal(elects(count, { sentinels, quorum }), isElected);
    });
  }
});

describe('the selection of a replica', () => {
  const good: PromotionCandidate & { readonly name: string } = {
    ...{ name: 'a', isDown: false, isConnected: true, goodAgoMs: 500, reportedAgoMs: 1_000, linkDownMs: 2_000 },
    ...{ priority: 100, offset: 50, runId: 'b' },
  };
  type Change = Partial<typeof good>;
  const cases: readonly (readonly [name: string, changes: readonly Change[], selected: string | null])[] = [
    ['takes the only one', [{}], 'a'],
    ['takes none that is down', [{ isDown: true }], null],
    ['takes none without a connection', [{ isConnected: false }], null],
    ['takes none that has not answered for long', [{ goodAgoMs: 5_001 }], null],
    ['takes none of which nothing was heard since the primary is down', [{ reportedAgoMs: 5_001 }], null],
    ['takes none with the priority 0', [{ priority: 0 }], null],
    ['takes none that was without its primary for too long', [{ linkDownMs: 13_001 }], null],
    ['prefers the lower priority number', [{ name: 'b', priority: 100, offset: 90 }, { priority: 10 }], 'a'],
    ['prefers more history', [{ name: 'b', offset: 49 }, {}], 'a'],
    ['prefers the lesser run id', [{ name: 'b', runId: 'c' }, {}], 'a'],
    ['prefers a known run id', [{ name: 'b', runId: null }, {}], 'a'],
  ];
  for (const [name, changes, selected] of cases) {
    it(name, () => {
      const replicas = changes.map((change) => ({ ...good, ...change }));
      assert.equal(selectReplica(replicas, { downMs: 3_000, downAfterMs: 1_000 })?.name ?? null, selected);
    });
  }

  it('believes older reports where the primary is not down', () => {
    const replica = { ...good, reportedAgoMs: 29_000 };
    assert.equal(selectReplica([replica], { downMs: null, downAfterMs: 1_000 }), replica);
  });
});
