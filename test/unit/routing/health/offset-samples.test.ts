import assert from 'node:assert/strict';
import { OffsetSamples } from '../../../../lib/routing/health/offset-samples.js';

describe('offset samples', () => {
  /** Asked at 0, 100, 200 …; 1,000 bytes are written between two questions. */
  function written(count: number, everyMs = 100): OffsetSamples {
    const samples = new OffsetSamples();
    for (let i = 0; i < count; i++) samples.add('h', i * 1_000, i * everyMs);
    return samples;
  }

  const cases: readonly (readonly [offset: number, freshAt: number | null, lagBytes: number])[] = [
    [4_000, 400, 0],
    [9_999, 400, 0],
    [3_999, 300, 1],
    [3_000, 300, 1_000],
    [0, 0, 4_000],
    [-1, null, 4_001],
  ];
  for (const [offset, freshAt, lagBytes] of cases) {
    it(`takes a replica at ${offset} for ${freshAt === null ? 'older than all it knows' : `fresh as of ${freshAt}`}, ${lagBytes} bytes behind`, () => {
      assert.equal(written(5).freshAt('h', offset), freshAt);
      assert.equal(written(5).lagBytes('h', offset), lagBytes);
    });
  }

  it('knows nothing before the first sample, nor of another history', () => {
    assert.equal(new OffsetSamples().freshAt('h', 5), null);
    assert.equal(new OffsetSamples().lagBytes('h', 5), null);
    assert.equal(written(5).freshAt('other', 4_000), null);
    assert.equal(written(5).lagBytes('other', 4_000), null);
  });

  it('drops its samples when the history changes', () => {
    const samples = written(5);
    samples.add('new', 3_500, 600);
    assert.equal(samples.freshAt('h', 4_000), null);
    assert.equal(samples.freshAt('new', 3_400), null);
    assert.equal(samples.freshAt('new', 3_500), 600);
  });

  it('takes who has it all for fresh as of now while nothing is written', () => {
    const samples = written(5);
    samples.add('h', 4_000, 9_000);
    assert.equal(samples.freshAt('h', 4_000), 9_000);
    assert.equal(samples.freshAt('h', 3_999), 300);
  });

  it('reaches far back in little memory, exact at the near end', () => {
    const samples = written(100_000);
    const now = 99_999 * 100;
    assert.equal(samples.freshAt('h', 99_990_000), now - 900);
    for (const backMs of [10_000, 60_000, 600_000, 3_600_000]) {
      const offset = (now - backMs) * 10;
      const freshAt = samples.freshAt('h', offset) ?? assert.fail(`nothing is known of ${backMs} ms ago`);
      // Never younger than it is, and not much older.
      assert.ok(freshAt <= now - backMs && now - freshAt <= 1.25 * backMs, `${backMs}: ${now - freshAt}`);
    }
  });
});
