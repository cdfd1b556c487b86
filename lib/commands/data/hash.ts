import { command } from '../../protocol/catalog/specs.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { type ByName, type Ok, type Page, toByName, toCursor, toList, toPairs } from '../decode.js';
import { CommandGroup, type Key, type OneOrMore, type Value } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { type Integer, keyAnd, type Pairs, pushCounted, pushPairs, pushScan, type ScanOptions } from '../tokens.js';

const HDEL = command('HDEL');
const HEXISTS = command('HEXISTS');
const HGET = command('HGET');
const HGETALL = command('HGETALL');
const HGETDEL = command('HGETDEL');
const HINCRBY = command('HINCRBY');
const HINCRBYFLOAT = command('HINCRBYFLOAT');
const HKEYS = command('HKEYS');
const HLEN = command('HLEN');
const HMGET = command('HMGET');
const HMSET = command('HMSET');
const HRANDFIELD = command('HRANDFIELD');
const HSCAN = command('HSCAN');
const HSET = command('HSET');
const HSETNX = command('HSETNX');
const HSTRLEN = command('HSTRLEN');
const HVALS = command('HVALS');

export interface FieldValue<Text extends string | Buffer> {
  field: Text;
  value: Text;
}

export interface FieldValuePage<Text extends string | Buffer> extends Page {
  entries: FieldValue<Text>[];
}

export interface FieldPage<Text extends string | Buffer> extends Page {
  fields: Text[];
}

/** Fields and values of a hash. */
export abstract class HashCommands extends CommandGroup {
  /**
   * Removes fields of a hash; how many there were. O(N) for N fields, since 2.0.0.
   * @see https://redis.io/docs/latest/commands/hdel/
   * @example await redis.hdel('user:1', ['name', 'age']);
   */
  hdel(key: Key, fields: OneOrMore<Value>): Out<this, IntegerOf<this>> {
    return this.run(HDEL, keyAnd(key, fields));
  }

  /**
   * 1 if a hash has the field, else 0. O(1), since 2.0.0.
   * @see https://redis.io/docs/latest/commands/hexists/
   * @example await redis.hexists('user:1', 'email'); // 1 or 0
   */
  hexists(key: Key, field: Value): Out<this, IntegerOf<this>> {
    return this.run(HEXISTS, [key, field]);
  }

  /**
   * The value of one field of a hash, `null` where there is none. O(1), since 2.0.0.
   * @see https://redis.io/docs/latest/commands/hget/
   * @example await redis.hget('user:1', 'name');
   */
  hget(key: Key, field: Value): Out<this, TextOf<this> | null> {
    return this.run(HGET, [key, field]);
  }

  /**
   * All fields of a hash and their values, as an object; empty where there is no hash. With `buffers: true` a list of pairs, which loses no
   * field whose name is no text. O(N), since 2.0.0.
   * @see https://redis.io/docs/latest/commands/hgetall/
   * @example const { name, age } = await redis.hgetall('user:1');
   */
  hgetall(key: Key): Out<this, ByName<TextOf<this>, TextOf<this>>> {
    return this.run(HGETALL, [key], toByName<TextOf<this>, TextOf<this>>);
  }

  /**
   * Gives the values of fields and removes those fields. O(N) for N fields, since 8.0.0 (Valkey 9.1.0).
   * @see https://redis.io/docs/latest/commands/hgetdel/
   */
  hgetdel(key: Key, fields: OneOrMore<Value>): Out<this, (TextOf<this> | null)[]> {
    const args: Arg[] = [key, 'FIELDS'];
    pushCounted(args, fields);
    return this.run(HGETDEL, args);
  }

  /**
   * Adds to the integer in a field, 0 where there is none, and gives the sum. O(1), since 2.0.0.
   * @see https://redis.io/docs/latest/commands/hincrby/
   * @example await redis.hincrby('user:1', 'visits', 1);
   */
  hincrby(key: Key, field: Value, increment: Integer): Out<this, IntegerOf<this>> {
    return this.run(HINCRBY, [key, field, increment]);
  }

  /**
   * Adds to the floating point number in a field and gives the sum, as the text that is stored. O(1), since 2.6.0.
   * @see https://redis.io/docs/latest/commands/hincrbyfloat/
   */
  hincrbyfloat(key: Key, field: Value, increment: number | string): Out<this, TextOf<this>> {
    return this.run(HINCRBYFLOAT, [key, field, increment]);
  }

  /**
   * The fields of a hash. O(N), since 2.0.0.
   * @see https://redis.io/docs/latest/commands/hkeys/
   * @example const fields = await redis.hkeys('user:1');
   */
  hkeys(key: Key): Out<this, TextOf<this>[]> {
    return this.run(HKEYS, [key]);
  }

  /**
   * How many fields a hash has, 0 where there is no hash. O(1), since 2.0.0.
   * @see https://redis.io/docs/latest/commands/hlen/
   * @example await redis.hlen('user:1');
   */
  hlen(key: Key): Out<this, IntegerOf<this>> {
    return this.run(HLEN, [key]);
  }

  /**
   * The values of several fields, in the order asked for, `null` for those that are missing. O(N) for N fields, since 2.0.0.
   * @see https://redis.io/docs/latest/commands/hmget/
   * @example const [name, age] = await redis.hmget('user:1', ['name', 'age']);
   */
  hmget(key: Key, fields: OneOrMore<Value>): Out<this, (TextOf<this> | null)[]> {
    return this.run(HMGET, keyAnd(key, fields));
  }

