import { ListCommands } from '../../../../lib/commands/data/list.js';
import { describeReplies, describeWire } from '../recorder.js';

describeWire(ListCommands, [
  [(redis) => redis.lindex('k', -1), 'LINDEX k -1'],
  [(redis) => redis.linsert('k', 'BEFORE', 'p', 'e'), 'LINSERT k BEFORE p e'],
  [(redis) => redis.linsert('k', 'AFTER', 'p', 'e'), 'LINSERT k AFTER p e'],
  [(redis) => redis.llen('k'), 'LLEN k'],
  [(redis) => redis.lmove('a', 'b', 'LEFT', 'RIGHT'), 'LMOVE a b LEFT RIGHT'],
  [(redis) => redis.lmpop('k', 'LEFT'), 'LMPOP 1 k LEFT'],
  [(redis) => redis.lmpop(['a', 'b'], 'RIGHT', { COUNT: 3 }), 'LMPOP 2 a b RIGHT COUNT 3'],
  [(redis) => redis.lpop('k'), 'LPOP k'],
  [(redis) => redis.lpop('k', 2), 'LPOP k 2'],
  [(redis) => redis.lpop('k', 0), 'LPOP k 0'],
  [(redis) => redis.lpos('k', 'e'), 'LPOS k e'],
  [(redis) => redis.lpos('k', 'e', { RANK: -1, MAXLEN: 100 }), 'LPOS k e RANK -1 MAXLEN 100'],
  [(redis) => redis.lpos('k', 'e', { COUNT: 0, MAXLEN: 0 }), 'LPOS k e COUNT 0 MAXLEN 0'],
  [(redis) => redis.lpush('k', 'e'), 'LPUSH k e'],
  [(redis) => redis.lpush('k', ['e', 1]), ['LPUSH', 'k', 'e', 1]],
  [(redis) => redis.lpushx('k', ['e', 'f']), 'LPUSHX k e f'],
  [(redis) => redis.lrange('k', 0, -1), 'LRANGE k 0 -1'],
  [(redis) => redis.lrem('k', -2, 'e'), 'LREM k -2 e'],
  [(redis) => redis.lset('k', 0, 'e'), 'LSET k 0 e'],
  [(redis) => redis.ltrim('k', 0, 99), 'LTRIM k 0 99'],
  [(redis) => redis.rpop('k'), 'RPOP k'],
  [(redis) => redis.rpop('k', 2), 'RPOP k 2'],
  [(redis) => redis.rpoplpush('a', 'b'), 'RPOPLPUSH a b'],
  [(redis) => redis.rpush('k', 'e'), 'RPUSH k e'],
  [(redis) => redis.rpush('k', ['e', 'f']), 'RPUSH k e f'],
  [(redis) => redis.rpushx('k', 'e'), 'RPUSHX k e'],
]);

describeReplies(ListCommands, [
  [(redis) => redis.lmpop('k', 'LEFT'), null, null],
  [(redis) => redis.lmpop('k', 'LEFT', { COUNT: 2 }), ['k', ['e', 'f']], { key: 'k', elements: ['e', 'f'] }],
  [(redis) => redis.lmpop('k', 'LEFT'), [Buffer.from('k'), [Buffer.from('e')]], { key: Buffer.from('k'), elements: [Buffer.from('e')] }],
  [(redis) => redis.lpop('k'), null, null],
  [(redis) => redis.lpop('k', 2), ['e', 'f'], ['e', 'f']],
  [(redis) => redis.lpos('k', 'e', { COUNT: 0 }), [0, 2], [0, 2]],
]);
