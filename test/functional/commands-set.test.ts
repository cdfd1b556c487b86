import assert from 'node:assert/strict';
import { SetCommands } from '../../lib/commands/data/set.js';
import { describeLive } from './live-commands.js';

const sorted =
  (...expected: string[]) =>
  (members: string[]) =>
    assert.deepEqual(members.sort(), expected);

describeLive(
  [SetCommands],
  [
    [(redis) => redis.sadd('s', ['a', 'b', 'c']), 3],
    [(redis) => redis.sadd('t', ['b', 'c', 'd']), 3],
    [(redis) => redis.scard('s'), 3],
    [(redis) => redis.smembers('s'), sorted('a', 'b', 'c')],
    [(redis) => redis.smembers('none'), []],
    [(redis) => redis.sismember('s', 'a'), 1],
    [(redis) => redis.smismember('s', ['a', 'd']), [1, 0]],
    [(redis) => redis.sdiff(['s', 't']), ['a']],
    [(redis) => redis.sinter(['s', 't']), sorted('b', 'c')],
    [(redis) => redis.sunion(['s', 't']), sorted('a', 'b', 'c', 'd')],
    [(redis) => redis.sintercard(['s', 't']), 2],
    [(redis) => redis.sintercard(['s', 't'], { LIMIT: 1 }), 1],
    [(redis) => redis.sdiffstore('d', ['s', 't']), 1],
    [(redis) => redis.sinterstore('d', ['s', 't']), 2],
    [(redis) => redis.sunionstore('d', ['s', 't']), 4],
    [(redis) => redis.smove('s', 't', 'a'), 1],
    [(redis) => redis.srem('t', ['a', 'none']), 1],
    [(redis) => redis.srandmember('s'), (member: string) => assert.match(member, /^[bc]$/)],
    [(redis) => redis.srandmember('none'), null],
    [(redis) => redis.srandmember('s', 9), sorted('b', 'c')],
    [(redis) => redis.srandmember('none', 2), []],
    [(redis) => redis.sscan('s', 0, { MATCH: 'b', COUNT: 10 }), { cursor: '0', members: ['b'] }],
    [(redis) => redis.spop('t', 9), sorted('b', 'c', 'd')],
    [(redis) => redis.spop('none', 2), []],
    [(redis) => redis.spop('s'), (member: string) => assert.match(member, /^[bc]$/)],
    [(redis) => redis.spop('none'), null],
  ],
);
