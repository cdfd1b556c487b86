import assert from 'node:assert/strict';
import type { CallRecord } from '../workloads/calls.js';
import { plainTraits } from '../workloads/calls.js';
import type { Evidence } from './check.js';
import { booksOf, findingsOf, forgedCall, forgedEvidence, forgedExecution, serverNamed } from './forge.js';
import type { RingFacts } from './group.js';
import { histories } from './histories.js';
import { places } from './places.js';
import { FIRST_AND_LAST } from './settling.js';

/** Two members, of which all keys are on the first, and on the second since 100 ms. */
const ring: RingFacts = {
  kinds: new Map([
    [1, 'single'],
    [2, 'single'],
  ]),
  placesMove: true,
  ejects: false,
  emptied: new Set(),
  lists: [
    { at: 0, client: null, placeOf: () => 1 },
    { at: 100, client: 'a', placeOf: () => 2 },
  ],
};
const FIRST = serverNamed('10.1.0.1:6379');
const SECOND = serverNamed('10.2.0.1:6379');

function evidenceOf(
  calls: readonly CallRecord[],
  runs: readonly Parameters<typeof forgedExecution>[],
  facts: Partial<RingFacts> = {},
): Evidence {
  return forgedEvidence({ kind: 'ring', ring: { ...ring, ...facts }, calls, books: booksOf(runs.map((run) => forgedExecution(...run))) });
}

describe('simulation: places of keys in a ring', () => {
  const after = forgedCall(20, 'SET k v#20', { issuedAt: 200 });
  const before = forgedCall(5, 'SET k v#5', { issuedAt: 50 });

  it('are those of the members that the client has', () => {
    assert.deepEqual(findingsOf(places, evidenceOf([after], [[201, 'SET k v#20', { server: SECOND }]])), []);
    const [text = '', ...others] = findingsOf(places, evidenceOf([after], [[201, 'SET k v#20', { server: FIRST }]]));
    assert.match(text, /SET k v#20 on 10\.1\.0\.1:6379 .*: k is on 10\.2, by the members since 100\.00 ms/);
    assert.deepEqual(others, []);
  });

  it('are those of before, too, of what was called before, or is on a lease, or by a client that nobody gave others', () => {
    const whole = forgedCall(19, 'LEASE k', { issuedAt: 200 });
    const leased = { ...after, traits: { ...plainTraits, partOf: whole.id } };
    const cases: readonly (readonly CallRecord[])[] = [
      [whole, leased],
      [{ ...after, workload: FIRST_AND_LAST }],
      [{ ...after, client: 'b' }],
    ];
    for (const calls of cases) assert.deepEqual(findingsOf(places, evidenceOf(calls, [[201, 'SET k v#20', { server: FIRST }]])), []);
    assert.deepEqual(findingsOf(places, evidenceOf([before], [[201, 'SET k v#5', { server: FIRST }]])), []);
  });

  it('are known of reads, too, where members never change, and of nothing where they are ejected', () => {
    const fixed = { placesMove: false, lists: ring.lists.slice(0, 1) };
    assert.equal(findingsOf(places, evidenceOf([], [[50, 'GET k', { server: SECOND }]], fixed)).length, 1);
    assert.deepEqual(findingsOf(places, evidenceOf([], [[50, 'GET k', { server: SECOND }]], { ...fixed, ejects: true })), []);
  });

  it('have a history each: of a key that was at two of them it is not judged', () => {
    const read = forgedCall(21, 'GET k', { issuedAt: 210, outcome: { ok: true, value: null } });
    const judged = (server: typeof FIRST): string[] =>
      findingsOf(
        histories,
        evidenceOf(
          [after, read],
          [
            [201, 'SET k v#20', { server: FIRST }],
            [211, 'GET k', { server, reply: server === FIRST ? 'v#20' : null }],
          ],
        ),
      );
    assert.equal(judged(FIRST).length, 1);
    assert.deepEqual(judged(SECOND), []);
  });
});
