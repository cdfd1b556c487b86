import assert from 'node:assert/strict';
import { type Shape, toFlatTexts, toObject, toPopped, toScore, toStreams } from '../../../../lib/entries/bullmq/replies.js';
import type { Raw } from '../../../../lib/index.js';

const entries = [['1-0', ['event', 'active']]];

/** What servers say in RESP2 and RESP3, and what BullMQ gets of both. */
const cases: readonly (readonly [name: string, shape: Shape, resp2: Raw, resp3: Raw, result: unknown])[] = [
  ['a hash', toObject, ['a', '1', 'b', '2'], { a: '1', b: '2' }, { a: '1', b: '2' }],
  ['no hash', toObject, [], {}, {}],
  ['members', toFlatTexts, ['a', 'b'], ['a', 'b'], ['a', 'b']],
  [
    'members with scores',
    toFlatTexts,
    ['a', '1', 'b', '2.5'],
    [
      ['a', 1],
      ['b', 2.5],
    ],
    ['a', '1', 'b', '2.5'],
  ],
  ['a score', toScore, '1700000000000', 1_700_000_000_000, '1700000000000'],
  ['no score', toScore, null, null, null],
  ['an infinite score', toScore, 'inf', Number.POSITIVE_INFINITY, 'inf'],
  ['a score below all', toScore, '-inf', Number.NEGATIVE_INFINITY, '-inf'],
  ['a popped element', toPopped, ['k', '0', '0'], ['k', '0', 0], ['k', '0', '0']],
  ['no element', toPopped, null, null, null],
  ['a stream', toStreams, [['s', entries]], { s: entries }, [['s', entries]]],
  [
    'streams of a connection of its own',
    toStreams,
    [
      ['s', entries],
      ['t', entries],
    ],
    ['s', entries, 't', entries],
    [
      ['s', entries],
      ['t', entries],
    ],
  ],
  ['no entries', toStreams, null, null, null],
];

describe('replies for BullMQ', () => {
  for (const [name, shape, resp2, resp3, result] of cases) {
    it(`are the same for ${name} in RESP2 and RESP3`, () => {
      assert.deepEqual(shape(resp2), result);
      assert.deepEqual(shape(resp3), result);
    });
  }
});
