import assert from 'node:assert/strict';
import type { Execution } from '../books.js';
import { type CallRecord, plainTraits } from '../workloads/calls.js';
import { booksOf, findingsOf, forgedCall, forgedEvidence, forgedExecution, rejected, resolved, serverNamed } from './forge.js';
import { histories, judgeKeys } from './histories.js';
import { Ledger } from './ledger.js';
import { sessions, staleness } from './read-promises.js';

const writes = [forgedCall(1, 'SET a v#1'), forgedCall(2, 'SET a v#2')];
const runs = [forgedExecution(10.5, 'SET a v#1'), forgedExecution(20.5, 'SET a v#2')];
const replica = serverNamed('10.0.0.2:6379');

function read(gave: string | null, given: Partial<CallRecord> = {}): CallRecord {
  return forgedCall(3, 'GET a', { outcome: resolved(gave), ...given });
}

function found(calls: readonly CallRecord[], executions: readonly Execution[] = runs): string[] {
  return findingsOf(histories, forgedEvidence({ calls, books: booksOf(executions) }));
}

describe('simulation: histories', () => {
  it('a read gives what was written last', () => {
    const ran = forgedExecution(30.5, 'GET a', { reply: 'v#2' });
    assert.deepEqual(found([...writes, read('v#2')], [...runs, ran]), []);
    assert.match(found([...writes, read('v#1')], [...runs, ran])[0] ?? '', /#3 GET a .* no order of the calls with a explains it/);
  });

  it("what was executed 'no' must not be seen, what may have run may, and when it ran is known", () => {
    const late = forgedCall(2, 'SET a v#2', { outcome: rejected('unknown') });
    const never = forgedCall(2, 'SET a v#2', { outcome: rejected('no') });
    const seen = [writes[0] as CallRecord, read('v#2')];
    assert.deepEqual(found([...seen, late]), []);
    assert.equal(found([...seen, never]).length, 1);
    assert.equal(found([...seen, late], runs.slice(0, 1)).length, 1);
  });

  it('says nothing of keys of which the servers lost something, or were of two minds', () => {
    const calls = [...writes, read('v#1')];
    const lost = booksOf(runs);
    lost.discarded('10.0.0.1:6379', 'first', 150);
    const evidence = forgedEvidence({ calls, books: lost });
    assert.deepEqual(findingsOf(histories, evidence), []);
    assert.equal(judgeKeys(evidence, new Ledger(evidence)).skipped, 1);
    assert.deepEqual(found(calls, [...runs, forgedExecution(30.5, 'GET a', { reply: 'v#1' })]), []);
  });

  it('reads that replicas may answer are held to other promises', () => {
    const anywhere = { traits: { ...plainTraits, reads: 'nearest' } };
    assert.deepEqual(found([...writes, read('v#1', anywhere)]), []);
  });

  it('a demoted primary may answer what it is not known to be wrong about', () => {
    const books = booksOf([...runs, forgedExecution(30.5, 'GET a', { reply: 'v#1', server: replica, isPrimary: false })]);
    const calls = [...writes, read('v#1')];
    assert.equal(findingsOf(histories, forgedEvidence({ calls, books })).length, 1);
    books.tookRole(replica.name, true);
    assert.deepEqual(findingsOf(histories, forgedEvidence({ calls, books })), []);
  });
});

describe('simulation: promises of reads', () => {
  const session = { traits: { ...plainTraits, reads: 'replicaPreferred', session: 'ada' } };
  const own = writes.map((write) => ({ ...write, ...session }));

  it('a session reads its own writes', () => {
    const seen = (gave: string | null, calls = own) =>
      findingsOf(sessions, forgedEvidence({ calls: [...calls, read(gave, session)], books: booksOf(runs) }));
    assert.deepEqual(seen('v#2'), []);
    assert.match(seen('v#1')[0] ?? '', /its session had written #2 SET a v#2/);
    assert.match(seen(null)[0] ?? '', /its session had written/);
    assert.deepEqual(seen('v#1', writes), []);
  });

  it('what the servers lost, sessions need not see', () => {
    const books = booksOf(runs);
    books.discarded('10.0.0.1:6379', 'first', 150);
    assert.deepEqual(findingsOf(sessions, forgedEvidence({ calls: [...own, read('v#1', session)], books })), []);
  });

  it('a read with maxLagMs gives nothing that was overwritten longer ago', () => {
    const bounded = { traits: { ...plainTraits, reads: 'replica', maxLagMs: 100 } };
    const seen = (issuedAt: number, gave: string) =>
      findingsOf(
        staleness,
        forgedEvidence({ calls: [...writes, read(gave, { ...bounded, issuedAt, settledAt: issuedAt + 1 })], books: booksOf(runs) }),
      );
    assert.deepEqual(seen(110, 'v#1'), []);
    assert.deepEqual(seen(500, 'v#2'), []);
    assert.match(seen(500, 'v#1')[0] ?? '', /older than the call, that allowed 100 ms/);
  });
});
