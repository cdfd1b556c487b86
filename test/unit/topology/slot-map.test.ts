import assert from 'node:assert/strict';
import { SlotMap } from '../../../lib/topology/slot-map.js';

describe('SlotMap', () => {
  const map = SlotMap.fromRanges([
    { start: 0, end: 5460, shard: 0 },
    { start: 5461, end: 5461, shard: 2 },
    { start: 5462, end: 10_000, shard: 1 },
    { start: 16_383, end: 16_383, shard: 0 },
  ]);

  for (const [slot, shard] of [
    [0, 0],
    [5460, 0],
    [5461, 2],
    [5462, 1],
    [10_000, 1],
    [10_001, -1],
    [16_383, 0],
    [16_384, -1],
    [-1, -1],
  ] as const) {
    it(`says that slot ${slot} belongs to ${shard === -1 ? 'no shard' : `shard ${shard}`}`, () => {
      assert.equal(map.shardOf(slot), shard);
    });
  }

  it('counts the slots without an owner', () => {
    assert.equal(map.uncovered, 16_384 - 10_001 - 1);
    assert.equal(SlotMap.fromRanges([]).uncovered, 16_384);
    assert.equal(
      map.with([
        [12_000, 1],
        [12_000, 2],
      ]).uncovered,
      map.uncovered - 1,
    );
    assert.equal(map.with([[0, 1]]).uncovered, map.uncovered);
  });

  it('gives back the ranges it was made from', () => {
    assert.deepEqual(SlotMap.fromRanges(map.ranges()).ranges(), map.ranges());
    assert.deepEqual(map.ranges()[1], { start: 5461, end: 5461, shard: 2 });
    assert.deepEqual(SlotMap.fromRanges([]).ranges(), []);
  });

  it('changes one slot in a copy and leaves the original alone', () => {
    const moved = map.with([[100, 1]]);
    assert.equal(moved.shardOf(100), 1);
    assert.equal(moved.shardOf(99), 0);
    assert.equal(moved.shardOf(101), 0);
    assert.equal(map.shardOf(100), 0);
  });

  it('is equal to a map with the same owners only', () => {
    assert.ok(map.equals(SlotMap.fromRanges(map.ranges())));
    assert.ok(!map.equals(map.with([[100, 1]])));
    assert.ok(
      map
        .with([[100, 1]])
        .with([[100, 0]])
        .equals(map),
    );
  });

  it('knows whether a shard owns anything', () => {
    assert.ok(map.owns(2));
    assert.ok(!map.with([[5461, 1]]).owns(2));
  });
});
