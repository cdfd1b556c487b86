import assert from 'node:assert/strict';
import sinon from 'sinon';
import { Liveness } from '../../../lib/connection/liveness.js';

/** The time each step takes, in ms, and what happens then. */
type Step = readonly [ms: number, event: 'sent' | 'heard', count: number];

const cases: readonly { readonly name: string; readonly steps: readonly Step[]; readonly rttMs: number }[] = [
  { name: 'is 0 before the first reply', steps: [[0, 'sent', 0]], rttMs: 0 },
  {
    name: 'is the first round trip',
    steps: [
      [0, 'sent', 0],
      [5, 'heard', 1],
    ],
    rttMs: 5,
  },
  {
    name: 'ends with the first bytes of a long reply',
    steps: [
      [0, 'sent', 0],
      [5, 'heard', 0],
      [100, 'heard', 1],
    ],
    rttMs: 5,
  },
  {
    name: 'moves a fifth of the way to the next',
    steps: [
      [0, 'sent', 0],
      [5, 'heard', 1],
      [50, 'sent', 0],
      [10, 'heard', 1],
    ],
    rttMs: 6,
  },
  {
    name: 'does not take the replies to earlier batches for its own',
    steps: [
      [0, 'sent', 0],
      [10, 'heard', 1],
      [0, 'sent', 7],
      [3, 'heard', 4],
      [7, 'heard', 4],
    ],
    rttMs: 10,
  },
  {
    name: 'ends with the next bytes once all earlier replies are in',
    steps: [
      [0, 'sent', 0],
      [10, 'heard', 1],
      [0, 'sent', 2],
      [3, 'heard', 2],
      [7, 'heard', 0],
    ],
    rttMs: 10,
  },
  {
    name: 'is measured of one batch at a time',
    steps: [
      [0, 'sent', 0],
      [2, 'sent', 3],
      [3, 'heard', 1],
    ],
    rttMs: 5,
  },
  {
    name: 'is not touched by bytes nobody waits for',
    steps: [
      [0, 'sent', 0],
      [5, 'heard', 1],
      [500, 'heard', 0],
    ],
    rttMs: 5,
  },
];

describe('the round trip of a connection', () => {
  let time: sinon.SinonFakeTimers;
  beforeEach(() => {
    time = sinon.useFakeTimers({ toFake: ['performance'] });
    time.tick(1_000);
  });
  afterEach(() => time.restore());

  for (const { name, steps, rttMs } of cases) {
    it(name, () => {
      const silence = new Liveness();
      for (const [ms, event, count] of steps) {
        time.tick(ms);
        if (event === 'sent') silence.sent(count);
        else {
          silence.heard();
          silence.answered(count);
        }
      }
      assert.equal(silence.rttMs, rttMs);
    });
  }
});

describe('silence', () => {
  const ticks = (silence: Liveness, count: number, owing = true): boolean =>
    Array.from({ length: count }, () => silence.tick(owing)).at(-1) ?? false;

  it('is too long after more than 100 ms', () => {
    const silence = new Liveness();
    assert.equal(ticks(silence, 10), false);
    assert.equal(ticks(silence, 1), true);
  });

  it('is too long after ten round trips, where that is more', () => {
    const silence = new Liveness();
    silence.rttMs = 30;
    assert.equal(ticks(silence, 30), false);
    assert.equal(ticks(silence, 1), true);
  });

  it('begins anew with any byte, and where nothing is owed', () => {
    const silence = new Liveness();
    ticks(silence, 10);
    silence.heard();
    assert.equal(ticks(silence, 10), false);
    assert.equal(ticks(silence, 1, false), false);
    assert.equal(ticks(silence, 10), false);
  });
});
