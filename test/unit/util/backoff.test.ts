import assert from 'node:assert/strict';
import { backoffMs } from '../../../lib/util/backoff.js';

const LIMITS = { minMs: 10, maxMs: 2_000 };
const CASES: readonly (readonly [attempt: number, random: number, expected: number])[] = [
  [0, 0, 10],
  [0, 0.5, 15],
  [0, 0.999_999, 20],
  [1, 0.999_999, 40],
  [3, 0, 10],
  [3, 0.5, 85],
  [7, 0.999_999, 2_000],
  [5_000, 0.999_999, 2_000],
  [5_000, 0, 10],
];

describe('util/backoff', () => {
  for (const [attempt, random, expected] of CASES) {
    it(`after attempt ${attempt} waits ${expected} ms when the dice say ${random}`, () => {
      assert.equal(
        backoffMs(attempt, LIMITS, () => random),
        expected,
      );
    });
  }

  it('stays inside the limits, and spreads over the whole range', () => {
    const delays = Array.from({ length: 1_000 }, () => backoffMs(9, LIMITS));
    assert.ok(delays.every((delay) => delay >= 10 && delay <= 2_000));
    assert.ok(Math.min(...delays) < 300 && Math.max(...delays) > 1_700);
  });
});
