import { command } from '../../protocol/catalog/specs.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { type Ok, toList } from '../decode.js';
import { CommandGroup, type Key, type OneOrMore, type Value } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { type Integer, keyAnd, pushCounted, pushOptions } from '../tokens.js';

const LINDEX = command('LINDEX');
const LINSERT = command('LINSERT');
const LLEN = command('LLEN');
const LMOVE = command('LMOVE');
const LMPOP = command('LMPOP');
const LPOP = command('LPOP');
const LPOS = command('LPOS');
const LPUSH = command('LPUSH');
const LPUSHX = command('LPUSHX');
const LRANGE = command('LRANGE');
const LREM = command('LREM');
const LSET = command('LSET');
const LTRIM = command('LTRIM');
const RPOP = command('RPOP');
const RPOPLPUSH = command('RPOPLPUSH');
const RPUSH = command('RPUSH');
const RPUSHX = command('RPUSHX');

/** An end of a list: `LEFT` is its head. */
export type ListEnd = 'LEFT' | 'RIGHT';

/** What was popped, and from which of the lists. */
export interface PoppedElements<Text extends string | Buffer> {
  key: Text;
  elements: Text[];
}

export interface LposOptions {
  /** Which match to begin with: 1 the first, -1 the last (searching from the tail). */
  RANK?: Integer;
  /** Compare at most so many elements; 0: all. */
  MAXLEN?: Integer;
}

/** Elements of a list, pushed and popped at either end. */
export abstract class ListCommands extends CommandGroup {
  /**
   * The element at an index (-1: the last), `null` beyond the ends. O(N) for N elements on the way, since 1.0.0.
   * @see https://redis.io/docs/latest/commands/lindex/
   */
  lindex(key: Key, index: Integer): Out<this, TextOf<this> | null> {
    return this.run(LINDEX, [key, index]);
  }

  /**
   * Puts an element before or after the first `pivot`; the new length, -1 without a pivot, 0 without a list. O(N), since 2.2.0.
   * @see https://redis.io/docs/latest/commands/linsert/
   */
  linsert(key: Key, where: 'BEFORE' | 'AFTER', pivot: Value, element: Value): Out<this, IntegerOf<this>> {
    return this.run(LINSERT, [key, where, pivot, element]);
  }

  /**
   * How many elements a list has, 0 where there is none. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/llen/
   * @example await redis.llen('jobs');
   */
  llen(key: Key): Out<this, IntegerOf<this>> {
    return this.run(LLEN, [key]);
  }

  /**
   * Pops from one end of a list and pushes to an end of another (or of the same); the element, `null` from an empty list. O(1), since 6.2.0.
   * @see https://redis.io/docs/latest/commands/lmove/
   * @example await redis.lmove('jobs', 'working', 'LEFT', 'RIGHT');
   */
  lmove(source: Key, destination: Key, from: ListEnd, to: ListEnd): Out<this, TextOf<this> | null> {
    return this.run(LMOVE, [source, destination, from, to]);
  }

  /**
   * Pops up to `COUNT` elements (1 by default) from the first list that has any, `null` where none has. O(N+M) for N keys and M elements,
   * since 7.0.0.
   * @see https://redis.io/docs/latest/commands/lmpop/
   */
  lmpop(keys: OneOrMore<Key>, where: ListEnd, options?: { COUNT?: number }): Out<this, PoppedElements<TextOf<this>> | null> {
    const args: Arg[] = [];
    pushCounted(args, keys);
    args.push(where);
    pushOptions(args, options, ['COUNT']);
    return this.run(LMPOP, args, toPoppedElements<TextOf<this>>);
  }

  /**
   * Takes the first element, or an array of up to `count`; `null` where there is no list. O(N) for N elements, since 1.0.0.
   * @see https://redis.io/docs/latest/commands/lpop/
   * @example await redis.lpop('jobs');
   */
  lpop(key: Key): Out<this, TextOf<this> | null>;
  lpop(key: Key, count: number): Out<this, TextOf<this>[] | null>;
  lpop(key: Key, count?: number): Out<this, TextOf<this> | TextOf<this>[] | null>;
  lpop(key: Key, count?: number): Out<this, TextOf<this> | TextOf<this>[] | null> {
    return this.run(LPOP, count === undefined ? [key] : [key, count]);
  }

  /**
   * The index of an element, `null` where it is not in the list; with `COUNT` an array of up to so many indexes (0: all). O(N), since 6.0.6.
   * @see https://redis.io/docs/latest/commands/lpos/
   */
  lpos(key: Key, element: Value, options?: LposOptions & { COUNT?: never }): Out<this, IntegerOf<this> | null>;
  lpos(key: Key, element: Value, options: LposOptions & { COUNT: number }): Out<this, IntegerOf<this>[]>;
  lpos(key: Key, element: Value, options?: LposOptions & { COUNT?: number }): Out<this, IntegerOf<this> | null | IntegerOf<this>[]>;
  lpos(key: Key, element: Value, options?: LposOptions & { COUNT?: number }): Out<this, IntegerOf<this> | null | IntegerOf<this>[]> {
    const args: Arg[] = [key, element];
    pushOptions(args, options, ['RANK', 'COUNT', 'MAXLEN']);
    return this.run(LPOS, args);
  }

