import { BlockingCommands } from '../../../../lib/commands/data/blocking.js';
import { describeReplies, describeWire } from '../recorder.js';

describeWire(BlockingCommands, [
  [(redis) => redis.blmove('a', 'b', 'LEFT', 'RIGHT', 0.5), 'BLMOVE a b LEFT RIGHT 0.5'],
  [(redis) => redis.blmpop(1, 'k', 'LEFT'), 'BLMPOP 1 1 k LEFT'],
  [(redis) => redis.blmpop(0, ['a', 'b'], 'RIGHT', { COUNT: 3 }), 'BLMPOP 0 2 a b RIGHT COUNT 3'],
  [(redis) => redis.blpop('k', 0), 'BLPOP k 0'],
  [(redis) => redis.blpop(['a', 'b'], 1), 'BLPOP a b 1'],
  [(redis) => redis.brpop(['a', 'b'], 1), 'BRPOP a b 1'],
  [(redis) => redis.brpoplpush('a', 'b', 1), 'BRPOPLPUSH a b 1'],
  [(redis) => redis.bzmpop(1, 'k', 'MIN'), 'BZMPOP 1 1 k MIN'],
  [(redis) => redis.bzmpop(1, ['a', 'b'], 'MAX', { COUNT: 3 }), 'BZMPOP 1 2 a b MAX COUNT 3'],
  [(redis) => redis.bzpopmax('k', 1), 'BZPOPMAX k 1'],
  [(redis) => redis.bzpopmin(['a', 'b'], 1), 'BZPOPMIN a b 1'],
]);

describeReplies(BlockingCommands, [
  [(redis) => redis.blmpop(1, 'k', 'LEFT'), null, null],
  [(redis) => redis.blmpop(1, 'k', 'LEFT'), ['k', ['e', 'f']], { key: 'k', elements: ['e', 'f'] }],
  [(redis) => redis.blpop('k', 1), null, null],
  [(redis) => redis.blpop('k', 1), ['k', 'e'], { key: 'k', element: 'e' }],
  [(redis) => redis.brpop('k', 1), [Buffer.from('k'), Buffer.from('')], { key: Buffer.from('k'), element: Buffer.from('') }],
  [(redis) => redis.bzmpop(1, 'k', 'MIN'), null, null],
  [(redis) => redis.bzmpop(1, 'k', 'MIN'), ['k', [['m', '1.5']]], { key: 'k', members: [{ member: 'm', score: 1.5 }] }],
  [(redis) => redis.bzmpop(1, 'k', 'MIN'), ['k', [['m', 1.5]]], { key: 'k', members: [{ member: 'm', score: 1.5 }] }],
  [(redis) => redis.bzpopmin('k', 1), null, null],
  [(redis) => redis.bzpopmin('k', 1), ['k', 'm', '1.5'], { key: 'k', member: 'm', score: 1.5 }],
  [(redis) => redis.bzpopmax('k', 1), ['k', 'm', 1.5], { key: 'k', member: 'm', score: 1.5 }],
]);
