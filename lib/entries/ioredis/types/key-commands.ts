import type { Forms, RedisKey as K, RedisValue as V } from './command-row.js';

type W = string | Buffer;
type N = number | string;
type Keys = readonly [...keys: (K | K[])[]];

/** What SET gives: the old value with GET, null where a condition was not met. */
type SetForms = Forms<
  [
    [[key: K, value: V], 'OK'],
    [[key: K, value: V, unit: 'EX' | 'PX' | 'EXAT' | 'PXAT', time: N], 'OK'],
    [[key: K, value: V, keep: 'KEEPTTL'], 'OK'],
    [[key: K, value: V, get: 'GET'], string | null],
    [[key: K, value: V, condition: 'NX' | 'XX'], 'OK' | null],
    [[key: K, value: V, condition: 'NX' | 'XX', get: 'GET'], string | null],
    [[key: K, value: V, unit: 'EX' | 'PX' | 'EXAT' | 'PXAT', time: N, condition: 'NX' | 'XX'], 'OK' | null],
    [[key: K, value: V, unit: 'EX' | 'PX' | 'EXAT' | 'PXAT', time: N, condition: 'NX' | 'XX', get: 'GET'], string | null],
    [[key: K, value: V, unit: 'EX' | 'PX' | 'EXAT' | 'PXAT', time: N, get: 'GET'], string | null],
    [[key: K, value: V, keep: 'KEEPTTL', condition: 'NX' | 'XX'], 'OK' | null],
    [[key: K, value: V, keep: 'KEEPTTL', get: 'GET'], string | null],
    [[key: K, value: V, keep: 'KEEPTTL', condition: 'NX' | 'XX', get: 'GET'], string | null],
    [[key: K, value: V, condition: 'NX' | 'XX', unit: 'EX' | 'PX' | 'EXAT' | 'PXAT', time: N], 'OK' | null],
    [[key: K, value: V, get: 'GET', ...more: V[]], string | null],
    [[key: K, value: V, ...more: V[]], string | null],
  ]
>;

type ExpireForms<Reply> = [[key: K, time: N, ...condition: ('NX' | 'XX' | 'GT' | 'LT')[]], Reply];

/** Strings, bitmaps, HyperLogLogs, and keys of any kind. */
export interface KeyCommands {
  append: [[key: K, value: V], number];
  bitcount: [[key: K, ...range: N[]], number];
  bitfield: [[key: K, ...operations: V[]], unknown];
  bitfield_ro: [[key: K, ...operations: V[]], unknown[]];
  bitop: [[operation: string, destination: K, ...keys: (K | K[])[]], number];
  bitpos: [[key: K, bit: N, ...range: N[]], number];
  copy: [[source: K, destination: K, ...options: N[]], number];
  decr: [[key: K], number];
  decrby: [[key: K, decrement: N], number];
  del: [Keys, number];
  delex: [[key: K, ...condition: V[]], number];
  digest: [[key: K], string | null];
  dump: [[key: K], string];
  exists: [Keys, number];
  expire: ExpireForms<number>;
  expireat: ExpireForms<number>;
  expiretime: [[key: K], number];
  get: [[key: K], string | null];
  getbit: [[key: K, offset: N], number];
  getdel: [[key: K], string | null];
  getex: [[key: K, ...expiry: N[]], string | null];
  getrange: [[key: K, start: N, end: N], string];
  getset: [[key: K, value: V], string | null];
  incr: [[key: K], number];
  incrby: [[key: K, increment: N], number];
  incrbyfloat: [[key: K, increment: N], string];
  increx: [[key: K, ...options: V[]], unknown];
  keys: [[pattern: W], string[]];
  lcs: [[key1: K, key2: K, ...options: N[]], unknown];
  mget: [Keys, (string | null)[]];
  migrate: [[host: W, port: N, ...more: V[]], 'OK'];
  move: [[key: K, db: N], number];
  mset: Forms<[[[object: object], 'OK'], [[map: Map<V, V>], 'OK'], [[...keysAndValues: V[]], 'OK']]>;
  msetex: [[...args: V[]], number];
  msetnx: Forms<[[[object: object], number], [[map: Map<V, V>], number], [[...keysAndValues: V[]], number]]>;
  object: [[subcommand: string, ...args: V[]], unknown];
  persist: [[key: K], number];
  pexpire: ExpireForms<number>;
  pexpireat: ExpireForms<number>;
  pexpiretime: [[key: K], number];
  pfadd: [[key: K, ...elements: V[]], number];
  pfcount: [Keys, number];
  pfdebug: [[subcommand: W, key: K], unknown];
  pfmerge: [[destination: K, ...sources: (K | K[])[]], 'OK'];
  pfselftest: [[], unknown];
  psetex: [[key: K, milliseconds: N, value: V], 'OK'];
  pttl: [[key: K], number];
  randomkey: [[], string | null];
  rename: [[key: K, newKey: K], 'OK'];
  renamenx: [[key: K, newKey: K], number];
  restore: [[key: K, ttl: N, serialized: V, ...options: V[]], 'OK'];
  'restore-asking': [[key: K, ttl: N, serialized: V, ...options: V[]], 'OK'];
  scan: [[cursor: N, ...options: V[]], [cursor: string, elements: string[]]];
  set: SetForms;
  setbit: [[key: K, offset: N, value: N], number];
  setex: [[key: K, seconds: N, value: V], 'OK'];
  setnx: [[key: K, value: V], number];
  setrange: [[key: K, offset: N, value: V], number];
  sort: [[key: K, ...options: V[]], unknown];
  sort_ro: [[key: K, ...options: V[]], unknown];
  strlen: [[key: K], number];
  substr: [[key: K, start: N, end: N], string];
  touch: [Keys, number];
  ttl: [[key: K], number];
  type: [[key: K], string];
  unlink: [Keys, number];
}
