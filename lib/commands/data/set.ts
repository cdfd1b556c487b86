import { command } from '../../protocol/catalog/specs.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { type Page, toCursor, toList } from '../decode.js';
import { CommandGroup, type Key, type OneOrMore, type Value } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { all, keyAnd, pushCounted, pushOptions, pushScan, type ScanOptions } from '../tokens.js';

const SADD = command('SADD');
const SCARD = command('SCARD');
const SDIFF = command('SDIFF');
const SDIFFSTORE = command('SDIFFSTORE');
const SINTER = command('SINTER');
const SINTERCARD = command('SINTERCARD');
const SINTERSTORE = command('SINTERSTORE');
const SISMEMBER = command('SISMEMBER');
const SMEMBERS = command('SMEMBERS');
const SMISMEMBER = command('SMISMEMBER');
const SMOVE = command('SMOVE');
const SPOP = command('SPOP');
const SRANDMEMBER = command('SRANDMEMBER');
const SREM = command('SREM');
const SSCAN = command('SSCAN');
const SUNION = command('SUNION');
const SUNIONSTORE = command('SUNIONSTORE');

export interface MemberPage<Text extends string | Buffer> extends Page {
  members: Text[];
}

/** Members of a set, and the algebra of sets. */
export abstract class SetCommands extends CommandGroup {
  /**
   * Adds members to a set; how many are new. O(N) for N members, since 1.0.0.
   * @see https://redis.io/docs/latest/commands/sadd/
   * @example await redis.sadd('tags', ['red', 'blue']);
   */
  sadd(key: Key, members: OneOrMore<Value>): Out<this, IntegerOf<this>> {
    return this.run(SADD, keyAnd(key, members));
  }

  /**
   * How many members a set has, 0 where there is none. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/scard/
   * @example await redis.scard('tags');
   */
  scard(key: Key): Out<this, IntegerOf<this>> {
    return this.run(SCARD, [key]);
  }

  /**
   * The members of the first set that are in none of the others. O(N) for N members of all sets, since 1.0.0.
   * @see https://redis.io/docs/latest/commands/sdiff/
   */
  sdiff(keys: OneOrMore<Key>): Out<this, TextOf<this>[]> {
    return this.run(SDIFF, all(keys));
  }

  /**
   * Stores what `sdiff` gives under another key; how many members. O(N) for N members of all sets, since 1.0.0.
   * @see https://redis.io/docs/latest/commands/sdiffstore/
   */
  sdiffstore(destination: Key, keys: OneOrMore<Key>): Out<this, IntegerOf<this>> {
    return this.run(SDIFFSTORE, keyAnd(destination, keys));
  }

  /**
   * The members that are in all of the sets. O(N*M) for N members of the smallest of M sets, since 1.0.0.
   * @see https://redis.io/docs/latest/commands/sinter/
   * @example await redis.sinter(['{user}:1:friends', '{user}:2:friends']);
   */
  sinter(keys: OneOrMore<Key>): Out<this, TextOf<this>[]> {
    return this.run(SINTER, all(keys));
  }

  /**
   * How many members are in all of the sets, counting no further than `LIMIT` (0: no limit). O(N*M), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/sintercard/
   */
  sintercard(keys: OneOrMore<Key>, options?: { LIMIT?: number }): Out<this, IntegerOf<this>> {
    const args: Arg[] = [];
    pushCounted(args, keys);
    pushOptions(args, options, ['LIMIT']);
    return this.run(SINTERCARD, args);
  }

  /**
   * Stores what `sinter` gives under another key; how many members. O(N*M), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/sinterstore/
   */
  sinterstore(destination: Key, keys: OneOrMore<Key>): Out<this, IntegerOf<this>> {
    return this.run(SINTERSTORE, keyAnd(destination, keys));
  }

  /**
   * 1 if it is a member of the set, else 0. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/sismember/
   * @example await redis.sismember('tags', 'red');
   */
  sismember(key: Key, member: Value): Out<this, IntegerOf<this>> {
    return this.run(SISMEMBER, [key, member]);
  }

