import assert from 'node:assert/strict';
import { inPages } from '../../../../lib/entries/node-redis/scan-shards.js';

async function* upTo(count: number): AsyncGenerator<number> {
  for (let n = 1; n <= count; n++) yield n;
}

const cases: readonly (readonly [count: number, size: number, pages: number[][]])[] = [
  [0, 2, []],
  [1, 2, [[1]]],
  [
    4,
    2,
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [5, 2, [[1, 2], [3, 4], [5]]],
];

describe('pages of an iteration', () => {
  for (const [count, size, pages] of cases) {
    it(`are ${JSON.stringify(pages)} of ${count} by ${size}`, async () => {
      const given: number[][] = [];
      for await (const page of inPages(upTo(count), size)) given.push(page);
      assert.deepEqual(given, pages);
    });
  }
});