  /**
   * Sets fields of a hash. O(N) for N fields, since 2.0.0.
   * @deprecated since 4.0.0: `hset` does the same and counts the new fields.
   * @see https://redis.io/docs/latest/commands/hmset/
   */
  hmset(key: Key, fields: Pairs): Out<this, Ok> {
    const args: Arg[] = [key];
    pushPairs(args, fields);
    return this.run(HMSET, args);
  }

  /**
   * A random field of a hash, `null` where there is no hash; with a count an array of them, with `WITHVALUES` each with its value. A negative
   * count may give a field several times. O(N) for N results, since 6.2.0.
   * @see https://redis.io/docs/latest/commands/hrandfield/
   */
  hrandfield(key: Key): Out<this, TextOf<this> | null>;
  hrandfield(key: Key, count: number, options?: { WITHVALUES?: false }): Out<this, TextOf<this>[]>;
  hrandfield(key: Key, count: number, options: { WITHVALUES: true }): Out<this, FieldValue<TextOf<this>>[]>;
  hrandfield(key: Key, count: number, options?: { WITHVALUES?: boolean }): Out<this, TextOf<this>[] | FieldValue<TextOf<this>>[]>;
  hrandfield(key: Key, count?: number): Out<this, TextOf<this> | null | TextOf<this>[]>;
  hrandfield(
    key: Key,
    count?: number,
    options?: { WITHVALUES?: boolean },
  ): Out<this, TextOf<this> | null | TextOf<this>[] | FieldValue<TextOf<this>>[]> {
    if (count === undefined) return this.run(HRANDFIELD, [key]);
    if (!options?.WITHVALUES) return this.run(HRANDFIELD, [key, count]);
    return this.run(HRANDFIELD, [key, count, 'WITHVALUES'], toFieldValues<TextOf<this>>);
  }

  /**
   * One page of a scan over a hash: begin with cursor 0, go on with the page's cursor until that is `'0'`. With `NOVALUES` (7.4.0, Valkey 8.0.0)
   * only the fields. O(1) a page, since 2.8.0.
   * @see https://redis.io/docs/latest/commands/hscan/
   */
  hscan(key: Key, cursor: Value, options: ScanOptions & { NOVALUES: true }): Out<this, FieldPage<TextOf<this>>>;
  hscan(key: Key, cursor: Value, options?: ScanOptions & { NOVALUES?: false }): Out<this, FieldValuePage<TextOf<this>>>;
  hscan(
    key: Key,
    cursor: Value,
    options?: ScanOptions & { NOVALUES?: boolean },
  ): Out<this, FieldPage<TextOf<this>> | FieldValuePage<TextOf<this>>>;
  hscan(
    key: Key,
    cursor: Value,
    options?: ScanOptions & { NOVALUES?: boolean },
  ): Out<this, FieldPage<TextOf<this>> | FieldValuePage<TextOf<this>>> {
    const args: Arg[] = [key, cursor];
    if (options !== undefined) pushScan(args, options);
    if (!options?.NOVALUES) return this.run(HSCAN, args, toFieldValuePage<TextOf<this>>);
    args.push('NOVALUES');
    return this.run(HSCAN, args, toFieldPage<TextOf<this>>);
  }

  /**
   * Sets one field, or several from an object, a Map or pairs; how many of them are new. O(N) for N fields, since 2.0.0.
   * @see https://redis.io/docs/latest/commands/hset/
   * @example await redis.hset('user:1', { name: 'Ada', age: 36 });
   */
  hset(key: Key, field: Value, value: Value): Out<this, IntegerOf<this>>;
  hset(key: Key, fields: Pairs): Out<this, IntegerOf<this>>;
  hset(key: Key, field: Value | Pairs, value?: Value): Out<this, IntegerOf<this>> {
    if (value !== undefined) return this.run(HSET, [key, field as Value, value]); // the overloads: a value follows only a field
    const args: Arg[] = [key];
    pushPairs(args, field as Pairs);
    return this.run(HSET, args);
  }

  /**
   * Sets a field that does not exist yet: 1, or 0 where it does. O(1), since 2.0.0.
   * @see https://redis.io/docs/latest/commands/hsetnx/
   */
  hsetnx(key: Key, field: Value, value: Value): Out<this, IntegerOf<this>> {
    return this.run(HSETNX, [key, field, value]);
  }

  /**
   * How many bytes the value of a field has, 0 where there is none. O(1), since 3.2.0.
   * @see https://redis.io/docs/latest/commands/hstrlen/
   */
  hstrlen(key: Key, field: Value): Out<this, IntegerOf<this>> {
    return this.run(HSTRLEN, [key, field]);
  }

  /**
   * The values of a hash. O(N), since 2.0.0.
   * @see https://redis.io/docs/latest/commands/hvals/
   * @example const values = await redis.hvals('user:1');
   */
  hvals(key: Key): Out<this, TextOf<this>[]> {
    return this.run(HVALS, [key]);
  }
}

function toFieldValue<Text extends string | Buffer>(field: Raw, value: Raw): FieldValue<Text> {
  return { field: field as Text, value: value as Text };
}

function toFieldValues<Text extends string | Buffer>(raw: Raw): FieldValue<Text>[] {
  return toPairs(raw, toFieldValue<Text>);
}

function toFieldValuePage<Text extends string | Buffer>(raw: Raw): FieldValuePage<Text> {
  return { cursor: toCursor(raw), entries: toPairs(toList(raw)[1], toFieldValue<Text>) };
}

function toFieldPage<Text extends string | Buffer>(raw: Raw): FieldPage<Text> {
  return { cursor: toCursor(raw), fields: toList(raw)[1] as Text[] };
}
