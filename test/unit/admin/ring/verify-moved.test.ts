import assert from 'node:assert/strict';
import { type FoundKey, verificationOf } from '../../../../lib/admin/ring/verify-moved.js';

const NOW_MS = 1_000_000;

describe('the check of keys that have moved', () => {
  const cases: readonly (readonly [what: string, found: Partial<FoundKey>, counted: string])[] = [
    ['without an end, and there', { ttlMs: -1, endsAtMs: null }, 'there'],
    ['with the end that it had', { ttlMs: 5_900, endsAtMs: NOW_MS + 5_000 }, 'there'],
    ['with another end', { ttlMs: 7_000, endsAtMs: NOW_MS + 5_000 }, 'there otherTtl'],
    ['with an end that it had not', { ttlMs: 7_000, endsAtMs: null }, 'there otherTtl'],
    ['without the end that it had', { ttlMs: -1, endsAtMs: NOW_MS + 5_000 }, 'there otherTtl'],
    ['ended', { ttlMs: -2, endsAtMs: NOW_MS - 1 }, 'expired'],
    ['gone before its end', { ttlMs: -2, endsAtMs: NOW_MS + 5_000 }, 'gone'],
    ['gone', { ttlMs: -2, endsAtMs: null }, 'gone'],
    ['at the old place', { ttlMs: -2, endsAtMs: null, isAtSource: true }, 'back'],
  ];
  for (const [what, found, counted] of cases) {
    it(`counts one ${what}`, () => {
      const key = { key: Buffer.from('k'), from: 'a', endsAtMs: null, ttlMs: -1, atMs: NOW_MS, isAtSource: false, ...found };
      const { looked, there, expired, gone, back, otherTtl } = verificationOf([key]);
      assert.equal(looked, 1);
      const counts = { there, expired, gone: gone.length, back: back.length, otherTtl: otherTtl.length };
      assert.deepEqual(
        Object.entries(counts).flatMap(([name, count]) => (count === 0 ? [] : [name])),
        counted.split(' '),
      );
    });
  }
});
