import type { RedisArgument as Arg, RedisVariadicArgument as Args, Dated, Numeric, Words } from '../command-parser.js';
import { map } from '../replies/aggregates.js';
import { command, integer, integers, ok, raw, text, textOrNull, textsWithNulls } from './command.js';

type Time = number | Dated;

/** When a key expires, in the form of node-redis 5. */
export type Expiration = { type: 'EX' | 'PX'; value: number } | { type: 'EXAT' | 'PXAT'; value: Time } | { type: 'KEEPTTL' } | 'KEEPTTL';

/** Options of `set`, in either form. */
export interface SetOptions {
  expiration?: Expiration;
  condition?: 'NX' | 'XX' | 'IFEQ' | 'IFNE' | 'IFDEQ' | 'IFDNE';
  matchValue?: Arg;
  EX?: number;
  PX?: number;
  EXAT?: number;
  PXAT?: number;
  KEEPTTL?: boolean;
  NX?: boolean;
  XX?: boolean;
  GET?: boolean;
}

/** When a key that is read expires. */
export type GetExOptions =
  | { type: 'EX' | 'PX'; value: number }
  | { type: 'EXAT' | 'PXAT'; value: Time }
  | { type: 'PERSIST' }
  | { EX: number }
  | { PX: number }
  | { EXAT: Time }
  | { PXAT: Time }
  | { PERSIST: true };

export interface SetExpiry {
  expiration?: Expiration;
  mode?: 'NX' | 'XX';
}

type Pairs = readonly (readonly [Arg, Arg])[] | readonly Arg[] | Readonly<Record<string, Arg>>;

/** The words of an expiry; the times may be dates. */
export function expiry(words: Words, given: { readonly type: string; readonly value?: Numeric | Dated } | string): Words {
  if (typeof given === 'string') return words.push(given);
  const { type, value } = given;
  if (value === undefined) return words.push(type);
  words.push(type);
  return type === 'EXAT' ? words.seconds(value) : words.milliseconds(value);
}

const EXPIRIES = ['EX', 'PX', 'EXAT', 'PXAT'] as const;

function setOptions(words: Words, options: SetOptions): void {
  const type = EXPIRIES.find((name) => options[name] !== undefined);
  if (options.expiration) expiry(words, options.expiration);
  else if (type !== undefined)
    expiry(words, { type, value: options[type] as number }); // as just found
  else words.flag('KEEPTTL', options.KEEPTTL);
  if (options.condition) words.push(options.condition).maybe(options.matchValue);
  else words.maybe(options.NX ? 'NX' : options.XX ? 'XX' : undefined);
  words.flag('GET', options.GET);
}

function getExOptions(words: Words, options: GetExOptions): Words {
  if ('type' in options) return expiry(words, options);
  const type = EXPIRIES.find((name) => name in options);
  return type === undefined ? words.push('PERSIST') : expiry(words, { type, value: (options as Record<string, Time>)[type] as Time }); // as just found
}

function keysWithValues(words: Words, given: Pairs): number {
  const list = Array.isArray(given) ? (given as readonly unknown[]).flat() : Object.entries(given).flat();
  for (let at = 0; at + 1 < list.length; at += 2) words.pushKey(list[at] as Arg).push(list[at + 1] as Arg); // pairs, by the type
  return list.length / 2;
}

const common = (words: Words, a: Arg, b: Arg): Words => words.pushKey(a).pushKey(b);

