import assert from 'node:assert/strict';
import type { Raw } from '../../../lib/protocol/command-spec.js';
import { type Recorded, Recorder } from './recorder.js';

const redis = new Recorder();
const area = { FROMMEMBER: 'a', BYRADIUS: { radius: 1, unit: 'KM' } } as const;

/** A call with flags that are false, the same call without them, and a reply that both decode alike. */
const FALSE: readonly (readonly [off: Recorded<unknown>, without: Recorded<unknown>, raw: Raw])[] = [
  [redis.geosearch('k', { ...area, WITHDIST: false, WITHHASH: false, ANY: false, ASC: false }), redis.geosearch('k', area), ['m']],
  [redis.georadius_ro('k', 0, 0, 1, 'KM', { WITHCOORD: false }), redis.georadius_ro('k', 0, 0, 1, 'KM'), ['m']],
  [redis.set('k', 'v', { NX: false, XX: false, GET: false, KEEPTTL: false }), redis.set('k', 'v'), 'OK'],
  [redis.getex('k', { PERSIST: false }), redis.getex('k'), 'v'],
  [redis.msetex({ k: 'v' }, { NX: false, KEEPTTL: false }), redis.msetex({ k: 'v' }), 1],
  [redis.zrange('k', 0, -1, { REV: false, BYSCORE: false, BYLEX: false, WITHSCORES: false }), redis.zrange('k', 0, -1), ['m', 'n']],
  [redis.zrangebyscore('k', 0, 1, { WITHSCORES: false }), redis.zrangebyscore('k', 0, 1), ['m', 'n']],
  [redis.zrevrange('k', 0, 1, { WITHSCORES: false }), redis.zrevrange('k', 0, 1), ['m', 'n']],
  [redis.zrevrangebyscore('k', 1, 0, { WITHSCORES: false }), redis.zrevrangebyscore('k', 1, 0), ['m', 'n']],
  [redis.zrangestore('d', 's', 0, 1, { REV: false, BYSCORE: false }), redis.zrangestore('d', 's', 0, 1), 1],
  [redis.zdiff('k', { WITHSCORES: false }), redis.zdiff('k'), ['m', 'n']],
  [redis.zinter('k', { WITHSCORES: false }), redis.zinter('k'), ['m', 'n']],
  [redis.zunion('k', { WITHSCORES: false }), redis.zunion('k'), ['m', 'n']],
  [redis.zrandmember('k', 2, { WITHSCORES: false }), redis.zrandmember('k', 2), ['m', 'n']],
  [redis.zrank('k', 'm', { WITHSCORE: false }), redis.zrank('k', 'm'), 1],
  [redis.zrevrank('k', 'm', { WITHSCORE: false }), redis.zrevrank('k', 'm'), 1],
  [redis.zscan('k', 0, { NOSCORES: false }), redis.zscan('k', 0), ['0', ['m', '1']]],
  [redis.zadd('k', 1, 'm', { INCR: false, CH: false, NX: false }), redis.zadd('k', 1, 'm'), 1],
  [redis.zadd('k', { score: 1, member: 'm' }, { INCR: false }), redis.zadd('k', { score: 1, member: 'm' }), 1],
  [redis.hrandfield('k', 2, { WITHVALUES: false }), redis.hrandfield('k', 2), ['f', 'g']],
  [redis.hscan('k', 0, { NOVALUES: false }), redis.hscan('k', 0), ['0', ['f', 'v']]],
  [redis.hexpire('k', 1, 'f', { NX: false, GT: false }), redis.hexpire('k', 1, 'f'), [1]],
  [redis.expire('k', 1, { NX: false, XX: false }), redis.expire('k', 1), 1],
  [redis.copy('a', 'b', { REPLACE: false }), redis.copy('a', 'b'), 1],
  [redis.sort('k', { ALPHA: false, DESC: false, ASC: false }), redis.sort('k'), ['m']],
  [redis.xadd('s', '*', { f: 'v' }, { NOMKSTREAM: false, ACKED: false }), redis.xadd('s', '*', { f: 'v' }), '1-0'],
  [redis.xinfoStream('s', { FULL: false }), redis.xinfoStream('s'), ['length', 1]],
  [redis.xreadgroup('g', 'c', { s: '>' }, { NOACK: false }), redis.xreadgroup('g', 'c', { s: '>' }), null],
  [redis.xclaim('s', 'g', 'c', 0, '1-0', { JUSTID: false, FORCE: false }), redis.xclaim('s', 'g', 'c', 0, '1-0'), []],
  [redis.xautoclaim('s', 'g', 'c', 0, '0', { JUSTID: false }), redis.xautoclaim('s', 'g', 'c', 0, '0'), ['0-0', [], []]],
  [redis.xgroupCreate('s', 'g', '$', { MKSTREAM: false }), redis.xgroupCreate('s', 'g', '$'), 'OK'],
  [redis.lcs('a', 'b', { LEN: false, IDX: false, WITHMATCHLEN: false }), redis.lcs('a', 'b'), 'x'],
  [redis.functionList({ WITHCODE: false }), redis.functionList(), []],
  [redis.functionLoad('x', { REPLACE: false }), redis.functionLoad('x'), 'lib'],
  [redis.flushall({ ASYNC: false, SYNC: false }), redis.flushall(), 'OK'],
  [redis.scriptFlush({ ASYNC: false }), redis.scriptFlush(), 'OK'],
];

describe('a flag that is false', () => {
  for (const [off, without, raw] of FALSE) {
    it(`is as one that is not given: ${off.spec.name}`, () => {
      assert.deepEqual(off.words, without.words);
      assert.deepEqual(off.reply(raw), without.reply(raw));
    });
  }
});