  /**
   * All members of a set. O(N), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/smembers/
   * @example await redis.smembers('tags');
   */
  smembers(key: Key): Out<this, TextOf<this>[]> {
    return this.run(SMEMBERS, [key]);
  }

  /**
   * 1 or 0 for each: is it a member of the set? O(N) for N members, since 6.2.0.
   * @see https://redis.io/docs/latest/commands/smismember/
   */
  smismember(key: Key, members: OneOrMore<Value>): Out<this, IntegerOf<this>[]> {
    return this.run(SMISMEMBER, keyAnd(key, members));
  }

  /**
   * Moves a member from one set to another: 1, or 0 where it was no member. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/smove/
   */
  smove(source: Key, destination: Key, member: Value): Out<this, IntegerOf<this>> {
    return this.run(SMOVE, [source, destination, member]);
  }

  /**
   * Takes a random member, `null` where there is no set; with a count an array of up to so many. O(N) for N members, since 1.0.0.
   * @see https://redis.io/docs/latest/commands/spop/
   * @example const [winner, second] = await redis.spop('raffle', 2);
   */
  spop(key: Key): Out<this, TextOf<this> | null>;
  spop(key: Key, count: number): Out<this, TextOf<this>[]>;
  spop(key: Key, count?: number): Out<this, TextOf<this> | null | TextOf<this>[]>;
  spop(key: Key, count?: number): Out<this, TextOf<this> | null | TextOf<this>[]> {
    return this.run(SPOP, count === undefined ? [key] : [key, count]);
  }

  /**
   * A random member, which stays, `null` where there is no set; with a count an array of up to so many, or, if the count is negative, of as many,
   * some of them perhaps several times. O(N) for N results, since 1.0.0.
   * @see https://redis.io/docs/latest/commands/srandmember/
   */
  srandmember(key: Key): Out<this, TextOf<this> | null>;
  srandmember(key: Key, count: number): Out<this, TextOf<this>[]>;
  srandmember(key: Key, count?: number): Out<this, TextOf<this> | null | TextOf<this>[]>;
  srandmember(key: Key, count?: number): Out<this, TextOf<this> | null | TextOf<this>[]> {
    return this.run(SRANDMEMBER, count === undefined ? [key] : [key, count]);
  }

  /**
   * Removes members of a set; how many there were. O(N) for N members, since 1.0.0.
   * @see https://redis.io/docs/latest/commands/srem/
   * @example await redis.srem('tags', 'red');
   */
  srem(key: Key, members: OneOrMore<Value>): Out<this, IntegerOf<this>> {
    return this.run(SREM, keyAnd(key, members));
  }

  /**
   * One page of a scan over a set: begin with cursor 0, go on with the page's cursor until that is `'0'`. O(1) a page, since 2.8.0.
   * @see https://redis.io/docs/latest/commands/sscan/
   */
  sscan(key: Key, cursor: Value, options?: ScanOptions): Out<this, MemberPage<TextOf<this>>> {
    const args: Arg[] = [key, cursor];
    if (options !== undefined) pushScan(args, options);
    return this.run(SSCAN, args, toMemberPage<TextOf<this>>);
  }

  /**
   * The members that are in any of the sets. O(N) for N members of all sets, since 1.0.0.
   * @see https://redis.io/docs/latest/commands/sunion/
   * @example const members = await redis.sunion(['tags:1', 'tags:2']);
   */
  sunion(keys: OneOrMore<Key>): Out<this, TextOf<this>[]> {
    return this.run(SUNION, all(keys));
  }

  /**
   * Stores what `sunion` gives under another key; how many members. O(N) for N members of all sets, since 1.0.0.
   * @see https://redis.io/docs/latest/commands/sunionstore/
   */
  sunionstore(destination: Key, keys: OneOrMore<Key>): Out<this, IntegerOf<this>> {
    return this.run(SUNIONSTORE, keyAnd(destination, keys));
  }
}

/** `[cursor, [member, …]]`, also of `ZSCAN` with `NOSCORES`. */
export function toMemberPage<Text extends string | Buffer>(raw: Raw): MemberPage<Text> {
  return { cursor: toCursor(raw), members: toList(raw)[1] as Text[] };
}
