import assert from 'node:assert/strict';
import { SortedSetCommands } from '../../lib/commands/data/sorted-set.js';
import { SortedSetAlgebraCommands } from '../../lib/commands/data/sorted-set-algebra.js';
import { SortedSetRangeCommands } from '../../lib/commands/data/sorted-set-range.js';
import { describeLive } from './live-commands.js';

const a = { member: 'a', score: 1 };
const b = { member: 'b', score: 2.5 };
const c = { member: 'c', score: Number.POSITIVE_INFINITY };
const LIMIT = { offset: 1, count: 1 };

describeLive(
  [SortedSetCommands, SortedSetRangeCommands, SortedSetAlgebraCommands],
  [
    [(redis) => redis.zadd('z', 1, 'a'), 1],
    [(redis) => redis.zadd('z', [{ member: 'b', score: 2.5 }, c], { NX: true }), 2],
    [(redis) => redis.zadd('z', 9, 'a', { XX: true, LT: true, CH: true }), 0],
    [(redis) => redis.zadd('z', 1, 'a', { INCR: true }), 2],
    [(redis) => redis.zadd('z', { member: 'a', score: -1 }, { INCR: true, XX: true }), 1],
    [(redis) => redis.zadd('z', 1, 'none', { INCR: true, XX: true }), null],
    [(redis) => redis.zadd('y', Number.NEGATIVE_INFINITY, 'low'), 1],
    [(redis) => redis.zscore('y', 'low'), Number.NEGATIVE_INFINITY],
    [(redis) => redis.zcard('z'), 3],
    [(redis) => redis.zincrby('y', 1.25, 'm'), 1.25],
    [(redis) => redis.zscore('z', 'b'), 2.5],
    [(redis) => redis.zscore('z', 'none'), null],
    [(redis) => redis.zmscore('z', ['b', 'none', 'c']), [2.5, null, Number.POSITIVE_INFINITY]],
    [(redis) => redis.zrank('z', 'b'), 1],
    [(redis) => redis.zrank('z', 'none'), null],
    [(redis) => redis.zrank('z', 'b', { WITHSCORE: true }), { rank: 1, score: 2.5 }, 'WITHSCORE'],
    [(redis) => redis.zrank('z', 'none', { WITHSCORE: true }), null, 'WITHSCORE'],
    [(redis) => redis.zrevrank('z', 'a'), 2],
    [(redis) => redis.zrevrank('z', 'a', { WITHSCORE: true }), { rank: 2, score: 1 }, 'WITHSCORE'],
    [(redis) => redis.zrandmember('none'), null],
    [(redis) => redis.zrandmember('z'), (member: string) => assert.match(member, /^[abc]$/)],
    [(redis) => redis.zrandmember('none', 3), []],
    [(redis) => redis.zrandmember('z', 9), (members: string[]) => assert.deepEqual(members.sort(), ['a', 'b', 'c'])],
    [(redis) => redis.zrandmember('y', 1, { WITHSCORES: true }), ([one]: { score: number }[]) => assert.equal(typeof one?.score, 'number')],
    [(redis) => redis.zscan('z', 0), { cursor: '0', members: [a, b, c] }],
    [(redis) => redis.zscan('z', 0, { MATCH: 'b', COUNT: 10 }), { cursor: '0', members: [b] }],
    [(redis) => redis.zscan('z', 0, { NOSCORES: true }), { cursor: '0', members: ['a', 'b', 'c'] }, 'NOSCORES'],

    [(redis) => redis.zcount('z', '(1', '+inf'), 2],
    [(redis) => redis.zrange('z', 0, -1), ['a', 'b', 'c']],
    [(redis) => redis.zrange('z', 0, 1, { WITHSCORES: true }), [a, b]],
    [(redis) => redis.zrange('z', 0, 1, { REV: true, WITHSCORES: true }), [c, b]],
    [(redis) => redis.zrange('none', 0, -1, { WITHSCORES: true }), []],
    [(redis) => redis.zrange('z', '-inf', '+inf', { BYSCORE: true, LIMIT }), ['b']],
    [(redis) => redis.zrange('z', Number.POSITIVE_INFINITY, '(1', { BYSCORE: true, REV: true, WITHSCORES: true }), [c, b]],
    [(redis) => redis.zrangebyscore('z', 1, '(9'), ['a', 'b']],
    [(redis) => redis.zrangebyscore('z', 1, 9, { WITHSCORES: true, LIMIT }), [b]],
    [(redis) => redis.zrevrange('z', 0, 0), ['c']],
    [(redis) => redis.zrevrange('z', 0, 0, { WITHSCORES: true }), [c]],
    [(redis) => redis.zrevrangebyscore('z', 9, 1), ['b', 'a']],
    [(redis) => redis.zrevrangebyscore('z', 9, 1, { WITHSCORES: true }), [b, a]],
    [
      (redis) =>
        redis.zadd(
          'lex',
          ['a', 'b', 'c', 'd'].map((member) => ({ member, score: 0 })),
        ),
      4,
    ],
    [(redis) => redis.zlexcount('lex', '[a', '(c'), 2],
    [(redis) => redis.zrange('lex', '(a', '+', { BYLEX: true }), ['b', 'c', 'd']],
    [(redis) => redis.zrange('lex', '+', '-', { BYLEX: true, REV: true, LIMIT }), ['c']],
    [(redis) => redis.zrangebylex('lex', '-', '[b'), ['a', 'b']],
    [(redis) => redis.zrangebylex('lex', '-', '+', { LIMIT }), ['b']],
    [(redis) => redis.zrevrangebylex('lex', '+', '-', { LIMIT }), ['c']],
    [(redis) => redis.zrangestore('d', 'z', 0, 1), 2],
    [(redis) => redis.zrangestore('d', 'z', '+inf', '(1', { BYSCORE: true, REV: true, LIMIT }), 1],
    [(redis) => redis.zrangestore('d', 'lex', '[a', '[b', { BYLEX: true }), 2],
    [(redis) => redis.zremrangebylex('lex', '[a', '(b'), 1],
    [(redis) => redis.zremrangebyscore('lex', '-inf', '(0'), 0],
    [(redis) => redis.zremrangebyrank('lex', 0, 1), 2],

    [
      (redis) =>
        redis.zadd('other', [
          { member: 'b', score: 10 },
          { member: 'x', score: 4 },
        ]),
      2,
    ],
    [(redis) => redis.zdiff(['z', 'other']), ['a', 'c']],
    [(redis) => redis.zdiff(['z', 'other'], { WITHSCORES: true }), [a, c]],
    [(redis) => redis.zdiffstore('d', ['z', 'other']), 2],
    [(redis) => redis.zinter(['z', 'other']), ['b']],
    [(redis) => redis.zinter(['z', 'other'], { WEIGHTS: [2, 0.5], AGGREGATE: 'MIN', WITHSCORES: true }), [{ member: 'b', score: 5 }]],
    [(redis) => redis.zintercard(['z', 'other'], { LIMIT: 5 }), 1],
    [(redis) => redis.zinterstore('d', ['z', 'other'], { AGGREGATE: 'MAX' }), 1],
    [(redis) => redis.zunion(['z', 'other']), ['a', 'x', 'b', 'c']],
    [(redis) => redis.zunion(['z', 'other'], { WITHSCORES: true }), [a, { member: 'x', score: 4 }, { member: 'b', score: 12.5 }, c]],
    [(redis) => redis.zunionstore('d', ['z', 'other'], { WEIGHTS: [1, 2] }), 4],

    [(redis) => redis.zmpop(['none', 'd'], 'MIN'), { key: 'd', members: [a] }],
    [(redis) => redis.zmpop('d', 'MAX', { COUNT: 2 }), { key: 'd', members: [c, { member: 'b', score: 22.5 }] }],
    [(redis) => redis.zmpop('none', 'MAX'), null],
    [(redis) => redis.zpopmin('z'), a],
    [(redis) => redis.zpopmin('none'), null],
    [(redis) => redis.zpopmax('z', 5), [c, b]],
    [(redis) => redis.zpopmax('none', 5), []],
    [(redis) => redis.zpopmax('d'), { member: 'x', score: 8 }],
    [(redis) => redis.zpopmin('other', 1), [{ member: 'x', score: 4 }]],
    [(redis) => redis.zrem('other', ['b', 'none']), 1],
  ],
);
