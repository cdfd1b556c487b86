import { SortedSetCommands } from '../../../../lib/commands/data/sorted-set.js';
import { describeReplies, describeWire } from '../recorder.js';

const member = Buffer.from([0xff]);

describeWire(SortedSetCommands, [
  [(redis) => redis.zadd('k', 1.5, 'm'), ['ZADD', 'k', 1.5, 'm']],
  [(redis) => redis.zadd('k', '-inf', member), ['ZADD', 'k', '-inf', member]],
  [(redis) => redis.zadd('k', Number.POSITIVE_INFINITY, 'm'), 'ZADD k +inf m'],
  [(redis) => redis.zadd('k', [{ score: Number.NEGATIVE_INFINITY, member: 'm' }]), 'ZADD k -inf m'],
  [(redis) => redis.zincrby('k', Number.NEGATIVE_INFINITY, 'm'), 'ZINCRBY k -inf m'],
  [(redis) => redis.zadd('k', 1, 'm', { NX: true, CH: true }), 'ZADD k NX CH 1 m'],
  [(redis) => redis.zadd('k', 1, 'm', { XX: true, GT: true }), 'ZADD k XX GT 1 m'],
  [(redis) => redis.zadd('k', 1, 'm', { LT: true, INCR: true }), 'ZADD k LT INCR 1 m'],
  [(redis) => redis.zadd('k', { score: 1, member: 'm' }), 'ZADD k 1 m'],
  [(redis) => redis.zadd('k', { score: 1, member: 'm' }, { INCR: true }), 'ZADD k INCR 1 m'],
  [
    (redis) =>
      redis.zadd(
        'k',
        [
          { score: 1, member: 'm' },
          { score: 2n, member: 'n' },
        ],
        { GT: true, CH: true },
      ),
    'ZADD k GT CH 1 m 2 n',
  ],
  [(redis) => redis.zcard('k'), 'ZCARD k'],
  [(redis) => redis.zincrby('k', -2.5, 'm'), 'ZINCRBY k -2.5 m'],
  [(redis) => redis.zmpop('k', 'MIN'), 'ZMPOP 1 k MIN'],
  [(redis) => redis.zmpop(['a', 'b'], 'MAX', { COUNT: 2 }), 'ZMPOP 2 a b MAX COUNT 2'],
  [(redis) => redis.zmscore('k', 'm'), 'ZMSCORE k m'],
  [(redis) => redis.zmscore('k', ['m', 'n']), 'ZMSCORE k m n'],
  [(redis) => redis.zpopmax('k'), 'ZPOPMAX k'],
  [(redis) => redis.zpopmax('k', 2), 'ZPOPMAX k 2'],
  [(redis) => redis.zpopmin('k'), 'ZPOPMIN k'],
  [(redis) => redis.zpopmin('k', 2), 'ZPOPMIN k 2'],
  [(redis) => redis.zrandmember('k'), 'ZRANDMEMBER k'],
  [(redis) => redis.zrandmember('k', -2), 'ZRANDMEMBER k -2'],
  [(redis) => redis.zrandmember('k', 2, { WITHSCORES: true }), 'ZRANDMEMBER k 2 WITHSCORES'],
  [(redis) => redis.zrank('k', 'm'), 'ZRANK k m'],
  [(redis) => redis.zrank('k', 'm', { WITHSCORE: true }), 'ZRANK k m WITHSCORE'],
  [(redis) => redis.zrem('k', 'm'), 'ZREM k m'],
  [(redis) => redis.zrem('k', ['m', 'n']), 'ZREM k m n'],
  [(redis) => redis.zrevrank('k', 'm'), 'ZREVRANK k m'],
  [(redis) => redis.zrevrank('k', 'm', { WITHSCORE: true }), 'ZREVRANK k m WITHSCORE'],
  [(redis) => redis.zscan('k', 0), 'ZSCAN k 0'],
  [(redis) => redis.zscan('k', '3', { MATCH: 'a*', COUNT: 10 }), 'ZSCAN k 3 MATCH a* COUNT 10'],
  [(redis) => redis.zscan('k', 0, { COUNT: 10, NOSCORES: true }), 'ZSCAN k 0 COUNT 10 NOSCORES'],
  [(redis) => redis.zscore('k', 'm'), 'ZSCORE k m'],
]);

