import assert from 'node:assert/strict';
import sinon from 'sinon';
import { Reconnector, type ReconnectorState } from '../../../lib/connection/reconnector.js';
import { fakeRandom, takeGlobals } from '../../support/fake-time.js';

type Event = 'opened' | 'ready' | 'failed' | 'silent' | 'reopenNow' | 'stop';
/** What happens, or how many ms pass. */
type Step = Event | number;

interface Case {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly state: ReconnectorState;
  /** How often `retry` was called. */
  readonly retries?: number;
  readonly failures?: number;
  readonly isDown?: boolean;
}

// With chance at its lowest every delay is `minMs`.
const limits = { minMs: 10, maxMs: 2_000 };

const cases: readonly Case[] = [
  { name: 'waits for nothing at first', steps: [5_000], state: 'idle' },
  { name: 'leaves a connection alone, however long it takes', steps: ['opened', 60_000], state: 'open' },
  { name: 'waits after a failure', steps: ['opened', 'failed', 9], state: 'waiting', failures: 1 },
  {
    name: 'is idle again and says so when the backoff is over',
    steps: ['opened', 'failed', 10, 5_000],
    state: 'idle',
    retries: 1,
    failures: 1,
  },
  {
    name: 'does not wait any longer when the server was reached',
    steps: ['opened', 'failed', 'reopenNow', 5_000],
    state: 'idle',
    retries: 1,
    failures: 1,
  },
  { name: 'has nothing to do when the server was reached and nothing waits', steps: ['reopenNow', 'opened', 'reopenNow'], state: 'open' },
  { name: 'ends the wait when no connection is needed any more', steps: ['opened', 'failed', 'stop', 5_000], state: 'idle', failures: 1 },
  { name: 'may be stopped at any time, and twice', steps: ['stop', 'opened', 'stop', 'stop'], state: 'idle' },
  { name: 'may have its connection replaced', steps: ['opened', 'ready', 'opened'], state: 'open' },

  {
    name: 'counts failures in a row',
    steps: ['opened', 'failed', 10, 'opened', 'failed', 10, 'opened', 'failed'],
    state: 'waiting',
    retries: 2,
    failures: 3,
    isDown: true,
  },
  {
    name: 'counts a connection that broke right after its handshake',
    steps: ['opened', 'failed', 10, 'opened', 'ready', 500, 'failed'],
    state: 'waiting',
    retries: 1,
    failures: 2,
    isDown: true,
  },
  {
    name: 'begins to count anew after one that had lived long',
    steps: ['opened', 'failed', 10, 'opened', 'ready', 501, 'failed'],
    state: 'waiting',
    retries: 1,
    failures: 1,
  },
  {
    name: 'measures that life from the handshake: an attempt that hangs is none',
    steps: ['opened', 2_000, 'failed', 10, 'opened', 2_000, 'failed'],
    state: 'waiting',
    retries: 1,
    failures: 2,
    isDown: true,
  },
  {
    name: 'measures it from the handshake: a slow one is no part of it',
    steps: ['opened', 'failed', 10, 'opened', 2_000, 'ready', 400, 'failed'],
    state: 'waiting',
    retries: 1,
    failures: 2,
    isDown: true,
  },
  {
    name: 'measures it from the first handshake of several connections',
    steps: ['opened', 'failed', 10, 'opened', 'ready', 400, 'ready', 400, 'failed'],
    state: 'waiting',
    retries: 1,
    failures: 1,
  },
  {
    name: 'begins to count anew after a long life that was ended on purpose',
    steps: ['opened', 'failed', 10, 'opened', 'ready', 501, 'stop'],
    state: 'idle',
    retries: 1,
    failures: 0,
  },
  {
    name: 'begins to count anew after a long life whose connection was replaced',
    steps: ['opened', 'failed', 10, 'opened', 'ready', 501, 'opened', 'failed'],
    state: 'waiting',
    retries: 1,
    failures: 1,
  },

  { name: 'is not down after a single failure', steps: ['opened', 'failed'], state: 'waiting', failures: 1, isDown: false },
  { name: 'is down after one that was silence', steps: ['opened', 'ready', 60_000, 'silent'], state: 'waiting', failures: 2, isDown: true },
  {
    name: 'does not take silence for less than the failures before it',
    steps: ['opened', 'failed', 10, 'opened', 'failed', 10, 'opened', 'silent'],
    state: 'waiting',
    retries: 2,
    failures: 3,
    isDown: true,
  },
  {
    name: 'is down while the next attempt is on its way',
    steps: ['opened', 'silent', 10, 'opened', 4_989],
    state: 'open',
    retries: 1,
    failures: 2,
    isDown: true,
  },
  {
    name: 'is not down any more 5 s after the last failure',
    steps: ['opened', 'silent', 10, 'opened', 4_990],
    state: 'open',
    retries: 1,
    failures: 2,
    isDown: false,
  },
  {
    name: 'is not down any more once it is ready',
    steps: ['opened', 'silent', 10, 'opened', 'ready'],
    state: 'open',
    retries: 1,
    failures: 2,
    isDown: false,
  },
];

