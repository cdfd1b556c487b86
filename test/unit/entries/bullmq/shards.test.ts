import assert from 'node:assert/strict';
import { askAt, keysOfShards } from '../../../../lib/entries/bullmq/shards.js';
import { ConnectionLostError, ReplyError } from '../../../../lib/index.js';

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

describe('a question to a shard', () => {
  /** Outcomes of the attempts; what is thrown, and how often it was asked. */
  const cases: readonly (readonly [outcomes: readonly unknown[], asked: number, result: unknown])[] = [
    [['yes'], 1, 'yes'],
    [[new ConnectionLostError('lost'), 'yes'], 2, 'yes'],
    [[new ConnectionLostError('1'), new ConnectionLostError('2'), new ConnectionLostError('3'), 'yes'], 3, 'ConnectionLostError: 3'],
    [[new ReplyError('NOPERM', 'NOPERM no'), 'yes'], 1, 'ReplyError: NOPERM no'],
  ];
  for (const [outcomes, asked, result] of cases) {
    it(`is asked ${asked} times for ${outcomes.map(String).join(', ')}`, async () => {
      let count = 0;
      const lease = async (): Promise<unknown> => {
        const outcome = outcomes[count++];
        if (outcome instanceof Error) throw outcome;
        return outcome;
      };
      assert.equal(await askAt({ lease } as unknown as Parameters<typeof askAt>[0], 'k', ['INFO']).catch(String), result);
      assert.equal(count, asked);
    });
  }
});
