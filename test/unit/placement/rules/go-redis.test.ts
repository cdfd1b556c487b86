import assert from 'node:assert/strict';
import { compilePlacement } from '../../../../lib/placement/compile.js';
import { xxhash64 } from '../reference.js';
import { sampleKeys } from '../sample-keys.js';

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

function mixed(value: bigint): bigint {
  let x = value;
  x ^= x >> 12n;
  x ^= u64(x << 25n);
  x ^= x >> 27n;
  return u64(x * 2685821657736338717n);
}

const compiled = (names: readonly string[]) =>
  compilePlacement(
    { as: 'go-redis' },
    names.map((name, position) => ({ name, weight: 1, position })),
  );

describe('placement as go-redis', () => {
  const keys = sampleKeys(8).filter((key) => !key.includes('{'));

  for (const names of [
    ['a'],
    ['a', 'b'],
    ['shard1', 'shard2', 'shard3'],
    ['größe', 'a-much-longer-name-of-more-than-32-characters', '', 'x'],
  ]) {
    it(`is by the highest mixture of both hashes, of ${names.length}`, () => {
      const placement = compiled(names);
      for (const key of keys) {
        const mixtures = names.map((name) => mixed(xxhash64(key) ^ xxhash64(Buffer.from(name))));
        const best = mixtures.reduce((top, mixture, index) => (mixture > (mixtures[top] ?? 0n) ? index : top), 0);
        assert.equal(placement.indexOf(key), best, key.toString('hex'));
      }
    });
  }

  it('moves the keys of a member that is left out, and no others', () => {
    const names = ['a', 'b', 'c', 'd'];
    const [whole, part] = [compiled(names), compiled(['a', 'c', 'd'])];
    for (const key of keys) {
      const owner = names[whole.indexOf(key)];
      if (owner !== 'b') assert.equal(['a', 'c', 'd'][part.indexOf(key)], owner);
    }
  });
});