describe('a reconnector', () => {
  let time: sinon.SinonFakeTimers;
  let random: sinon.SinonStub;
  beforeEach(() => {
    time = sinon.useFakeTimers();
    random = fakeRandom(0);
  });
  afterEach(() => sinon.restore());

  function run(reconnector: Reconnector, steps: readonly Step[]): void {
    for (const step of steps) {
      if (typeof step === 'number') time.tick(step);
      else if (step === 'silent') reconnector.failed(true);
      else reconnector[step]();
    }
  }

  for (const { name, steps, state, retries = 0, failures = 0, isDown = false } of cases) {
    it(name, () => {
      let retried = 0;
      const reconnector = new Reconnector(limits, () => retried++);
      run(reconnector, steps);
      assert.deepEqual(
        { state: reconnector.state, retries: retried, failures: reconnector.failures, isDown: reconnector.isDown },
        { state, retries, failures, isDown },
      );
      reconnector.stop();
    });
  }

  it('may open the next connection while it is told that the backoff is over', () => {
    const reconnector: Reconnector = new Reconnector(limits, () => reconnector.opened());
    run(reconnector, ['opened', 'failed', 10]);
    assert.equal(reconnector.state, 'open');
  });

  it('waits up to twice as long after every failure, up to the longest delay', () => {
    random.returns(1);
    const delays: number[] = [];
    const reconnector: Reconnector = new Reconnector({ minMs: 10, maxMs: 100 }, () => delays.push(performance.now() - failedAt));
    let failedAt = 0;
    for (let n = 0; n < 5; n++) {
      reconnector.opened();
      failedAt = performance.now();
      reconnector.failed();
      time.tick(1_000);
    }
    assert.deepEqual(delays, [20, 40, 80, 100, 100]);
  });

  it('keeps the process alive while it waits, unless it was told not to', () => {
    const unref = sinon.spy();
    const setTimeout = sinon.stub(globalThis, 'setTimeout').returns({ unref } as unknown as NodeJS.Timeout);
    takeGlobals();
    for (const keepsAlive of [true, false]) {
      const reconnector = new Reconnector(limits, () => {}, keepsAlive);
      run(reconnector, ['opened', 'failed']);
      assert.equal(unref.callCount, keepsAlive ? 0 : 1);
    }
    assert.equal(setTimeout.callCount, 2);
  });

  for (const steps of [['failed'], ['opened', 'failed', 'failed'], ['opened', 'stop', 'failed']] as const) {
    it(`takes no failure of a connection that is not open: ${steps.join(', ')}`, () => {
      const reconnector = new Reconnector(limits, () => {});
      assert.throws(() => run(reconnector, steps), /no transition/);
      reconnector.stop();
    });
  }

  it('has its user wait for the end of the backoff', () => {
    const reconnector = new Reconnector(limits, () => {});
    assert.throws(() => run(reconnector, ['opened', 'failed', 5, 'opened']), /no transition from waiting to open/);
    run(reconnector, ['reopenNow', 'opened']);
    assert.equal(reconnector.state, 'open');
  });
});
