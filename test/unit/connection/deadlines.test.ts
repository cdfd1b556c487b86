import assert from 'node:assert/strict';
import Denque from 'denque';
import sinon, { type SinonStub } from 'sinon';
import { connectionTimeout, expire, timeoutError, timeSpent } from '../../../lib/connection/deadlines.js';
import { internalOwner } from '../../../lib/connection/internal-calls.js';
import { ConnectError } from '../../../lib/errors.js';
import { type Call, type CallOwner, NO_DEADLINE, newCall, SETTLED, WRITTEN } from '../../../lib/protocol/call.js';
import { sinkExtras } from '../../../lib/protocol/call-extras.js';
import { command } from '../../../lib/protocol/catalog/specs.js';
import { clock } from '../../../lib/util/clock.js';

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
    {
      what: 'a call during a handshake over TLS',
      written: false,
      connecting: true,
      tls: true,
      where: "a:1 has not finished the connection's handshake; does this port speak TLS?",
      executed: 'no',
    },
    { what: 'a written call', written: true, connecting: false, where: 'no reply from a:1', executed: 'unknown' },
  ];
  for (const { what, written, connecting, tls = false, where, executed } of places) {
    it(`tells on a connection how far ${what} came`, () => {
      const call = callOf();
      if (written) call.state = WRITTEN;
      const error = connectionTimeout(call, { node: 'a:1', connecting, tls });
      assert.deepEqual([error.message, error.executed, error.node], [`GET timed out: ${where}`, executed, 'a:1']);
    });
  }
});

describe('where the time of a call went', () => {
  const owner: CallOwner = { ...internalOwner, timeoutMs: 100_000 };
  // What this process itself has stood still for, also in the middle of a test, is not the test's.
  let stalledMs: SinonStub<[since: number, until?: number | undefined], number>;
  beforeEach(() => {
    sinon.useFakeTimers({ now: 1_000_000, toFake: ['performance'] });
    clock.expireNow();
    stalledMs = sinon.stub(clock, 'stalledMs').returns(0);
  });
  afterEach(() => {
    sinon.restore();
    clock.expireNow();
  });
  /** A call that was issued so many ms ago. */
  const issued = (agoMs: number, timeoutMs = 100_000): Call => {
    const sink = sinkExtras({ onValue() {}, onError() {} });
    return newCall(command('GET'), ['k'], null, 0, { ...owner, timeoutMs }, Math.round(clock.now()) - agoMs + timeoutMs, sink);
  };
  const numbers = (text: string): number[] => [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  const near = (text: string, words: RegExp, expected: readonly number[]): void => {
    assert.match(text, words);
    for (const [i, number] of numbers(text).entries()) assert.ok(Math.abs(number - (expected[i] ?? 0)) <= 1, text);
  };

  it('is told of what never left', () => {
    near(timeSpent(issued(5_000), {}), /^ \(\d+ ms unsent\)$/, [5_000]);
  });

  it('is told of what was sent and not answered', () => {
    const call = issued(5_000);
    near(
      timeSpent(call, { writtenAt: clock.now() - 3_000, silentMs: 2_990 }),
      /^ \(sent after \d+ ms, unanswered for \d+ ms, no byte came for \d+ ms\)$/,
      [2_000, 3_000, 2_990],
    );
  });

  it('is told with the attempts before', () => {
    const call = issued(5_000);
    call.countAttempt();
    call.countAttempt();
    near(timeSpent(call, {}), /^ \(\d+ ms since it was issued, \d failed attempts before\)$/, [5_000, 2]);
  });

  it('is not guessed of what was sent, nobody knows when', () => {
    const call = issued(5_000);
    call.state = WRITTEN;
    near(timeSpent(call, {}), /^ \(\d+ ms since it was issued\)$/, [5_000]);
  });

  it('is told with the time for which this process stood still, after which nobody knows when a call was written', () => {
    stalledMs.returns(700);
    near(
      timeSpent(issued(5_000), { writtenAt: clock.now() - 10 }),
      /^ \(\d+ ms since it was issued, this process stood still for \d+ ms\)$/,
      [5_000, 700],
    );
  });

  it('is not told where nobody knows it', () => {
    assert.equal(timeSpent(callOf(), {}), '');
    assert.equal(timeSpent(callOf(100), {}), '', 'of a command of the library itself');
  });
});
