import assert from 'node:assert/strict';
import { type CallRecord, plainTraits } from '../workloads/calls.js';
import { executions } from './executions.js';
import { booksOf, findingsOf, forgedCall, forgedEvidence, forgedExecution, rejected, resolved } from './forge.js';
import { ends, names } from './lives.js';

const partOf = (whole: number): Pick<CallRecord, 'traits'> => ({ traits: { ...plainTraits, partOf: whole } });
const closed = { outcome: rejected('no', 'ClosedError') };
const duplicate = forgedCall(1, 'DUPLICATE');
const end = forgedCall(5, 'END close', partOf(1));

const cases: readonly (readonly [what: string, calls: readonly CallRecord[], finding: RegExp | null])[] = [
  ['a call that ends with its duplicate', [duplicate, forgedCall(2, 'GET a', { ...partOf(1), ...closed, settledAt: 51 }), end], null],
  ['one that ends before', [duplicate, forgedCall(2, 'GET a', { ...partOf(1), ...closed }), end], /nothing of it was ended by then/],
  ['one that ends with the duplicate of another', [duplicate, end, forgedCall(6, 'GET a', closed)], /nothing of it was ended by then/],
  ['one that ends with its client', [forgedCall(1, 'CLOSE'), forgedCall(2, 'GET a', closed)], null],
  [
    'a part of what ends with its duplicate',
    [duplicate, forgedCall(2, 'LEASE a', partOf(1)), end, forgedCall(6, 'GET a', { ...partOf(2), ...closed })],
    null,
  ],
  ['one that is answered after the end', [duplicate, forgedCall(2, 'GET a', { ...partOf(1), settledAt: 60 }), end], null],
  ['one that is issued after the end, and answered', [duplicate, end, forgedCall(6, 'GET a', partOf(1))], /was taken after #5/],
];

describe('the check of lives', () => {
  for (const [what, calls, finding] of cases) {
    it(`judges ${what}`, () => {
      const found = findingsOf(ends, forgedEvidence({ calls }));
      if (finding === null) assert.deepEqual(found, []);
      else assert.match(found.join(), finding);
    });
  }

  it('finds a message that comes to a duplicate that is closed', () => {
    const calls = [duplicate, forgedCall(2, 'SUBSCRIBE news', partOf(1)), end];
    const heard = (at: number) => ({
      ...{ id: 2, client: 'a', kind: 'channel' as const, names: ['news'], confirmedAt: 21, endedAt: 50 },
      deliveries: [{ type: 'message' as const, at, channel: 'news', message: 'm#7', pattern: null }],
    });
    assert.deepEqual(findingsOf(ends, forgedEvidence({ calls, subscribers: [heard(51)] })), []);
    assert.match(
      findingsOf(ends, forgedEvidence({ calls, subscribers: [heard(52)] })).join(),
      /was given a message at 52\.00 ms, after #5/,
    );
  });

  it('finds a connection that has lost its name', () => {
    const told = (value: string | null) => forgedEvidence({ calls: [forgedCall(1, 'NAME own', { outcome: resolved(value) })] });
    assert.deepEqual(findingsOf(names, told('own')), []);
    assert.match(findingsOf(names, told(null)).join(), /NAME own/);
  });

  it('finds a write in another database than its connection has selected', () => {
    const calls = [forgedCall(1, 'SET a v#1', { traits: { ...plainTraits, database: 3 } })];
    const ranIn = (db: number) =>
      findingsOf(executions, forgedEvidence({ calls, books: booksOf([forgedExecution(11, 'SET a v#1', { db })]) }));
    assert.deepEqual(ranIn(3), []);
    assert.match(ranIn(0).join(), /ran in database 0, and not in 3/);
  });
});
