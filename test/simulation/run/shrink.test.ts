import assert from 'node:assert/strict';
import { shrink } from './shrink.js';

const cases: readonly (readonly [given: string, needed: string, left: string])[] = [
  ['abcdef', 'be', 'be'],
  ['abcdef', '', ''],
  ['a', 'a', 'a'],
  ['', '', ''],
  ['aab', 'b', 'b'],
];

describe('shrinking', () => {
  for (const [given, needed, left] of cases) {
    it(`of "${given}" leaves "${left}" where it takes "${needed}"`, async () => {
      const tried: string[] = [];
      const kept = await shrink([...given], async (some) => {
        tried.push(some.join(''));
        return [...needed].every((one) => some.includes(one));
      });
      assert.equal(kept.join(''), left);
      assert.ok(tried.length <= given.length + 1, tried.join(' '));
    });
  }
});
