import assert from 'node:assert/strict';
import { keysOfShards } from '../../../../lib/entries/bullmq/shards.js';

type Asked = Parameters<typeof keysOfShards>[0];

/** A topology of so many shards, whose keys are where the function says. */
function shardsBy(count: number, shardOf: (key: string) => number | null): Asked {
  return { topology: { shards: new Array(count) }, explain: (_: string, key: string) => ({ shard: shardOf(key) }) } as unknown as Asked;
}

const numberIn = (key: string): number => Number(key.slice(1, -1));

describe('a key in each shard', () => {
  it('is found by trying', () => {
    assert.deepEqual(keysOfShards(shardsBy(3, (key) => numberIn(key) % 3)), ['{0}', '{1}', '{2}']);
    assert.deepEqual(keysOfShards(shardsBy(2, (key) => (numberIn(key) < 7 ? 1 : 0))), ['{0}', '{7}']);
  });

  it('is not looked for without end where a shard has none', () => {
    assert.deepEqual(keysOfShards(shardsBy(2, () => 1)), ['{0}']);
    assert.deepEqual(keysOfShards(shardsBy(2, () => null)), []);
    assert.deepEqual(keysOfShards({ topology: null, explain: () => assert.fail() }), []);
  });
});