const scored = [
  { member: 'm', score: 1.5 },
  { member: 'n', score: Number.POSITIVE_INFINITY },
];
const resp2 = ['m', '1.5', 'n', 'inf'];
const resp3 = [
  ['m', 1.5],
  ['n', Number.POSITIVE_INFINITY],
];
const popped = { key: 'k', members: scored };

describeReplies(SortedSetCommands, [
  [(redis) => redis.zadd('k', 1, 'm'), 1, 1],
  [(redis) => redis.zadd('k', 1, 'm', { INCR: true }), '2.5', 2.5],
  [(redis) => redis.zadd('k', 1, 'm', { INCR: true }), 2.5, 2.5],
  [(redis) => redis.zadd('k', 1, 'm', { INCR: true, XX: true }), null, null],
  [(redis) => redis.zincrby('k', 1, 'm'), '-inf', Number.NEGATIVE_INFINITY],
  [(redis) => redis.zincrby('k', 1, 'm'), Buffer.from('2.5'), 2.5],
  [(redis) => redis.zincrby('k', 1, 'm'), 2.5, 2.5],
  [(redis) => redis.zmpop('k', 'MIN'), null, null],
  [
    (redis) => redis.zmpop('k', 'MIN'),
    [
      'k',
      [
        ['m', '1.5'],
        ['n', 'inf'],
      ],
    ],
    popped,
  ],
  [(redis) => redis.zmpop('k', 'MIN'), ['k', resp3], popped],
  [(redis) => redis.zmscore('k', ['m', 'n']), ['1.5', null], [1.5, null]],
  [(redis) => redis.zmscore('k', ['m', 'n']), [1.5, null], [1.5, null]],
  [(redis) => redis.zpopmin('k'), [], null],
  [(redis) => redis.zpopmin('k'), ['m', '1.5'], scored[0]],
  [(redis) => redis.zpopmin('k'), ['m', 1.5], scored[0]],
  [(redis) => redis.zpopmin('k', 2), resp2, scored],
  [(redis) => redis.zpopmax('k', 2), resp3, scored],
  [(redis) => redis.zpopmax('k', 2), [], []],
  [(redis) => redis.zpopmax('k'), [member, Buffer.from('7')], { member, score: 7 }],
  [(redis) => redis.zrandmember('k'), null, null],
  [(redis) => redis.zrandmember('k', 2), ['m', 'n'], ['m', 'n']],
  [(redis) => redis.zrandmember('k', 2, { WITHSCORES: true }), resp2, scored],
  [(redis) => redis.zrandmember('k', 2, { WITHSCORES: true }), resp3, scored],
  [(redis) => redis.zrank('k', 'm'), 3, 3],
  [(redis) => redis.zrank('k', 'm'), null, null],
  [(redis) => redis.zrank('k', 'm', { WITHSCORE: true }), [3, '1.5'], { rank: 3, score: 1.5 }],
  [(redis) => redis.zrank('k', 'm', { WITHSCORE: true }), [3n, 1.5], { rank: 3n, score: 1.5 }],
  [(redis) => redis.zrevrank('k', 'm', { WITHSCORE: true }), null, null],
  [(redis) => redis.zscan('k', 0), ['5', resp2], { cursor: '5', members: scored }],
  [(redis) => redis.zscan('k', 0, { NOSCORES: true }), ['0', ['m', 'n']], { cursor: '0', members: ['m', 'n'] }],
  [(redis) => redis.zscore('k', 'm'), '1.5', 1.5],
  [(redis) => redis.zscore('k', 'm'), 1.5, 1.5],
  [(redis) => redis.zscore('k', 'm'), null, null],
]);
