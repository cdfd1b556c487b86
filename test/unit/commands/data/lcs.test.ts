import { LcsCommands } from '../../../../lib/commands/data/lcs.js';
import { describeReplies, describeWire } from '../recorder.js';

describeWire(LcsCommands, [
  [(r) => r.lcs('a', 'b'), 'LCS a b'],
  [(r) => r.lcs('a', 'b', { LEN: true }), 'LCS a b LEN'],
  [(r) => r.lcs('a', 'b', { IDX: true }), 'LCS a b IDX'],
  [(r) => r.lcs('a', 'b', { IDX: true, MINMATCHLEN: 4, WITHMATCHLEN: true }), 'LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN'],
]);

describeReplies(LcsCommands, [
  [(r) => r.lcs('a', 'b'), 'mytext', 'mytext'],
  [(r) => r.lcs('a', 'b', { LEN: true }), 6, 6],
  [
    (r) => r.lcs('a', 'b', { IDX: true }),
    [
      'matches',
      [
        [
          [4, 7],
          [5, 8],
        ],
        [
          [2, 3],
          [0, 1],
        ],
      ],
      'len',
      6,
    ],
    {
      matches: [
        { key1: { start: 4, end: 7 }, key2: { start: 5, end: 8 } },
        { key1: { start: 2, end: 3 }, key2: { start: 0, end: 1 } },
      ],
      len: 6,
    },
  ],
  [
    (r) => r.lcs('a', 'b', { IDX: true, WITHMATCHLEN: true }),
    [Buffer.from('matches'), [[[4n, 7n], [5n, 8n], 4n]], Buffer.from('len'), 4n],
    { matches: [{ key1: { start: 4n, end: 7n }, key2: { start: 5n, end: 8n }, len: 4n }], len: 4n },
  ],
  [(r) => r.lcs('a', 'b', { IDX: true }), ['matches', [], 'len', 0], { matches: [], len: 0 }],
]);
