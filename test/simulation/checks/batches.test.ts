import assert from 'node:assert/strict';
import { plainTraits } from '../workloads/calls.js';
import { piped, replicated, watched } from './batches.js';
import { booksOf, findingsOf, forgedCall, forgedClient, forgedEvidence, forgedExecution, rejected, resolved } from './forge.js';

describe('simulation: commands that belong together', () => {
  const part = { traits: { ...plainTraits, partOf: 10 } };

  /** A `watch` that read what call 1 had written and wrote `v#12`. */
  function foundOfWatch(executions: readonly string[], value: unknown = ['OK']): string[] {
    const calls = [
      forgedCall(1, 'SET k v#1'),
      forgedCall(2, 'SET k v#2'),
      forgedCall(10, 'WATCHED k', { outcome: resolved(value) }),
      forgedCall(11, 'GET k', { outcome: resolved('v#1'), ...part }),
      forgedCall(12, 'SET k v#12', part),
    ];
    const books = booksOf(
      executions.map((command, at) => {
        const effect = command.replace('EXEC ', '').split(' ');
        return forgedExecution(at * 10, command.startsWith('EXEC') ? 'EXEC' : command, { effects: [effect] });
      }),
    );
    return findingsOf(watched, forgedEvidence({ calls, books }));
  }

  it('a watched key is what it was when it was read', () => {
    assert.deepEqual(foundOfWatch(['SET k v#1', 'EXEC SET k v#12', 'SET k v#2']), []);
    assert.match(foundOfWatch(['SET k v#1', 'SET k v#2', 'EXEC SET k v#12'])[0] ?? '', /over what it had not read: .*v#1.*#2 SET k v#2/);
    assert.deepEqual(foundOfWatch(['SET k v#1', 'SET k v#2'], null), [], 'it was not committed');
  });

  function foundOfPipeline(read: string | null, sharedConnections = 1, waitReplicas = 0): string[] {
    const calls = [
      forgedCall(1, 'SET k v#1'),
      forgedCall(10, 'PIPELINE', { keys: [] }),
      forgedCall(11, 'SET k v#11', { ...part, traits: { ...part.traits, waitReplicas } }),
      forgedCall(12, 'GET k', { outcome: resolved(read), ...part }),
    ];
    const books = booksOf([forgedExecution(1, 'SET k v#1'), forgedExecution(20, 'SET k v#11')]);
    const clients = new Map([['a', forgedClient({ sharedConnections })]]);
    return findingsOf(piped, forgedEvidence({ calls, books, clients }));
  }

  it('a pipeline reads what it has written', () => {
    assert.deepEqual(foundOfPipeline('v#11'), []);
    for (const read of ['v#1', null]) assert.match(foundOfPipeline(read)[0] ?? '', /its pipeline had written #11 SET k v#11/);
    assert.deepEqual(foundOfPipeline('v#1', 2), []);
    assert.deepEqual(foundOfPipeline('v#1', 1, 1), [], 'the write had a connection of its own');
  });

  function foundOfWait(replies: readonly number[], outcome = resolved('OK'), words = 'SET k v#1'): string[] {
    const write = forgedCall(1, words, { outcome, traits: { ...plainTraits, waitReplicas: 2 } });
    const waits = replies.map((reply, at) => forgedExecution(20 + at, 'WAIT 2 100', { reply, effects: [] }));
    return findingsOf(replicated, forgedEvidence({ calls: [write], books: booksOf([forgedExecution(10, words), ...waits]) }));
  }

  it('a write that waits for replicas is on as many', () => {
    assert.deepEqual(foundOfWait([2]), []);
    for (const replies of [[1], []]) assert.match(foundOfWait(replies)[0] ?? '', /no WAIT counted 2 replicas behind SET k v#1/);
    assert.deepEqual(foundOfWait([1], rejected('yes')), []);
    assert.deepEqual(foundOfWait([], resolved(0), 'PUBLISH news m#1'), [], 'it is no write');
  });
});
