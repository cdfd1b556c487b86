import { SortedSetAlgebraCommands } from '../../../../lib/commands/data/sorted-set-algebra.js';
import { describeReplies, describeWire } from '../recorder.js';

describeWire(SortedSetAlgebraCommands, [
  [(redis) => redis.zunion('a', { WEIGHTS: Number.POSITIVE_INFINITY }), 'ZUNION 1 a WEIGHTS +inf'],
  [(redis) => redis.zdiff('a'), 'ZDIFF 1 a'],
  [(redis) => redis.zdiff(['a', 'b'], { WITHSCORES: true }), 'ZDIFF 2 a b WITHSCORES'],
  [(redis) => redis.zdiffstore('d', ['a', 'b']), 'ZDIFFSTORE d 2 a b'],
  [(redis) => redis.zinter(['a', 'b']), 'ZINTER 2 a b'],
  [
    (redis) => redis.zinter(['a', 'b'], { WEIGHTS: [1, 0.5], AGGREGATE: 'MAX', WITHSCORES: true }),
    'ZINTER 2 a b WEIGHTS 1 0.5 AGGREGATE MAX WITHSCORES',
  ],
  [(redis) => redis.zintercard('a'), 'ZINTERCARD 1 a'],
  [(redis) => redis.zintercard(['a', 'b'], { LIMIT: 10 }), 'ZINTERCARD 2 a b LIMIT 10'],
  [(redis) => redis.zinterstore('d', 'a', { WEIGHTS: 2 }), 'ZINTERSTORE d 1 a WEIGHTS 2'],
  [(redis) => redis.zinterstore('d', ['a', 'b'], { AGGREGATE: 'MIN' }), 'ZINTERSTORE d 2 a b AGGREGATE MIN'],
  [(redis) => redis.zunion(['a', 'b'], { AGGREGATE: 'SUM' }), 'ZUNION 2 a b AGGREGATE SUM'],
  [(redis) => redis.zunion(['a', 'b'], { WEIGHTS: [1, 2], WITHSCORES: true }), 'ZUNION 2 a b WEIGHTS 1 2 WITHSCORES'],
  [(redis) => redis.zunionstore('d', ['a', 'b'], { WEIGHTS: [1, 2], AGGREGATE: 'MAX' }), 'ZUNIONSTORE d 2 a b WEIGHTS 1 2 AGGREGATE MAX'],
  [(r) => r.zunion(['a', 'b'], { AGGREGATE: 'MIN' }), 'ZUNION 2 a b AGGREGATE MIN'],
  [(r) => r.zunion(['a', 'b'], { AGGREGATE: 'MAX' }), 'ZUNION 2 a b AGGREGATE MAX'],
  [(r) => r.zinter(['a', 'b'], { AGGREGATE: 'SUM' }), 'ZINTER 2 a b AGGREGATE SUM'],
  [(r) => r.zinter(['a', 'b'], { AGGREGATE: 'MIN' }), 'ZINTER 2 a b AGGREGATE MIN'],
  [(r) => r.zunionstore('d', ['a', 'b'], { AGGREGATE: 'SUM' }), 'ZUNIONSTORE d 2 a b AGGREGATE SUM'],
  [(r) => r.zunionstore('d', ['a', 'b'], { AGGREGATE: 'MIN' }), 'ZUNIONSTORE d 2 a b AGGREGATE MIN'],
  [(r) => r.zinterstore('d', ['a', 'b'], { AGGREGATE: 'SUM' }), 'ZINTERSTORE d 2 a b AGGREGATE SUM'],
  [(r) => r.zinterstore('d', ['a', 'b'], { AGGREGATE: 'MAX' }), 'ZINTERSTORE d 2 a b AGGREGATE MAX'],
]);

const resp2 = ['m', '1', 'n', '2.5'];
const resp3 = [
  ['m', 1],
  ['n', 2.5],
];
const scored = [
  { member: 'm', score: 1 },
  { member: 'n', score: 2.5 },
];

describeReplies(SortedSetAlgebraCommands, [
  [(redis) => redis.zdiff('a', { WITHSCORES: true }), resp2, scored],
  [(redis) => redis.zdiff('a', { WITHSCORES: true }), resp3, scored],
  [(redis) => redis.zinter('a', { WITHSCORES: true }), resp2, scored],
  [(redis) => redis.zinter('a', { WITHSCORES: true }), resp3, scored],
  [(redis) => redis.zunion('a', { WITHSCORES: true }), resp2, scored],
  [(redis) => redis.zunion('a', { WITHSCORES: true }), resp3, scored],
  [(redis) => redis.zunion('a'), ['m', 'n'], ['m', 'n']],
]);
