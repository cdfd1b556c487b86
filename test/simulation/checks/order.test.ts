import assert from 'node:assert/strict';
import { Failure } from '../servers/resp.js';
import { type CallRecord, plainTraits } from '../workloads/calls.js';
import { booksOf, findingsOf, forgedCall, forgedClient, forgedEvidence, forgedExecution, rejected, serverNamed } from './forge.js';
import { order } from './order.js';

describe('simulation: order of writes', () => {
  const first = forgedExecution(20, 'SET a v#1');
  const second = forgedExecution(10, 'SET a v#2');

  function found(given: Partial<CallRecord> = {}, runs = [second, first], evidence = {}): string[] {
    const calls = [forgedCall(1, 'SET a v#1', given), forgedCall(2, 'SET a v#2')];
    return findingsOf(order, forgedEvidence({ calls, books: booksOf(runs), ...evidence }));
  }

  it('is that in which they were issued, for each client, key and node', () => {
    assert.deepEqual(found({}, [first, second]), []);
    assert.match(found()[0] ?? '', /#1 SET a v#1 .* ran behind #2 SET a v#2/);
    assert.deepEqual(found({}, [second, forgedExecution(20, 'SET b v#1')]), []);
    assert.deepEqual(found({}, [second, { ...first, server: serverNamed('10.0.0.2:6379') }]), []);
    assert.deepEqual(found({ client: 'b' }), []);
  });

  it('is not promised to what its node still owed when the client went to another one for the key, and came back', () => {
    const late = { ...first, at: 500, sentAt: 5 };
    const overtaker = { ...second, at: 401, sentAt: 400 };
    const elsewhere = (sentAt: number): typeof first => ({
      ...overtaker,
      at: sentAt + 1,
      sentAt,
      isRefused: true,
      server: serverNamed('10.0.0.2:6379'),
    });
    assert.equal(found({}, [overtaker, late]).length, 1);
    assert.deepEqual(found({}, [elsewhere(300), overtaker, late]), []);
    assert.equal(found({}, [elsewhere(50), overtaker, late]).length, 1, 'a barrier stands');
    assert.equal(found({}, [{ ...elsewhere(300), words: ['SET', 'b', 'v#2'] }, overtaker, late]).length, 1);
  });

  it('is that of the parts of a pipeline', () => {
    const whole = forgedCall(3, 'PIPELINE', { keys: [] });
    const parts = [1, 2].map((id) => forgedCall(id, `SET a v#${id}`, { traits: { ...plainTraits, partOf: 3 } }));
    assert.equal(found({}, undefined, { calls: [...parts, whole] }).length, 1);
    assert.deepEqual(found({}, undefined, { calls: [...parts, { ...whole, words: ['LEASE'] }] }), []);
    const clients = new Map([['a', forgedClient({ queue: { maxCommands: 30, maxBytes: 1_000 } })]]);
    assert.equal(found({}, undefined, { calls: [...parts, whole], clients }).length, 1);
    const beside = [...parts.slice(0, 1), forgedCall(2, 'SET a v#2'), whole];
    assert.equal(found({}, undefined, { calls: beside }).length, 1);
    assert.deepEqual(found({}, undefined, { calls: beside, clients }), []);
  });

  it('is not promised to what was refused, failed, may run again, or has a connection of its own', () => {
    const moved = forgedExecution(5, 'SET a v#1', { isRefused: true, reply: new Failure('MOVED 1 10.0.0.2:6379') });
    assert.deepEqual(found({}, [moved, second, first]), []);
    // Behind the barrier of a refusal nothing overtakes, save what was on its way.
    const refused = { ...moved, reply: new Failure('LOADING Redis is loading the dataset in memory'), at: 4, readAt: 4.5 };
    assert.deepEqual(found({}, [refused, { ...second, sentAt: 5 }, first]), []);
    assert.deepEqual(found({}, [{ ...refused, readAt: 9 }, { ...second, sentAt: 9.5 }, first]), []);
    assert.equal(found({}, [refused, { ...second, sentAt: 9.6 }, first]).length, 1);
    const refusedBehind = { ...refused, words: second.words, at: 5, sentAt: 4 };
    assert.deepEqual(found({}, [refused, refusedBehind, { ...second, sentAt: 9.6 }, first]), []);
    assert.deepEqual(found({ outcome: rejected('unknown') }), []);
    assert.deepEqual(found({ traits: { ...plainTraits, isIdempotent: true } }), []);
    assert.deepEqual(found({ traits: { ...plainTraits, waitReplicas: 1 } }), []);
    assert.deepEqual(found({}, undefined, { clients: new Map([['a', forgedClient({ sharedConnections: 2 })]]) }), []);
  });
});
