import { SetCommands } from '../../../../lib/commands/data/set.js';
import { describeReplies, describeWire } from '../recorder.js';

describeWire(SetCommands, [
  [(redis) => redis.sadd('k', 'm'), 'SADD k m'],
  [(redis) => redis.sadd('k', ['m', 'n']), 'SADD k m n'],
  [(redis) => redis.scard('k'), 'SCARD k'],
  [(redis) => redis.sdiff('k'), 'SDIFF k'],
  [(redis) => redis.sdiff(['a', 'b']), 'SDIFF a b'],
  [(redis) => redis.sdiffstore('d', ['a', 'b']), 'SDIFFSTORE d a b'],
  [(redis) => redis.sinter(['a', 'b']), 'SINTER a b'],
  [(redis) => redis.sintercard('k'), 'SINTERCARD 1 k'],
  [(redis) => redis.sintercard(['a', 'b'], { LIMIT: 10 }), 'SINTERCARD 2 a b LIMIT 10'],
  [(redis) => redis.sinterstore('d', ['a', 'b']), 'SINTERSTORE d a b'],
  [(redis) => redis.sismember('k', 'm'), 'SISMEMBER k m'],
  [(redis) => redis.smembers('k'), 'SMEMBERS k'],
  [(redis) => redis.smismember('k', 'm'), 'SMISMEMBER k m'],
  [(redis) => redis.smismember('k', ['m', 'n']), 'SMISMEMBER k m n'],
  [(redis) => redis.smove('a', 'b', 'm'), 'SMOVE a b m'],
  [(redis) => redis.spop('k'), 'SPOP k'],
  [(redis) => redis.spop('k', 2), 'SPOP k 2'],
  [(redis) => redis.srandmember('k'), 'SRANDMEMBER k'],
  [(redis) => redis.srandmember('k', -2), 'SRANDMEMBER k -2'],
  [(redis) => redis.srem('k', ['m', 'n']), 'SREM k m n'],
  [(redis) => redis.sscan('k', 0), 'SSCAN k 0'],
  [(redis) => redis.sscan('k', '9', { MATCH: 'a*', COUNT: 100 }), 'SSCAN k 9 MATCH a* COUNT 100'],
  [(redis) => redis.sunion(['a', 'b']), 'SUNION a b'],
  [(redis) => redis.sunionstore('d', 'a'), 'SUNIONSTORE d a'],
]);

describeReplies(SetCommands, [
  [(redis) => redis.smembers('k'), ['m', 'n'], ['m', 'n']],
  [(redis) => redis.sscan('k', 0), ['0', ['m', 'n']], { cursor: '0', members: ['m', 'n'] }],
  [(redis) => redis.sscan('k', 0), [Buffer.from('7'), [Buffer.from('m')]], { cursor: '7', members: [Buffer.from('m')] }],
]);
