import assert from 'node:assert/strict';
import Denque from 'denque';
import { connectionTimeout, expire, timeoutError } from '../../../lib/connection/deadlines.js';
import { internalOwner } from '../../../lib/connection/internal-calls.js';
import { ConnectError } from '../../../lib/errors.js';
import { type Call, NO_DEADLINE, newCall, SETTLED, WRITTEN } from '../../../lib/protocol/call.js';
import { sinkExtras } from '../../../lib/protocol/call-extras.js';
import { command } from '../../../lib/protocol/catalog/specs.js';

const callOf = (deadline: number = NO_DEADLINE): Call =>
  newCall(command('GET'), ['k'], null, 0, internalOwner, deadline, sinkExtras({ onValue() {}, onError() {} }));

describe('expire', () => {
  const cases: readonly {
    readonly name: string;
    readonly deadlines: readonly number[];
    readonly settled: readonly number[];
    readonly rejected: readonly number[];
    readonly earliest: number;
  }[] = [
    { name: 'has nothing to do in an empty queue', deadlines: [], settled: [], rejected: [], earliest: Number.POSITIVE_INFINITY },
    {
      name: 'rejects what is due and gives the next deadline',
      deadlines: [300, 100, 200, 99],
      settled: [],
      rejected: [100, 99],
      earliest: 200,
    },
    { name: 'looks past settled calls', deadlines: [100, 150, 200], settled: [100, 150], rejected: [], earliest: 200 },
    {
      name: 'knows calls without a deadline',
      deadlines: [NO_DEADLINE],
      settled: [],
      rejected: [],
      earliest: Number.POSITIVE_INFINITY,
    },
  ];
  for (const { name, deadlines, settled, rejected, earliest } of cases) {
    it(name, () => {
      const calls = new Denque<Call>();
      for (const deadline of deadlines) {
        const call = callOf(deadline);
        if (settled.includes(deadline)) call.state = SETTLED;
        calls.push(call);
      }
      const seen: number[] = [];
      assert.equal(
        expire(calls, 100, (call) => seen.push(call.deadline)),
        earliest,
      );
      assert.deepEqual(seen, rejected);
      assert.equal(calls.length, deadlines.length, 'every call keeps its place');
    });
  }
});

describe('the error of a call that timed out', () => {
  it('says what it waited for, how often it was tried, and whether it may have run', () => {
    const call = callOf();
    const { message, node, command: name, attempts, executed, cause } = timeoutError(call, 'no node to send it to');
    assert.deepEqual(
      { message, node, name, attempts, executed, cause },
      {
        message: 'GET timed out: no node to send it to',
        node: undefined,
        name: 'GET',
        attempts: 1,
        executed: 'no',
        cause: undefined,
      },
    );
  });

  it('names the first failure, which is its cause', () => {
    const call = callOf();
    const first = new ConnectError('cannot connect to a:1');
    call.remember(first);
    call.countAttempt();
    const { message, attempts, cause } = timeoutError(call, 'a:1 kept it waiting', 'a:1');
    assert.deepEqual(
      { message, attempts, cause },
      { message: 'GET timed out: a:1 kept it waiting; first failure: cannot connect to a:1', attempts: 2, cause: first },
    );
  });

  it('takes the word of a caller who knows better what was executed', () => {
    assert.equal(timeoutError(callOf(), 'a:1 kept it waiting', 'a:1', 'unknown').executed, 'unknown');
  });

  const places = [
    { what: 'an unwritten call', written: false, connecting: false, where: 'not yet written to a:1', executed: 'no' },
    {
      what: 'a call during the handshake',
      written: false,
      connecting: true,
      where: "a:1 has not finished the connection's handshake",
      executed: 'no',
    },
    { what: 'a written call', written: true, connecting: false, where: 'no reply from a:1', executed: 'unknown' },
  ];
  for (const { what, written, connecting, where, executed } of places) {
    it(`tells on a connection how far ${what} came`, () => {
      const call = callOf();
      if (written) call.state = WRITTEN;
      const error = connectionTimeout(call, 'a:1', connecting);
      assert.deepEqual([error.message, error.executed, error.node], [`GET timed out: ${where}`, executed, 'a:1']);
    });
  }
});
