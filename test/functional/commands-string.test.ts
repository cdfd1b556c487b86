import assert from 'node:assert/strict';
import { BitmapCommands } from '../../lib/commands/data/bitmap.js';
import { CounterCommands } from '../../lib/commands/data/counter.js';
import { HyperloglogCommands } from '../../lib/commands/data/hyperloglog.js';
import { LcsCommands } from '../../lib/commands/data/lcs.js';
import { StringCommands } from '../../lib/commands/data/string.js';
import { describeLive, refusal } from './live-commands.js';

const inAnHour = Math.floor(Date.now() / 1000) + 3600;
const matches = {
  matches: [
    { key1: { start: 4, end: 7 }, key2: { start: 5, end: 8 } },
    { key1: { start: 2, end: 3 }, key2: { start: 0, end: 1 } },
  ],
  len: 6,
};

describeLive(
  [StringCommands, CounterCommands, LcsCommands, BitmapCommands, HyperloglogCommands],
  [
    [(redis) => redis.set('k', 'v'), 'OK'],
    [(redis) => redis.set('k', 'w', { NX: true }), null],
    [(redis) => redis.set('k', 'w', { XX: true, EX: 100 }), 'OK'],
    [(redis) => redis.set('k', 'x', { KEEPTTL: true, GET: true }), 'w'],
    [(redis) => redis.set('n', 'x', { NX: true, GET: true, PX: 100_000 }), null],
    [(redis) => redis.set('n', 'y', { EXAT: inAnHour }), 'OK'],
    [(redis) => redis.set('n', 'z', { PXAT: inAnHour * 1000 }), 'OK'],
    [(redis) => redis.set('n', 'a', { IFEQ: 'b' }), null, 'IFEQ'],
    [(redis) => redis.set('n', 'a', { IFEQ: 'z', GET: true }), 'z', 'IFEQ'],
    [(redis) => redis.get('k'), 'x'],
    [(redis) => redis.get('none'), null],
    [(redis) => redis.mset({ a: 1, b: 'two' }), 'OK'],
    [(redis) => redis.mget(['a', 'none', 'b']), ['1', null, 'two']],
    [(redis) => redis.msetnx({ a: 2, c: 3 }), 0],
    [(redis) => redis.msetnx([['c', 3]]), 1],
    [(redis) => redis.msetex({ a: 1, c: 3 }, { XX: true, EX: 100 }), 1],
    [(redis) => redis.msetex({ a: 1, d: 3 }, { NX: true, PX: 100 }), 0],
    [(redis) => redis.msetex({ a: 1 }, { EXAT: inAnHour }), 1],
    [(redis) => redis.msetex({ a: 1 }, { PXAT: inAnHour * 1000 }), 1],
    [(redis) => redis.msetex({ a: 1 }, { KEEPTTL: true }), 1],
    [(redis) => redis.getex('a'), '1'],
    [(redis) => redis.getex('a', { EX: 100 }), '1'],
    [(redis) => redis.getex('a', { PX: 100_000 }), '1'],
    [(redis) => redis.getex('a', { EXAT: inAnHour }), '1'],
    [(redis) => redis.getex('a', { PXAT: inAnHour * 1000 }), '1'],
    [(redis) => redis.getex('a', { PERSIST: true }), '1'],
    [(redis) => redis.getex('none'), null],
    [(redis) => redis.getdel('c'), '3'],
    [(redis) => redis.getdel('c'), null],
    [(redis) => redis.delifeq('k', 'other'), 0],
    [(redis) => redis.delifeq('k', 'x'), 1],
    [(redis) => redis.setrange('r', 2, 'abc'), 5],
    [(redis) => redis.getrange('r', 2, -1), 'abc'],
    [(redis) => redis.substr('r', 3, 3), 'b'],
    [(redis) => redis.append('r', 'd'), 6],
    [(redis) => redis.strlen('r'), 6],
    [(redis) => redis.incr('i'), 1],
    [(redis) => redis.incrby('i', 9n), 10],
    [(redis) => redis.incrbyfloat('f', 0.5), '0.5'],
    [(redis) => redis.decr('i'), 9],
    [(redis) => redis.decrby('i', '10'), -1],
    [(redis) => refusal(redis.incr('b')), 'ERR value is not an integer or out of range'],
    [(redis) => redis.mset({ s: 'ohmytext', t: 'mynewtext' }), 'OK'],
    [(redis) => redis.lcs('s', 't'), 'mytext'],
    [(redis) => redis.lcs('s', 't', { LEN: true }), 6],
    [(redis) => redis.lcs('s', 't', { IDX: true }), matches],
    [
      (redis) => redis.lcs('s', 't', { IDX: true, MINMATCHLEN: 4, WITHMATCHLEN: true }),
      { matches: [{ ...matches.matches[0], len: 4 }], len: 6 },
    ],
    [(redis) => redis.setex('x', 100, 'v'), 'OK'],
    [(redis) => redis.psetex('x', 100_000, 'v'), 'OK'],
    [(redis) => redis.setnx('x', 'v'), 0],
    [(redis) => redis.getset('x', 'w'), 'v'],

    [(redis) => redis.setbit('bits', 7, 1), 0],
    [(redis) => redis.getbit('bits', 7), 1],
    [(redis) => redis.setbit('bits', 9, 1), 0],
    [(redis) => redis.bitcount('bits'), 2],
    [(redis) => redis.bitcount('bits', 0, 0), 1],
    [(redis) => redis.bitcount('bits', 8, -1, 'BIT'), 1],
    [(redis) => redis.bitpos('bits', 1), 7],
    [(redis) => redis.bitpos('bits', 1, 1), 9],
    [(redis) => redis.bitpos('bits', 1, 8, -1, 'BIT'), 9],
    [(redis) => redis.bitpos('none', 1), -1],
    [(redis) => redis.bitop('NOT', 'not', 'bits'), 2],
    [(redis) => redis.bitop('AND', 'and', ['not', 'bits']), 2],
    [(redis) => redis.bitcount('and'), 0],
    [(redis) => redis.bitop('DIFF', 'diff', ['bits', 'and']), 2, 'DIFF'],
    [
      (redis) =>
        redis.bitfield('field', [
          { SET: 'u2', offset: '#1', value: 3 },
          { INCRBY: 'u2', offset: '#1', increment: 1, OVERFLOW: 'FAIL' },
          { INCRBY: 'u2', offset: '#1', increment: 1, OVERFLOW: 'SAT' },
          { INCRBY: 'u2', offset: '#1', increment: 1 },
          { GET: 'u2', offset: 2 },
        ]),
      [0, null, 3, 0, 0],
    ],
    [(redis) => redis.bitfield_ro('field', { GET: 'i8', offset: 0 }), [0]],

    [(redis) => redis.pfadd('p', ['a', 'b', 'c']), 1],
    [(redis) => redis.pfadd('p', 'a'), 0],
    [(redis) => redis.pfadd('q'), 1],
    [(redis) => redis.pfcount(['p', 'q']), 3],
    [(redis) => redis.pfmerge('q', ['p']), 'OK'],
    [(redis) => redis.pfdebug('ENCODING', 'p'), 'sparse'],
    [(redis) => redis.pfdebug('DECODE', 'p'), (text: string) => assert.match(text, /^[zZ]:\d+ /)],
    [(redis) => redis.pfdebug('TODENSE', 'p'), 1],
    [(redis) => redis.pfdebug('GETREG', 'p'), (registers: number[]) => assert.equal(registers.length, 16_384)],
    [(redis) => redis.pfselftest(), 'OK'],
  ],
);
