import assert from 'node:assert/strict';
import sinon from 'sinon';
import { Liveness } from '../../../lib/connection/liveness.js';

/** The time each step takes, in ms, and what happens then. */
type Step = readonly [ms: number, event: 'sent' | 'received', count: number];

const cases: readonly { readonly name: string; readonly steps: readonly Step[]; readonly rttMs: number }[] = [
  { name: 'is 0 before the first reply', steps: [[0, 'sent', 0]], rttMs: 0 },
  {
    name: 'is the first round trip',
    steps: [
      [0, 'sent', 0],
      [5, 'received', 1],
    ],
    rttMs: 5,
  },
  {
    name: 'ends with the first bytes of a long reply',
    steps: [
      [0, 'sent', 0],
      [5, 'received', 0],
      [100, 'received', 1],
    ],
    rttMs: 5,
  },
  {
    name: 'moves a fifth of the way to the next',
    steps: [
      [0, 'sent', 0],
      [5, 'received', 1],
      [50, 'sent', 0],
      [10, 'received', 1],
    ],
    rttMs: 6,
  },
  {
    name: 'does not take the replies to earlier batches for its own',
    steps: [
      [0, 'sent', 0],
      [10, 'received', 1],
      [0, 'sent', 7],
      [3, 'received', 4],
      [7, 'received', 4],
    ],
    rttMs: 10,
  },
  {
    name: 'ends with the next bytes once all earlier replies are in',
    steps: [
      [0, 'sent', 0],
      [10, 'received', 1],
      [0, 'sent', 2],
      [3, 'received', 2],
      [7, 'received', 0],
    ],
    rttMs: 10,
  },
  {
    name: 'is measured of one batch at a time',
    steps: [
      [0, 'sent', 0],
      [2, 'sent', 3],
      [3, 'received', 1],
    ],
    rttMs: 5,
  },
  {
    name: 'is not touched by bytes that no command waits for',
    steps: [
      [0, 'sent', 0],
      [5, 'received', 1],
      [500, 'received', 0],
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
      const liveness = new Liveness();
      for (const [ms, event, count] of steps) {
        time.tick(ms);
        if (event === 'sent') liveness.sent(count);
        else {
          liveness.received();
          liveness.answered(count);
        }
      }
      assert.equal(liveness.rttMs, rttMs);
    });
  }
});

describe('a stall of a connection', () => {
  const ticks = (liveness: Liveness, count: number, owing = true): boolean =>
    Array.from({ length: count }, () => liveness.tick(owing)).at(-1) ?? false;

  it('is found after more than 100 ms without a byte', () => {
    const liveness = new Liveness();
    assert.equal(ticks(liveness, 10), false);
    assert.equal(ticks(liveness, 1), true);
  });

  it('is found after ten round trips, where that is more', () => {
    const liveness = new Liveness();
    liveness.rttMs = 30;
    assert.equal(ticks(liveness, 30), false);
    assert.equal(ticks(liveness, 1), true);
  });

  it('is not found where a byte came or nothing is owed', () => {
    const liveness = new Liveness();
    ticks(liveness, 10);
    liveness.received();
    assert.equal(ticks(liveness, 10), false);
    assert.equal(ticks(liveness, 1, false), false);
    assert.equal(ticks(liveness, 10), false);
  });
});

describe('a connection that is stalling', () => {
  const cases = [
    { name: 'has had no byte for a tick, before the first round trip', rttMs: 0, ticks: 1, owing: true, isStalling: true },
    { name: 'has had no byte for two round trips', rttMs: 15, ticks: 3, owing: true, isStalling: true },
    { name: 'is not one that has had no byte for less', rttMs: 15, ticks: 2, owing: true, isStalling: false },
    { name: 'is not one that is owed nothing', rttMs: 0, ticks: 5, owing: false, isStalling: false },
  ];
  for (const { name, rttMs, ticks, owing, isStalling } of cases) {
    it(name, () => {
      const liveness = new Liveness();
      liveness.rttMs = rttMs;
      for (let tick = 0; tick < ticks; tick++) liveness.tick(owing);
      assert.equal(liveness.isStalling, isStalling);
    });
  }
});
