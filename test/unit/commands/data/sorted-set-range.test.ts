import { SortedSetRangeCommands } from '../../../../lib/commands/data/sorted-set-range.js';
import { describeReplies, describeWire } from '../recorder.js';

const LIMIT = { offset: 5, count: 10 };
const end = Buffer.from('(z');

const low = Number.NEGATIVE_INFINITY;
const high = Number.POSITIVE_INFINITY;

describeWire(SortedSetRangeCommands, [
  [(redis) => redis.zcount('k', low, high), 'ZCOUNT k -inf +inf'],
  [(redis) => redis.zrange('k', low, high, { BYSCORE: true }), 'ZRANGE k -inf +inf BYSCORE'],
  [(redis) => redis.zrangestore('d', 's', low, high, { BYSCORE: true }), 'ZRANGESTORE d s -inf +inf BYSCORE'],
  [(redis) => redis.zrangebyscore('k', low, high), 'ZRANGEBYSCORE k -inf +inf'],
  [(redis) => redis.zrevrangebyscore('k', high, low), 'ZREVRANGEBYSCORE k +inf -inf'],
  [(redis) => redis.zremrangebyscore('k', low, high), 'ZREMRANGEBYSCORE k -inf +inf'],
  [(redis) => redis.zcount('k', '(1', '+inf'), 'ZCOUNT k (1 +inf'],
  [(redis) => redis.zlexcount('k', '[a', end), ['ZLEXCOUNT', 'k', '[a', end]],
  [(redis) => redis.zrange('k', 0, -1), 'ZRANGE k 0 -1'],
  [(redis) => redis.zrange('k', 0, -1, { REV: true }), 'ZRANGE k 0 -1 REV'],
  [(redis) => redis.zrange('k', 0, -1, { REV: true, WITHSCORES: true }), 'ZRANGE k 0 -1 REV WITHSCORES'],
  [(redis) => redis.zrange('k', '(1', 5, { BYSCORE: true }), 'ZRANGE k (1 5 BYSCORE'],
  [
    (redis) => redis.zrange('k', 5, '-inf', { BYSCORE: true, REV: true, LIMIT, WITHSCORES: true }),
    'ZRANGE k 5 -inf BYSCORE REV LIMIT 5 10 WITHSCORES',
  ],
  [(redis) => redis.zrange('k', '[a', end, { BYLEX: true }), ['ZRANGE', 'k', '[a', end, 'BYLEX']],
  [(redis) => redis.zrange('k', '+', '-', { BYLEX: true, REV: true, LIMIT }), 'ZRANGE k + - BYLEX REV LIMIT 5 10'],
  [(redis) => redis.zrangebylex('k', '-', '+'), 'ZRANGEBYLEX k - +'],
  [(redis) => redis.zrangebylex('k', '-', '+', { LIMIT }), 'ZRANGEBYLEX k - + LIMIT 5 10'],
  [(redis) => redis.zrangebyscore('k', 1, 5), 'ZRANGEBYSCORE k 1 5'],
  [(redis) => redis.zrangebyscore('k', 1, 5, { LIMIT }), 'ZRANGEBYSCORE k 1 5 LIMIT 5 10'],
  [(redis) => redis.zrangebyscore('k', 1, 5, { LIMIT, WITHSCORES: true }), 'ZRANGEBYSCORE k 1 5 WITHSCORES LIMIT 5 10'],
  [(redis) => redis.zrangestore('d', 's', 0, 9), 'ZRANGESTORE d s 0 9'],
  [(redis) => redis.zrangestore('d', 's', 0, 9, { REV: true }), 'ZRANGESTORE d s 0 9 REV'],
  [(redis) => redis.zrangestore('d', 's', '(1', 5, { BYSCORE: true, LIMIT }), 'ZRANGESTORE d s (1 5 BYSCORE LIMIT 5 10'],
  [(redis) => redis.zrangestore('d', 's', '[b', '[a', { BYLEX: true, REV: true }), 'ZRANGESTORE d s [b [a BYLEX REV'],
  [(redis) => redis.zremrangebylex('k', '[a', '(b'), 'ZREMRANGEBYLEX k [a (b'],
  [(redis) => redis.zremrangebyrank('k', 0, -11), 'ZREMRANGEBYRANK k 0 -11'],
  [(redis) => redis.zremrangebyscore('k', '-inf', 5), 'ZREMRANGEBYSCORE k -inf 5'],
  [(redis) => redis.zrevrange('k', 0, 9), 'ZREVRANGE k 0 9'],
  [(redis) => redis.zrevrange('k', 0, 9, { WITHSCORES: true }), 'ZREVRANGE k 0 9 WITHSCORES'],
  [(redis) => redis.zrevrangebylex('k', '+', '-', { LIMIT }), 'ZREVRANGEBYLEX k + - LIMIT 5 10'],
  [(redis) => redis.zrevrangebyscore('k', 5, 1), 'ZREVRANGEBYSCORE k 5 1'],
  [(redis) => redis.zrevrangebyscore('k', 5, 1, { WITHSCORES: true, LIMIT }), 'ZREVRANGEBYSCORE k 5 1 WITHSCORES LIMIT 5 10'],
]);

const resp2 = ['m', '1.5', 'n', '-inf'];
const resp3 = [
  ['m', 1.5],
  ['n', Number.NEGATIVE_INFINITY],
];
const scored = [
  { member: 'm', score: 1.5 },
  { member: 'n', score: Number.NEGATIVE_INFINITY },
];

describeReplies(SortedSetRangeCommands, [
  [(redis) => redis.zrange('k', 0, -1), ['m', 'n'], ['m', 'n']],
  [(redis) => redis.zrange('k', 0, -1, { WITHSCORES: true }), resp2, scored],
  [(redis) => redis.zrange('k', 0, -1, { WITHSCORES: true }), resp3, scored],
  [(redis) => redis.zrange('k', 0, -1, { WITHSCORES: true }), [], []],
  [(redis) => redis.zrange('k', 0, 1, { BYSCORE: true, WITHSCORES: true }), resp3, scored],
  [(redis) => redis.zrangebyscore('k', 0, 1, { WITHSCORES: true }), resp2, scored],
  [(redis) => redis.zrangebyscore('k', 0, 1, { WITHSCORES: true }), resp3, scored],
  [(redis) => redis.zrevrange('k', 0, 1, { WITHSCORES: true }), resp2, scored],
  [(redis) => redis.zrevrangebyscore('k', 1, 0, { WITHSCORES: true }), resp3, scored],
  [(redis) => redis.zrevrangebyscore('k', 1, 0), ['m'], ['m']],
]);
