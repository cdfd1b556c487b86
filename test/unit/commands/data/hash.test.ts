import { HashCommands } from '../../../../lib/commands/data/hash.js';
import { describeReplies, describeWire } from '../recorder.js';

const bytes = Buffer.from([0xff, 0x00]);

describeWire(HashCommands, [
  [(redis) => redis.hdel('k', 'f'), 'HDEL k f'],
  [(redis) => redis.hdel('k', ['f', 'g']), 'HDEL k f g'],
  [(redis) => redis.hexists('k', 'f'), 'HEXISTS k f'],
  [(redis) => redis.hget('k', 'f'), 'HGET k f'],
  [(redis) => redis.hget(bytes, bytes), ['HGET', bytes, bytes]],
  [(redis) => redis.hgetall('k'), 'HGETALL k'],
  [(redis) => redis.hgetdel('k', 'f'), 'HGETDEL k FIELDS 1 f'],
  [(redis) => redis.hgetdel('k', ['f', 'g']), 'HGETDEL k FIELDS 2 f g'],
  [(redis) => redis.hincrby('k', 'f', 9007199254740993n), 'HINCRBY k f 9007199254740993'],
  [(redis) => redis.hincrbyfloat('k', 'f', 1.5), 'HINCRBYFLOAT k f 1.5'],
  [(redis) => redis.hkeys('k'), 'HKEYS k'],
  [(redis) => redis.hlen('k'), 'HLEN k'],
  [(redis) => redis.hmget('k', 'f'), 'HMGET k f'],
  [(redis) => redis.hmget('k', ['f', 'g']), 'HMGET k f g'],
  [(redis) => redis.hmset('k', { f: 1, g: 2 }), 'HMSET k f 1 g 2'],
  [(redis) => redis.hrandfield('k'), 'HRANDFIELD k'],
  [(redis) => redis.hrandfield('k', -3), 'HRANDFIELD k -3'],
  [(redis) => redis.hrandfield('k', 2, { WITHVALUES: true }), 'HRANDFIELD k 2 WITHVALUES'],
  [(redis) => redis.hscan('k', 0), 'HSCAN k 0'],
  [(redis) => redis.hscan('k', '17', { MATCH: 'a*', COUNT: 50 }), 'HSCAN k 17 MATCH a* COUNT 50'],
  [(redis) => redis.hscan('k', 0, { COUNT: 5, NOVALUES: true }), 'HSCAN k 0 COUNT 5 NOVALUES'],
  [(redis) => redis.hset('k', 'f', 'v'), 'HSET k f v'],
  [(redis) => redis.hset('k', 'f', ''), ['HSET', 'k', 'f', '']],
  [(redis) => redis.hset('k', { f: 'v', g: 1 }), ['HSET', 'k', 'f', 'v', 'g', 1]],
  [(redis) => redis.hset('k', new Map([['f', 'v']])), 'HSET k f v'],
  [
    (redis) =>
      redis.hset('k', [
        [bytes, 'v'],
        ['g', bytes],
      ]),
    ['HSET', 'k', bytes, 'v', 'g', bytes],
  ],
  [(redis) => redis.hsetnx('k', 'f', 'v'), 'HSETNX k f v'],
  [(redis) => redis.hstrlen('k', 'f'), 'HSTRLEN k f'],
  [(redis) => redis.hvals('k'), 'HVALS k'],
]);

describeReplies(HashCommands, [
  [(redis) => redis.hgetall('k'), ['f', 'v', 'g', 'w'], { f: 'v', g: 'w' }],
  [(redis) => redis.hgetall('k'), [], {}],
  [(redis) => redis.hgetall('k'), [Buffer.from('f'), bytes], { f: bytes }],
  [(redis) => redis.hmget('k', ['f', 'g']), ['v', null], ['v', null]],
  [(redis) => redis.hrandfield('k'), null, null],
  [(redis) => redis.hrandfield('k', 2), ['f', 'g'], ['f', 'g']],
  [
    (redis) => redis.hrandfield('k', 2, { WITHVALUES: true }),
    ['f', 'v', 'g', 'w'],
    [
      { field: 'f', value: 'v' },
      { field: 'g', value: 'w' },
    ],
  ],
  [
    (redis) => redis.hrandfield('k', 2, { WITHVALUES: true }),
    [
      ['f', 'v'],
      ['g', bytes],
    ],
    [
      { field: 'f', value: 'v' },
      { field: 'g', value: bytes },
    ],
  ],
  [(redis) => redis.hrandfield('k', 2, { WITHVALUES: true }), [], []],
  [(redis) => redis.hscan('k', 0), ['0', ['f', 'v']], { cursor: '0', entries: [{ field: 'f', value: 'v' }] }],
  [(redis) => redis.hscan('k', 0), [Buffer.from('18446744073709551615'), []], { cursor: '18446744073709551615', entries: [] }],
  [(redis) => redis.hscan('k', 0, { NOVALUES: true }), ['3', ['f', 'g']], { cursor: '3', fields: ['f', 'g'] }],
]);
