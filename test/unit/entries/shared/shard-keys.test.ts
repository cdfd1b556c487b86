import assert from 'node:assert/strict';
import { keysByShard } from '../../../../lib/entries/shared/shard-keys.js';

type Asked = Parameters<typeof keysByShard>[0];

/** A topology of so many shards, whose keys are where the function says. */
function shardsBy(count: number, shardOf: (key: string) => number | null): Asked {
  return { topology: { shards: new Array(count) }, explain: (_: string, key: string) => ({ shard: shardOf(key) }) } as unknown as Asked;
}

const numberIn = (key: string): number => Number(key.slice(1, -1));
const foundIn = (asked: Asked): unknown => [...keysByShard(asked)];

describe('a key in each shard', () => {
  it('is found by trying', () => {
    assert.deepEqual(foundIn(shardsBy(3, (key) => numberIn(key) % 3)), [
      [0, '{0}'],
      [1, '{1}'],
      [2, '{2}'],
    ]);
    assert.deepEqual(foundIn(shardsBy(2, (key) => (numberIn(key) < 7 ? 1 : 0))), [
      [1, '{0}'],
      [0, '{7}'],
    ]);
  });

  it('is not looked for without end where a shard has none', () => {
    assert.deepEqual(foundIn(shardsBy(2, () => 1)), [[1, '{0}']]);
    assert.deepEqual(foundIn(shardsBy(2, () => null)), []);
    assert.deepEqual(foundIn({ topology: null, explain: () => assert.fail() }), []);
  });
});
