import assert from 'node:assert/strict';
import { Points, WidePoints } from '../../../lib/placement/points.js';

const MOST = 0xffffffff;

/** Points, and a hash with the owners of the point at or above it, and at or below it. */
const CASES: readonly (readonly [points: readonly number[], hash: number, above: number, below: number])[] = [
  [[10, 20, 30], 0, 0, 2],
  [[10, 20, 30], 9, 0, 2],
  [[10, 20, 30], 10, 0, 0],
  [[10, 20, 30], 11, 1, 0],
  [[10, 20, 30], 20, 1, 1],
  [[10, 20, 30], 30, 2, 2],
  [[10, 20, 30], 31, 0, 2],
  [[10, 20, 30], MOST, 0, 2],
  [[0, MOST], 0, 0, 0],
  [[0, MOST], 1, 1, 0],
  [[0, MOST], MOST, 1, 1],
  [[0x7fffffff, 0x80000000], 0x7fffffff, 0, 0],
  [[0x7fffffff, 0x80000000], 0x80000000, 1, 1],
  [[0x7fffffff, 0x80000000], 0x80000001, 0, 1],
  [[5], 5, 0, 0],
  [[5], 6, 0, 0],
];

const owned = <T>(points: readonly T[]) => new Map(points.map((point, owner) => [point, owner]));

describe('points of a ring', () => {
  for (const [points, hash, above, below] of CASES) {
    it(`at ${points}: ${hash} belongs to ${above} above it, and to ${below} below it`, () => {
      const ring = new Points(owned(points));
      assert.deepEqual([ring.ownerAbove(hash), ring.ownerBelow(hash)], [above, below]);
      // In any order they come.
      const turned = new Points(new Map([...owned(points)].reverse()));
      assert.deepEqual([turned.ownerAbove(hash), turned.ownerBelow(hash)], [above, below]);
      const high = new WidePoints(owned(points.map((point) => BigInt(point) << 32n)));
      assert.equal(high.ownerAbove(hash, 0), above);
      const low = new WidePoints(owned(points.map((point) => (7n << 32n) | BigInt(point))));
      assert.equal(low.ownerAbove(7, hash), above);
      assert.deepEqual([low.ownerAbove(6, MOST), low.ownerAbove(8, 0)], [0, 0]);
    });
  }
});
