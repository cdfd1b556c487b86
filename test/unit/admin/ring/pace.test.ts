import assert from 'node:assert/strict';
import { costOf, Pace } from '../../../../lib/admin/ring/pace.js';

describe('the pace of a move', () => {
  it('costs what the narrower bound says', () => {
    const cases: readonly (readonly [
      keys: number,
      bytes: number,
      keysPerSecond: number | null,
      bytesPerSecond: number | null,
      ms: number,
    ])[] = [
      [100, 1_000, null, null, 0],
      [100, 1_000, 50, null, 2_000],
      [100, 1_000, null, 500, 2_000],
      [100, 1_000, 50, 100, 10_000],
      [0, 0, 50, 100, 0],
    ];
    for (const [keys, bytes, keysPerSecond, bytesPerSecond, ms] of cases)
      assert.equal(costOf(keys, bytes, { keysPerSecond, bytesPerSecond }), ms);
  });

  it('is one for all sources, and ends at once when it is stopped', async () => {
    let now = 0;
    let stopped = false;
    const pauses: number[] = [];
    const pace = new Pace(
      { keysPerSecond: 100, bytesPerSecond: null },
      () => now,
      async (ms) => {
        pauses.push(ms);
        now += ms;
      },
    );
    await pace.spend(100, 0, () => stopped);
    assert.equal(now, 1_000);
    now = 1_500; // Time that nobody used is not saved.
    await pace.spend(50, 0, () => stopped);
    assert.equal(now, 2_000);
    await Promise.all([pace.spend(10, 0, () => stopped), pace.spend(10, 0, () => stopped)]);
    assert.equal(now, 2_200);
    stopped = true;
    pauses.length = 0;
    await pace.spend(1_000, 0, () => stopped);
    assert.deepEqual(pauses, []);
  });
});
