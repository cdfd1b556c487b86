import assert from 'node:assert/strict';
import { type CallRecord, plainTraits } from '../workloads/calls.js';
import { booksOf, findingsOf, forgedCall, forgedEvidence, forgedExecution, rejected, resolved } from './forge.js';
import { scans } from './scans.js';

const write = (given: Partial<CallRecord> = {}): CallRecord => forgedCall(1, 'SET s:stays:7 v#1', { issuedAt: 0, settledAt: 10, ...given });
const books = booksOf([forgedExecution(5, 'SET s:stays:7 v#1')]);

function found(value: readonly unknown[], given: Partial<CallRecord> = {}, written = write()): string[] {
  const scan = forgedCall(2, 'SCANKEYS s:*', { issuedAt: 20, settledAt: 30, keys: [], outcome: resolved(value), ...given });
  return findingsOf(scans, forgedEvidence({ calls: [written, scan], books }));
}

describe('simulation: a scan', () => {
  it('gives what stays', () => {
    assert.deepEqual(found(['s:stays:7', 's:goes:1']), []);
    assert.match(found(['s:goes:1'])[0] ?? '', /did not give 'stays:7', which was there: #1 SET/);
  });

  it('gives nothing twice', () => {
    assert.match(found(['s:stays:7', 's:goes:1', 's:goes:1'])[0] ?? '', /gave 's:goes:1' twice/);
  });

  it('may leave out what was not acknowledged before it, and what replicas need not have', () => {
    assert.deepEqual(found([], {}, write({ settledAt: 25 })), []);
    assert.deepEqual(found([], {}, write({ outcome: rejected('unknown') })), []);
    assert.deepEqual(found([], { traits: { ...plainTraits, reads: 'nearest' } }), []);
  });

  it('gives elements, too', () => {
    const field = forgedCall(1, 'HSET h stays:7 v#1', { issuedAt: 0, settledAt: 10 });
    const hash = (value: readonly unknown[]): string[] => {
      const scan = forgedCall(2, 'SCANHASH h', { issuedAt: 20, outcome: resolved(value) });
      return findingsOf(scans, forgedEvidence({ calls: [field, scan], books: booksOf([forgedExecution(5, 'HSET h stays:7 v#1')]) }));
    };
    assert.deepEqual(hash([['stays:7', 'v#1']]), []);
    assert.equal(hash([['stays:8', 'v#9']]).length, 1);
  });
});
