import {
  type RedisArgument as Arg,
  type RedisVariadicArgument as Args,
  type Dated,
  isArgument,
  type Numeric,
  type Words,
} from '../command-parser.js';
import { fieldsWithValues, listOf, map, pairsOf } from '../replies/aggregates.js';
import { type Blob, command, integer, integersOrNull, raw, shape, text, textOrNull, texts, textsWithNulls } from './command.js';
import { type ExpiryMode, type ScanOptions, scanWords } from './keys.js';
import { expiry } from './strings.js';

type Time = number | Dated;
type Value = Arg | number;
type Fields = Readonly<Record<string, Value>> | ReadonlyMap<Value, Value> | readonly (readonly [Value, Value])[] | readonly Value[];

export interface GetExOptions {
  expiration?: { type: 'EX' | 'PX'; value: number } | { type: 'EXAT' | 'PXAT'; value: Time } | { type: 'PERSIST' } | 'PERSIST';
}

export interface SetExOptions {
  expiration?: { type: 'EX' | 'PX'; value: number } | { type: 'EXAT' | 'PXAT'; value: Time } | { type: 'KEEPTTL' } | 'KEEPTTL';
  mode?: 'FNX' | 'FXX';
}

function valueWords(words: Words, values: readonly unknown[]): Words {
  for (const value of values) {
    if (typeof value === 'number') words.number(value);
    else words.push(value as Arg); // what it is else is refused before it is sent
  }
  return words;
}

/** Fields and their values: flat, or as pairs of a list, a `Map` or an object. */
function flat(fields: Fields): readonly unknown[] {
  return fields instanceof Map || Array.isArray(fields) ? [...fields].flat(Number.POSITIVE_INFINITY) : Object.entries(fields).flat();
}

function expireWords(words: Words, mode: ExpiryMode | undefined, fields: Args): Words {
  return words.maybe(mode).push('FIELDS').pushVariadicWithLength(fields);
}

const ofFields = (words: Words, key: Arg, fields: Args): Words => words.pushKey(key).push('FIELDS').pushVariadicWithLength(fields);

type HSetArgs = [fields: Fields] | [field: Value, value: Value];

/** Hashes and the expiry of their fields. */
export const hashes = {
  hDel: command('HDEL', (w, key: Arg, fields: Args) => w.pushKey(key).pushVariadic(fields), integer),
  hExists: command('HEXISTS', (w, key: Arg, field: Arg) => w.pushKey(key).push(field), integer),
  hGet: command('HGET', (w, key: Arg, field: Arg) => w.pushKey(key).push(field), textOrNull),
  hGetAll: command('HGETALL', (w, key: Arg) => w.pushKey(key), map<Blob>()),
  hGetDel: command('HGETDEL', ofFields, textsWithNulls),
  hGetEx: command(
    'HGETEX',
    (w, key: Arg, fields: Args, options?: GetExOptions) => {
      w.pushKey(key);
      if (options?.expiration) expiry(w, options.expiration);
      w.push('FIELDS').pushVariadicWithLength(fields);
    },
    textsWithNulls,
  ),
  hIncrBy: command('HINCRBY', (w, key: Arg, field: Arg, by: Numeric) => w.pushKey(key).push(field).number(by), integer),
  hIncrByFloat: command('HINCRBYFLOAT', (w, key: Arg, field: Arg, by: Numeric) => w.pushKey(key).push(field).number(by), text),
  hKeys: command('HKEYS', (w, key: Arg) => w.pushKey(key), texts),
  hLen: command('HLEN', (w, key: Arg) => w.pushKey(key), integer),
  hmGet: command('HMGET', (w, key: Arg, fields: Args) => w.pushKey(key).pushVariadic(fields), textsWithNulls),
  hRandField: command('HRANDFIELD', (w, key: Arg) => w.pushKey(key), textOrNull),
  hRandFieldCount: command('HRANDFIELD', (w, key: Arg, count: Numeric) => w.pushKey(key).number(count), texts),
  hRandFieldCountWithValues: command(
    'HRANDFIELD',
    (w, key: Arg, count: Numeric) => w.pushKey(key).number(count).push('WITHVALUES'),
    fieldsWithValues,
  ),
  hScan: command(
    'HSCAN',
    (w, key: Arg, cursor: Arg, options?: ScanOptions) => scanWords(w.pushKey(key), cursor, options),
    shape((reply) => {
      const [cursor, found = null] = listOf(reply);
      const entries = pairsOf(found).map(([field, value]) => ({ field: field as unknown as Blob, value: value as unknown as Blob }));
      return { cursor: cursor as unknown as Blob, entries }; // texts
    }),
  ),
  hScanNoValues: command(
    'HSCAN',
    (w, key: Arg, cursor: Arg, options?: ScanOptions) => scanWords(w.pushKey(key), cursor, options).push('NOVALUES'),
    shape((reply) => {
      const [cursor, fields] = listOf(reply) as unknown as [Blob, Blob[]]; // the server's order
      return { cursor, fields };
    }),
  ),
  hSet: command(
    'HSET',
    (w, key: Arg, ...[fields, value]: HSetArgs) => {
      valueWords(w.pushKey(key), isArgument(fields) || typeof fields === 'number' ? [fields, value] : flat(fields));
    },
    integer,
  ),
  hSetEx: command(
    'HSETEX',
    (w, key: Arg, fields: Fields, options?: SetExOptions) => {
      w.pushKey(key).maybe(options?.mode);
      if (options?.expiration) expiry(w, options.expiration);
      const words = flat(fields);
      valueWords(w.push('FIELDS').number(words.length / 2), words);
    },
    integer,
  ),
  hSetNX: command('HSETNX', (w, key: Arg, field: Arg, value: Arg) => w.pushKey(key).push(field, value), integer),
  hStrLen: command('HSTRLEN', (w, key: Arg, field: Arg) => w.pushKey(key).push(field), integer),
  hVals: command('HVALS', (w, key: Arg) => w.pushKey(key), texts),

  hExpire: command(
    'HEXPIRE',
    (w, key: Arg, fields: Args, seconds: Numeric, mode?: ExpiryMode) => expireWords(w.pushKey(key).number(seconds), mode, fields),
    integersOrNull,
  ),
  hExpireAt: command(
    'HEXPIREAT',
    (w, key: Arg, fields: Args, time: Time, mode?: ExpiryMode) => expireWords(w.pushKey(key).seconds(time), mode, fields),
    integersOrNull,
  ),
  hExpireTime: command('HEXPIRETIME', ofFields, integersOrNull),
  hPersist: command('HPERSIST', ofFields, raw<number[] | null>()),
  hpExpire: command(
    'HPEXPIRE',
    (w, key: Arg, fields: Args, ms: Numeric, mode?: ExpiryMode) => expireWords(w.pushKey(key).number(ms), mode, fields),
    integersOrNull,
  ),
  hpExpireAt: command(
    'HPEXPIREAT',
    (w, key: Arg, fields: Args, time: Time, mode?: ExpiryMode) => expireWords(w.pushKey(key).milliseconds(time), mode, fields),
    integersOrNull,
  ),
  hpExpireTime: command('HPEXPIRETIME', ofFields, integersOrNull),
  hpTTL: command('HPTTL', ofFields, integersOrNull),
  hTTL: command('HTTL', ofFields, integersOrNull),
};
