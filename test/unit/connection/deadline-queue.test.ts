import assert from 'node:assert/strict';
import { DeadlineQueue } from '../../../lib/connection/deadline-queue.js';
import { timeoutError } from '../../../lib/connection/deadlines.js';
import { type Call, NO_DEADLINE, SETTLED } from '../../../lib/protocol/call.js';
import { RecordedCalls } from './recorded-calls.js';

const queueOf = (maxWaitMs = 0): DeadlineQueue => new DeadlineQueue((call) => timeoutError(call, 'nothing to send it to'), maxWaitMs);

const nameOf = (call: Call): string => String(call.args[0]);
const overdue = (name: string): string => `GET ${name}: TimeoutError: GET timed out: nothing to send it to`;

/** The calls that wait, by the moment they came and their deadlines, and which are rejected at a tick. */
const cases: readonly {
  readonly name: string;
  readonly maxWaitMs: number;
  readonly calls: readonly (readonly [name: string, pushedAt: number, deadline: number])[];
  readonly now: number;
  readonly rejected: readonly string[];
}[] = [
  { name: 'none before its deadline', maxWaitMs: 0, calls: [['a', 0, 50]], now: 49, rejected: [] },
  { name: 'one at its deadline', maxWaitMs: 0, calls: [['a', 0, 50]], now: 50, rejected: ['a'] },
  {
    name: 'those that are due, wherever they stand',
    maxWaitMs: 0,
    calls: [
      ['a', 0, 500],
      ['b', 0, 50],
      ['c', 0, NO_DEADLINE],
      ['d', 0, 60],
    ],
    now: 60,
    rejected: ['b', 'd'],
  },
  { name: 'none that has no deadline', maxWaitMs: 0, calls: [['a', 0, NO_DEADLINE]], now: 1e9, rejected: [] },
  {
    name: 'those that have waited for the longest time allowed',
    maxWaitMs: 40,
    calls: [
      ['a', 10, NO_DEADLINE],
      ['b', 20, 500],
      ['c', 21, NO_DEADLINE],
    ],
    now: 60,
    rejected: ['a', 'b'],
  },
  {
    name: 'one whose own deadline comes before the longest time allowed',
    maxWaitMs: 40,
    calls: [
      ['a', 0, NO_DEADLINE],
      ['b', 0, 30],
    ],
    now: 39,
    rejected: ['b'],
  },
];

describe('a deadline queue', () => {
  describe('rejects', () => {
    for (const { name, maxWaitMs, calls, now, rejected } of cases) {
      it(name, () => {
        const owner = new RecordedCalls();
        const queue = queueOf(maxWaitMs);
        for (const [call, pushedAt, deadline] of calls) queue.push(owner.make(`GET ${call}`, deadline), pushedAt);
        queue.tick(now);
        assert.deepEqual(owner.outcomes, rejected.map(overdue));
        const left = calls.map(([call]) => call).filter((call) => !rejected.includes(call));
        assert.deepEqual(owner.usage, { commands: left.length, bytes: 10 * left.length });
        assert.deepEqual(queue.takeAll().map(nameOf), left);
      });
    }
  });

  it('gives its calls in order, without the settled ones, whose usage it releases', () => {
    const owner = new RecordedCalls();
    const queue = queueOf();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => owner.make(`GET ${name}`));
    assert.ok(a !== undefined && b !== undefined && c !== undefined);
    for (const call of [a, b, c]) queue.push(call, 0);
    a.state = b.state = SETTLED;
    assert.equal(queue.length, 3);
    assert.equal(queue.shift(), c);
    assert.equal(queue.shift(), null);
    assert.deepEqual(owner.usage, { commands: 1, bytes: 10 });
  });

  it('releases the usage of settled calls every 100 ms', () => {
    const owner = new RecordedCalls();
    const queue = queueOf(1_000);
    const calls = Array.from({ length: 5 }, (_, index) => owner.make(`GET ${index}`, 10_000));
    for (const call of calls) queue.push(call, 1_000);
    queue.tick(1_000);
    for (const call of calls.slice(1, 4)) call.state = SETTLED;
    queue.tick(1_099);
    assert.equal(owner.usage.commands, 5);
    queue.tick(1_100);
    assert.equal(owner.usage.commands, 2);
    assert.deepEqual(queue.takeAll(), [calls[0], calls[4]]);
  });

  it('keeps each call with its time after others were removed', () => {
    const owner = new RecordedCalls();
    const queue = queueOf(100);
    const [a, b] = [owner.make('GET a'), owner.make('GET b')];
    queue.push(a, 0);
    queue.push(b, 50);
    a.state = SETTLED;
    queue.tick(99);
    queue.tick(149);
    assert.deepEqual(owner.outcomes, []);
    queue.tick(150);
    assert.deepEqual(owner.outcomes, [overdue('b')]);
    assert.equal(queue.length, 0);
  });

  it('serves again after it was empty', () => {
    const owner = new RecordedCalls();
    const queue = queueOf(100);
    queue.push(owner.make('GET a'), 0);
    queue.shift();
    queue.tick(10);
    queue.push(owner.make('GET b'), 20);
    queue.tick(119);
    assert.deepEqual(owner.outcomes, []);
    queue.tick(120);
    assert.deepEqual(owner.outcomes, [overdue('b')]);
  });
});