  /**
   * Pushes elements to the head, one after the other, so that the last one ends up first; the new length. O(N) for N elements, since 1.0.0.
   * @see https://redis.io/docs/latest/commands/lpush/
   * @example await redis.lpush('jobs', ['a', 'b']);
   */
  lpush(key: Key, elements: OneOrMore<Value>): Out<this, IntegerOf<this>> {
    return this.run(LPUSH, keyAnd(key, elements));
  }

  /**
   * As `lpush`, only where the list exists already, else 0. O(N) for N elements, since 2.2.0.
   * @see https://redis.io/docs/latest/commands/lpushx/
   */
  lpushx(key: Key, elements: OneOrMore<Value>): Out<this, IntegerOf<this>> {
    return this.run(LPUSHX, keyAnd(key, elements));
  }

  /**
   * The elements from one index to another, both included; negative indexes count from the tail. O(S+N), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/lrange/
   * @example await redis.lrange('jobs', 0, -1);
   */
  lrange(key: Key, start: Integer, stop: Integer): Out<this, TextOf<this>[]> {
    return this.run(LRANGE, [key, start, stop]);
  }

  /**
   * Removes up to `count` elements of that value (from the tail if negative, all if 0); how many. O(N+M), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/lrem/
   * @example await redis.lrem('jobs', 1, 'a');
   */
  lrem(key: Key, count: Integer, element: Value): Out<this, IntegerOf<this>> {
    return this.run(LREM, [key, count, element]);
  }

  /**
   * Replaces the element at an index; an error beyond the ends. O(N), at the ends O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/lset/
   */
  lset(key: Key, index: Integer, element: Value): Out<this, Ok> {
    return this.run(LSET, [key, index, element]);
  }

  /**
   * Keeps the elements from one index to another, both included, and removes the others. O(N) for N removed elements, since 1.0.0.
   * @see https://redis.io/docs/latest/commands/ltrim/
   * @example await redis.ltrim('latest', 0, 99);
   */
  ltrim(key: Key, start: Integer, stop: Integer): Out<this, Ok> {
    return this.run(LTRIM, [key, start, stop]);
  }

  /**
   * Takes the last element, or an array of up to `count`, the last one first; `null` where there is no list. O(N) for N elements, since 1.0.0.
   * @see https://redis.io/docs/latest/commands/rpop/
   * @example await redis.rpop('jobs');
   */
  rpop(key: Key): Out<this, TextOf<this> | null>;
  rpop(key: Key, count: number): Out<this, TextOf<this>[] | null>;
  rpop(key: Key, count?: number): Out<this, TextOf<this> | TextOf<this>[] | null>;
  rpop(key: Key, count?: number): Out<this, TextOf<this> | TextOf<this>[] | null> {
    return this.run(RPOP, count === undefined ? [key] : [key, count]);
  }

  /**
   * Pops from the tail of a list and pushes to the head of another; the element, `null` from an empty list. O(1), since 1.2.0.
   * @deprecated since 6.2.0: `lmove(source, destination, 'RIGHT', 'LEFT')` does the same.
   * @see https://redis.io/docs/latest/commands/rpoplpush/
   */
  rpoplpush(source: Key, destination: Key): Out<this, TextOf<this> | null> {
    return this.run(RPOPLPUSH, [source, destination]);
  }

  /**
   * Pushes elements to the tail, in their order; the new length. O(N) for N elements, since 1.0.0.
   * @see https://redis.io/docs/latest/commands/rpush/
   * @example await redis.rpush('jobs', ['a', 'b']);
   */
  rpush(key: Key, elements: OneOrMore<Value>): Out<this, IntegerOf<this>> {
    return this.run(RPUSH, keyAnd(key, elements));
  }

  /**
   * As `rpush`, only where the list exists already, else 0. O(N) for N elements, since 2.2.0.
   * @see https://redis.io/docs/latest/commands/rpushx/
   */
  rpushx(key: Key, elements: OneOrMore<Value>): Out<this, IntegerOf<this>> {
    return this.run(RPUSHX, keyAnd(key, elements));
  }
}

/** `[key, [element, …]]`, also of `BLMPOP`. */
export function toPoppedElements<Text extends string | Buffer>(raw: Raw): PoppedElements<Text> | null {
  const [key, elements] = toList(raw);
  return elements === undefined ? null : { key: key as Text, elements: elements as Text[] };
}
