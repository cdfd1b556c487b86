import assert from 'node:assert/strict';
import Denque from 'denque';
import { handBack, parted, takeRepeatable, visitCalls } from '../../../lib/connection/call-queues.js';
import { DISCARDED_REPLY } from '../../../lib/connection/internal-calls.js';
import { ConnectionLostError, ReplyError } from '../../../lib/errors.js';
import { type Call, SETTLED } from '../../../lib/protocol/call.js';
import { RecordedCalls } from './recorded-calls.js';

const queueOf = (calls: readonly Call[]): Denque<Call> => {
  const queue = new Denque<Call>();
  // The array of the queue is a ring: it begins in its middle.
  for (let index = 0; index < 3; index++) queue.push(DISCARDED_REPLY);
  for (let index = 0; index < 3; index++) queue.shift();
  for (const call of calls) queue.push(call);
  return queue;
};

describe('calls in a queue', () => {
  it('are visited in order', () => {
    const owner = new RecordedCalls();
    const calls = ['GET a', 'GET b', 'GET c', 'GET d', 'GET e'].map((words) => owner.make(words));
    const seen: Call[] = [];
    visitCalls(queueOf(calls), (call) => seen.push(call));
    assert.deepEqual(seen, calls);
  });
});

describe('a queue of calls', () => {
  it('is parted in order', () => {
    const owner = new RecordedCalls();
    const calls = ['GET a', 'SET b 1', 'GET c', 'SET d 1'].map((words) => owner.make(words));
    const reads = parted(queueOf(calls), ({ spec }) => spec.name === 'GET');
    assert.deepEqual(
      [reads.taken, reads.left.toArray()],
      [
        [calls[0], calls[2]],
        [calls[1], calls[3]],
      ],
    );
    const all = parted(queueOf(calls));
    assert.deepEqual([all.taken, all.left.length], [calls, 0]);
  });
});

describe('calls in flight on a connection that does not answer', () => {
  it('are taken once if they may run again, and leave a place for the reply that may still come', () => {
    const owner = new RecordedCalls();
    const [read, write, settled, moved, last] = ['GET a', 'SET b 1', 'GET c', 'GET d', 'GET e'].map((words) => owner.make(words));
    assert.ok(read !== undefined && write !== undefined && settled !== undefined && moved !== undefined && last !== undefined);
    settled.state = SETTLED;
    moved.markMoved();
    const inFlight = queueOf([read, write, settled, moved, last]);
    assert.deepEqual(takeRepeatable(inFlight), [read, last]);
    const [ofRead, ...others] = inFlight.toArray();
    assert.deepEqual(others.slice(0, 3), [write, settled, moved]);
    for (const place of [ofRead, others[3]]) assert.deepEqual([place?.state, place === read || place === last], [SETTLED, false]);
    assert.ok(read.moved && last.moved);
    assert.deepEqual(takeRepeatable(inFlight), []);
  });
});

describe('the place of a call that was taken', () => {
  it('tells its owner what the server refused, and nothing else', () => {
    const owner = new RecordedCalls();
    const inFlight = queueOf([owner.make('GET a')]);
    takeRepeatable(inFlight);
    const place = inFlight.shift();
    assert.ok(place !== undefined);
    handBack([place], [], new ConnectionLostError('gone'));
    assert.deepEqual(owner.outcomes, []);
    place.owner.failed(place, { kind: 'error-reply', error: new ReplyError('MOVED', 'MOVED 1 10.0.0.2:6379'), node: '10.0.0.1:6379' });
    assert.deepEqual(owner.outcomes, ['GET a handed back: error-reply']);
  });

  it('is one for each reply of a batch, of which no error is read', () => {
    const owner = new RecordedCalls(true);
    const batch = owner.make('EXEC');
    batch.ensureExtras().batch = { commands: [], replies: [] };
    const behind = owner.make('GET a');
    behind.markMoved();
    const inFlight = queueOf([batch, batch, batch, behind]);
    assert.deepEqual(takeRepeatable(inFlight), [batch]);
    assert.deepEqual(inFlight.toArray(), [DISCARDED_REPLY, DISCARDED_REPLY, DISCARDED_REPLY, behind]);
  });
});

describe('calls of a connection that has closed', () => {
  it('go back to their owners, an atomic batch once, placeholders to none', () => {
    const owner = new RecordedCalls();
    const [first, batch, last, unwritten] = ['GET a', 'EXEC', 'GET b', 'GET c'].map((words) => owner.make(words));
    assert.ok(first !== undefined && batch !== undefined && last !== undefined && unwritten !== undefined);
    handBack([first, DISCARDED_REPLY, batch, batch, batch, last], [unwritten], new ConnectionLostError('gone'));
    assert.deepEqual(owner.outcomes, [
      'GET a handed back: connection-lost',
      'EXEC handed back: connection-lost',
      'GET b handed back: connection-lost',
      'GET c handed back: not-sent',
    ]);
  });
});
