import assert from 'node:assert/strict';
import { batchesOf } from '../../../../lib/admin/ring/source-mover.js';

describe('the batches of a source', () => {
  const MIB = 1_048_576;
  const cases: readonly (readonly [what: string, keys: readonly (readonly [key: string, bytes: number])[], batches: readonly string[]])[] =
    [
      ['nothing', [], []],
      [
        'keys of one place',
        [
          ['a1', 1],
          ['a2', 1],
        ],
        ['a1 a2'],
      ],
      [
        'keys of two places',
        [
          ['a1', 1],
          ['b1', 1],
          ['a2', 1],
          ['b2', 1],
        ],
        ['a1 a2', 'b1 b2'],
      ],
      [
        'more keys than go together',
        [
          ['a1', 1],
          ['a2', 1],
          ['a3', 1],
          ['a4', 1],
        ],
        ['a1 a2 a3', 'a4'],
      ],
      [
        'more bytes than go together',
        [
          ['a1', MIB / 2],
          ['a2', MIB / 2],
          ['a3', 1],
        ],
        ['a1 a2', 'a3'],
      ],
      [
        'a key that is larger than that',
        [
          ['a1', 1],
          ['a2', 4 * MIB],
          ['a3', 1],
        ],
        ['a1', 'a2', 'a3'],
      ],
    ];
  for (const [what, keys, batches] of cases) {
    it(`of ${what}`, () => {
      const moving = keys.map(([key, bytes]) => ({ key: Buffer.from(key), bytes }));
      const made = batchesOf(moving, 3, ({ key }) => key.toString().charAt(0));
      assert.deepEqual(
        made.map((batch) => batch.map(({ key }) => key.toString()).join(' ')),
        batches,
      );
    });
  }
});