/** Strings and their bits. */
export const strings = {
  append: command('APPEND', (w, key: Arg, value: Arg) => w.pushKey(key).push(value), integer),
  decr: command('DECR', (w, key: Arg) => w.pushKey(key), integer),
  decrBy: command('DECRBY', (w, key: Arg, by: Numeric) => w.pushKey(key).number(by), integer),
  delEx: command(
    'DELEX',
    (w, key: Arg, options?: { condition: string; matchValue: Arg }) => {
      w.pushKey(key);
      if (options) w.push(options.condition, options.matchValue);
    },
    integer,
  ),
  digest: command('DIGEST', (w, key: Arg) => w.pushKey(key), textOrNull),
  get: command('GET', (w, key: Arg) => w.pushKey(key), textOrNull),
  getDel: command('GETDEL', (w, key: Arg) => w.pushKey(key), textOrNull),
  getEx: command('GETEX', (w, key: Arg, options: GetExOptions) => getExOptions(w.pushKey(key), options), textOrNull),
  getRange: command('GETRANGE', (w, key: Arg, start: Numeric, end: Numeric) => w.pushKey(key).number(start, end), text),
  getSet: command('GETSET', (w, key: Arg, value: Arg) => w.pushKey(key).push(value), textOrNull),
  incr: command('INCR', (w, key: Arg) => w.pushKey(key), integer),
  incrBy: command('INCRBY', (w, key: Arg, by: Numeric) => w.pushKey(key).number(by), integer),
  incrByFloat: command('INCRBYFLOAT', (w, key: Arg, by: Numeric) => w.pushKey(key).number(by), text),
  lcs: command('LCS', common, text),
  lcsLen: command('LCS', (w, a: Arg, b: Arg) => common(w, a, b).push('LEN'), integer),
  lcsIdx: command(
    'LCS',
    (w, a: Arg, b: Arg, options?: { MINMATCHLEN?: number }) =>
      common(w, a, b)
        .push('IDX')
        .option('MINMATCHLEN', options?.MINMATCHLEN || undefined),
    map<unknown>(),
  ),
  lcsIdxWithMatchLen: command(
    'LCS',
    (w, a: Arg, b: Arg, options?: { MINMATCHLEN?: number }) =>
      common(w, a, b)
        .push('IDX')
        .option('MINMATCHLEN', options?.MINMATCHLEN || undefined)
        .push('WITHMATCHLEN'),
    map<unknown>(),
  ),
  mGet: command('MGET', (w, keys: Args) => w.pushKeys(keys), textsWithNulls),
  mSet: command('MSET', (w, pairs: Pairs) => keysWithValues(w, pairs), ok),
  mSetNX: command('MSETNX', (w, pairs: Pairs) => keysWithValues(w, pairs), integer),
  mSetEx: command(
    'MSETEX',
    (w, pairs: Pairs, options?: SetExpiry) => {
      const at = w.push('0').redisArgs.length - 1;
      w.redisArgs[at] = String(keysWithValues(w, pairs));
      w.maybe(options?.mode);
      if (options?.expiration) expiry(w, options.expiration);
    },
    integer,
  ),
  pSetEx: command('PSETEX', (w, key: Arg, ms: Numeric, value: Arg) => w.pushKey(key).number(ms).push(value), ok),
  set: command(
    'SET',
    (w, key: Arg, value: Arg | number, options?: SetOptions) => {
      w.pushKey(key);
      if (typeof value === 'number') w.number(value);
      else w.push(value);
      if (options) setOptions(w, options);
    },
    textOrNull,
  ),
  setEx: command('SETEX', (w, key: Arg, seconds: Numeric, value: Arg) => w.pushKey(key).number(seconds).push(value), ok),
  setNX: command('SETNX', (w, key: Arg, value: Arg) => w.pushKey(key).push(value), integer),
  setRange: command('SETRANGE', (w, key: Arg, offset: Numeric, value: Arg) => w.pushKey(key).number(offset).push(value), integer),
  strLen: command('STRLEN', (w, key: Arg) => w.pushKey(key), integer),

  bitCount: command(
    'BITCOUNT',
    (w, key: Arg, range?: { start: number; end: number; mode?: 'BYTE' | 'BIT' }) => {
      w.pushKey(key);
      if (range) w.number(range.start, range.end).maybe(range.mode);
    },
    integer,
  ),
  bitField: command(
    'BITFIELD',
    (w, key: Arg, operations: readonly BitFieldOperation[]) => {
      w.pushKey(key);
      for (const it of operations) {
        w.push(it.operation);
        if (it.operation === 'OVERFLOW') w.push(it.behavior);
        else w.push(it.encoding).number(it.offset);
        if (it.operation === 'SET') w.number(it.value);
        if (it.operation === 'INCRBY') w.number(it.increment);
      }
    },
    raw<(number | null)[]>(),
  ),
  bitFieldRo: command(
    'BITFIELD_RO',
    (w, key: Arg, operations: readonly { encoding: string; offset: Numeric }[]) => {
      w.pushKey(key);
      for (const { encoding, offset } of operations) w.push('GET', encoding).number(offset);
    },
    integers,
  ),
  bitOp: command(
    'BITOP',
    (w, operation: 'AND' | 'OR' | 'XOR' | 'NOT' | 'DIFF' | 'DIFF1' | 'ANDOR' | 'ONE', destination: Arg, keys: Args) =>
      w.push(operation).pushKey(destination).pushKeys(keys),
    integer,
  ),
  bitPos: command(
    'BITPOS',
    (w, key: Arg, bit: 0 | 1, ...[start, end, mode]: [start?: number, end?: number, mode?: 'BYTE' | 'BIT']) =>
      w.pushKey(key).number(bit).maybeNumber(start).maybeNumber(end).maybe(mode),
    integer,
  ),
  getBit: command('GETBIT', (w, key: Arg, offset: Numeric) => w.pushKey(key).number(offset), integer),
  setBit: command('SETBIT', (w, key: Arg, offset: Numeric, value: 0 | 1) => w.pushKey(key).number(offset, value), integer),

  pfAdd: command(
    'PFADD',
    (w, key: Arg, elements?: Args) => {
      w.pushKey(key);
      if (elements) w.pushVariadic(elements);
    },
    integer,
  ),
  pfCount: command('PFCOUNT', (w, keys: Args) => w.pushKeys(keys), integer),
  pfMerge: command(
    'PFMERGE',
    (w, destination: Arg, sources?: Args) => {
      w.pushKey(destination);
      if (sources) w.pushKeys(sources);
    },
    ok,
  ),
};

export type BitFieldOperation =
  | { operation: 'GET'; encoding: string; offset: Numeric }
  | { operation: 'SET'; encoding: string; offset: Numeric; value: Numeric }
  | { operation: 'INCRBY'; encoding: string; offset: Numeric; increment: Numeric }
  | { operation: 'OVERFLOW'; behavior: string };
