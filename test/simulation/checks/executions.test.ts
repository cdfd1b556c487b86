import assert from 'node:assert/strict';
import { Failure } from '../servers/resp.js';
import { plainTraits } from '../workloads/calls.js';
import { executions } from './executions.js';
import { booksOf, findingsOf, forgedCall, forgedEvidence, forgedExecution, rejected, resolved } from './forge.js';
import { readValues, writeReplies } from './replies.js';

const set = forgedCall(1, 'SET a v#1');
const ran = forgedExecution(10.5, 'SET a v#1');

function found(call: Parameters<typeof forgedCall>[2], ...runs: ReturnType<typeof forgedExecution>[]): string[] {
  return findingsOf(executions, forgedEvidence({ calls: [{ ...set, ...call }], books: booksOf(runs) }));
}

describe('simulation: how often writes ran', () => {
  it('once is right for OK, and once or not at all where nobody knows', () => {
    assert.deepEqual(found({}, ran), []);
    assert.deepEqual(found({ outcome: rejected('unknown') }, ran), []);
    assert.deepEqual(found({ outcome: rejected('unknown') }), []);
    assert.deepEqual(found({ outcome: rejected('no') }), []);
  });

  it('twice is right for what is idempotent alone', () => {
    const again = forgedExecution(12, 'SET a v#1');
    assert.match(found({}, ran, again)[0] ?? '', /#1 SET a v#1 .* ran twice/);
    assert.match(found({ outcome: rejected('unknown') }, ran, again)[0] ?? '', /ran twice/);
    assert.deepEqual(found({ traits: { ...plainTraits, isIdempotent: true } }, ran, again), []);
  });

  it('parts of a command that was split over nodes are one run', () => {
    const split = { words: ['MSET', 'a', 'v#1', 'b', 'v#1'], keys: ['a', 'b'] };
    assert.deepEqual(found(split, forgedExecution(10.5, 'MSET a v#1'), forgedExecution(10.6, 'MSET b v#1')), []);
    assert.match(found(split, forgedExecution(10.5, 'MSET a v#1'), forgedExecution(10.6, 'MSET a v#1'))[0] ?? '', /ran twice/);
  });

  it("executed 'no' never ran, also not later", () => {
    assert.match(found({ outcome: rejected('no') }, forgedExecution(500, 'SET a v#1'))[0] ?? '', /executed 'no'/);
  });

  it('what was acknowledged ran, and what a server refused did not', () => {
    const refused = forgedExecution(10.5, 'SET a v#1', { isRefused: true, reply: new Failure('MOVED 1 10.0.0.2:6379') });
    assert.match(found({})[0] ?? '', /never ran/);
    assert.match(found({}, refused)[0] ?? '', /never ran/);
    assert.match(found({ outcome: rejected('yes') })[0] ?? '', /never ran/);
    assert.deepEqual(found({ outcome: rejected('no') }, refused), []);
    assert.deepEqual(found({}, refused, ran), []);
  });

  it('an error without a change is an answer, and no run', () => {
    const wrong = forgedExecution(10.5, 'SET a v#1', { reply: new Failure('WRONGTYPE no'), effects: [] });
    assert.deepEqual(found({ outcome: rejected('yes') }, wrong), []);
    assert.match(found({}, wrong)[0] ?? '', /never ran/);
  });

  it('a transaction ran where its effects say so; what MULTI queued may not have run', () => {
    const exec = forgedExecution(10.5, 'EXEC', { effects: [['SET', 'a', 'v#1']] });
    assert.deepEqual(found({}, exec), []);
    assert.match(found({ outcome: rejected('no') }, exec)[0] ?? '', /ran/);
    assert.deepEqual(found({ outcome: resolved('QUEUED') }), []);
  });
});

describe('simulation: replies', () => {
  const read = forgedCall(3, 'GET a', { issuedAt: 30, outcome: resolved('v#1') });

  it('a read gives what was written to its key before', () => {
    assert.deepEqual(findingsOf(readValues, forgedEvidence({ calls: [set, read] })), []);
    const other = forgedCall(1, 'SET b v#1');
    assert.match(findingsOf(readValues, forgedEvidence({ calls: [other, read] }))[0] ?? '', /a value of #1 SET b/);
    const later = forgedCall(1, 'SET a v#1', { issuedAt: 40 });
    assert.match(findingsOf(readValues, forgedEvidence({ calls: [later, read] }))[0] ?? '', /a value of #1/);
    assert.match(findingsOf(readValues, forgedEvidence({ calls: [read] }))[0] ?? '', /which is no call/);
  });

  it('marks at any depth count, and elements may have been moved from another list', () => {
    const pushed = forgedCall(1, 'RPUSH a e#1');
    const moved = forgedCall(2, 'LMOVE a b LEFT RIGHT', { keys: ['a', 'b'], outcome: resolved('e#1') });
    const all = forgedCall(3, 'LRANGE b 0 -1', { outcome: resolved([['e#1']]) });
    assert.deepEqual(findingsOf(readValues, forgedEvidence({ calls: [pushed, moved, all] })), []);
    assert.match(findingsOf(readValues, forgedEvidence({ calls: [pushed, all] }))[0] ?? '', /a value of #1 RPUSH a/);
  });

  it('keys of another prefix or database are others', () => {
    const prefixed = { ...read, traits: { ...plainTraits, keyPrefix: 'x:' } };
    assert.match(findingsOf(readValues, forgedEvidence({ calls: [set, prefixed] }))[0] ?? '', /a value of #1/);
  });

  it('a write gives what its own run gave', () => {
    const calls = [forgedCall(1, 'INCRBY a 1000001', { outcome: resolved(1_000_001) })];
    const books = (reply: number) => booksOf([forgedExecution(10.5, 'INCRBY a 1000001', { reply })]);
    assert.deepEqual(findingsOf(writeReplies, forgedEvidence({ calls, books: books(1_000_001) })), []);
    assert.match(findingsOf(writeReplies, forgedEvidence({ calls, books: books(2_000_003) }))[0] ?? '', /gave '2000003'/);
  });
});
