import { command } from '../../protocol/catalog/specs.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { toList, toNumber, toNumberOrNull, toNumbersOrNull } from '../decode.js';
import { CommandGroup, type Key, type OneOrMore, type Value } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { type AtMostOne, isList, keyAnd, pushCounted, pushOptions, pushScan, type ScanOptions, score } from '../tokens.js';
import {
  type PoppedMembers,
  type ScoredMember,
  type ScoredMemberPage,
  toOneScoredMember,
  toPoppedMembers,
  toScoredMemberPage,
  toScoredMembers,
} from './scored-member.js';
import { type MemberPage, toMemberPage } from './set.js';

const ZADD = command('ZADD');
const ZCARD = command('ZCARD');
const ZINCRBY = command('ZINCRBY');
const ZMPOP = command('ZMPOP');
const ZMSCORE = command('ZMSCORE');
const ZPOPMAX = command('ZPOPMAX');
const ZPOPMIN = command('ZPOPMIN');
const ZRANDMEMBER = command('ZRANDMEMBER');
const ZRANK = command('ZRANK');
const ZREM = command('ZREM');
const ZREVRANK = command('ZREVRANK');
const ZSCAN = command('ZSCAN');
const ZSCORE = command('ZSCORE');

/** A score as an argument: `Infinity` is the same as `'+inf'`. */
export type Score = number | bigint | '+inf' | '-inf';

/** A member to be added. */
export interface NewMember {
  member: Value;
  score: Score;
}

/** `NX`: only new members. `XX`: only members that exist. `GT`/`LT`: members that exist only if the new score is greater/less. */
export type ZaddCondition =
  | { NX?: boolean; XX?: false; GT?: false; LT?: false }
  | ({ NX?: false; XX?: boolean } & AtMostOne<{ GT: true; LT: true }>);
/** `CH`: count the changed members too, not only the new ones. */
export type ZaddOptions = ZaddCondition & { CH?: boolean; INCR?: false };
/** `INCR`: add to the score of the one member, and give the sum. */
export type ZaddIncrOptions = ZaddCondition & { CH?: boolean; INCR: true };
type AnyZaddOptions = ZaddCondition & { CH?: boolean; INCR?: boolean };

/** An end of a sorted set: `MIN` has the lowest scores. */
export type ScoreEnd = 'MIN' | 'MAX';

/** Where a member stands, 0 the first, and its score. */
export interface RankAndScore<Integer extends number | bigint | string> {
  rank: Integer;
  score: number;
}

/** Members of a sorted set with their scores and ranks. Ranges and algebra are groups of their own. */
export abstract class SortedSetCommands extends CommandGroup {
  /**
   * Adds members to a sorted set or changes their scores; how many are new. With `INCR` the new score, `null` where a condition failed.
   * O(log(N)) a member, since 1.2.0.
   * @see https://redis.io/docs/latest/commands/zadd/
   * @example await redis.zadd('board', 10, 'ada');
   * @example await redis.zadd('board', [{ member: 'ada', score: 12 }, { member: 'bob', score: 7 }], { GT: true, CH: true });
   */
  zadd(key: Key, score: Score, member: Value, options?: ZaddOptions): Out<this, IntegerOf<this>>;
  zadd(key: Key, score: Score, member: Value, options: ZaddIncrOptions): Out<this, number | null>;
  zadd(key: Key, score: Score, member: Value, options: AnyZaddOptions): Out<this, IntegerOf<this> | number | null>;
  zadd(key: Key, members: OneOrMore<NewMember>, options?: ZaddOptions): Out<this, IntegerOf<this>>;
  zadd(key: Key, member: NewMember, options: ZaddIncrOptions): Out<this, number | null>;
  zadd(key: Key, member: NewMember, options: AnyZaddOptions): Out<this, IntegerOf<this> | number | null>;
  zadd(
    key: Key,
    first: Score | OneOrMore<NewMember>,
    second?: Value | AnyZaddOptions,
    third?: AnyZaddOptions,
  ): Out<this, IntegerOf<this> | number | null> {
    const isScore = typeof first !== 'object';
    const options = (isScore ? third : second) as AnyZaddOptions | undefined; // the overloads: options follow a member or the list
    if (isScore && options === undefined) return this.run(ZADD, [key, score(first), second as Value]);
    const args: Arg[] = [key];
    pushOptions(args, options, ['NX', 'XX', 'GT', 'LT', 'CH', 'INCR']);
    if (isScore) args.push(score(first), second as Value);
    else if (isList(first)) for (const added of first) args.push(score(added.score), added.member);
    else args.push(score(first.score), first.member);
    return options?.INCR ? this.run(ZADD, args, toNumberOrNull) : this.run(ZADD, args);
  }

  /**
   * How many members a sorted set has, 0 where there is none. O(1), since 1.2.0.
   * @see https://redis.io/docs/latest/commands/zcard/
   * @example await redis.zcard('scores');
   */
  zcard(key: Key): Out<this, IntegerOf<this>> {
    return this.run(ZCARD, [key]);
  }

  /**
   * Adds to the score of a member, 0 where there is none, and gives the sum. O(log(N)), since 1.2.0.
   * @see https://redis.io/docs/latest/commands/zincrby/
   * @example await redis.zincrby('board', 5, 'ada');
   */
  zincrby(key: Key, increment: Score, member: Value): Out<this, number> {
    return this.run(ZINCRBY, [key, score(increment), member], toNumber);
  }

  /**
   * Pops up to `COUNT` members (1 by default) with the lowest or highest scores from the first sorted set that has any, `null` where none has.
   * O(K) + O(M*log(N)) for K keys and M members, since 7.0.0.
   * @see https://redis.io/docs/latest/commands/zmpop/
   */
  zmpop(keys: OneOrMore<Key>, where: ScoreEnd, options?: { COUNT?: number }): Out<this, PoppedMembers<TextOf<this>> | null> {
    const args: Arg[] = [];
    pushCounted(args, keys);
    args.push(where);
    pushOptions(args, options, ['COUNT']);
    return this.run(ZMPOP, args, toPoppedMembers<TextOf<this>>);
  }

  /**
   * The scores of members, in the order asked for, `null` for those that are missing. O(N) for N members, since 6.2.0.
   * @see https://redis.io/docs/latest/commands/zmscore/
   */
  zmscore(key: Key, members: OneOrMore<Value>): Out<this, (number | null)[]> {
    return this.run(ZMSCORE, keyAnd(key, members), toNumbersOrNull);
  }

  /**
   * Takes the member with the highest score, `null` where there is no sorted set; with a count an array of up to so many, the highest first.
   * O(M*log(N)) for M members, since 5.0.0.
   * @see https://redis.io/docs/latest/commands/zpopmax/
   */
  zpopmax(key: Key): Out<this, ScoredMember<TextOf<this>> | null>;
  zpopmax(key: Key, count: number): Out<this, ScoredMember<TextOf<this>>[]>;
  zpopmax(key: Key, count?: number): Out<this, ScoredMember<TextOf<this>> | null | ScoredMember<TextOf<this>>[]>;
  zpopmax(key: Key, count?: number): Out<this, ScoredMember<TextOf<this>> | null | ScoredMember<TextOf<this>>[]> {
    if (count === undefined) return this.run(ZPOPMAX, [key], toOneScoredMember<TextOf<this>>);
    return this.run(ZPOPMAX, [key, count], toScoredMembers<TextOf<this>>);
  }

  /**
   * Takes the member with the lowest score, `null` where there is no sorted set; with a count an array of up to so many, the lowest first.
   * O(M*log(N)) for M members, since 5.0.0.
   * @see https://redis.io/docs/latest/commands/zpopmin/
   * @example const next = await redis.zpopmin('schedule');
   */
  zpopmin(key: Key): Out<this, ScoredMember<TextOf<this>> | null>;
  zpopmin(key: Key, count: number): Out<this, ScoredMember<TextOf<this>>[]>;
  zpopmin(key: Key, count?: number): Out<this, ScoredMember<TextOf<this>> | null | ScoredMember<TextOf<this>>[]>;
  zpopmin(key: Key, count?: number): Out<this, ScoredMember<TextOf<this>> | null | ScoredMember<TextOf<this>>[]> {
    if (count === undefined) return this.run(ZPOPMIN, [key], toOneScoredMember<TextOf<this>>);
    return this.run(ZPOPMIN, [key, count], toScoredMembers<TextOf<this>>);
  }

  /**
   * A random member, `null` where there is no sorted set; with a count an array of them, with `WITHSCORES` each with its score. A negative count
   * may give a member several times. O(N) for N results, since 6.2.0.
   * @see https://redis.io/docs/latest/commands/zrandmember/
   */
  zrandmember(key: Key): Out<this, TextOf<this> | null>;
  zrandmember(key: Key, count: number, options?: { WITHSCORES?: false }): Out<this, TextOf<this>[]>;
  zrandmember(key: Key, count: number, options: { WITHSCORES: true }): Out<this, ScoredMember<TextOf<this>>[]>;
  zrandmember(key: Key, count: number, options?: { WITHSCORES?: boolean }): Out<this, TextOf<this>[] | ScoredMember<TextOf<this>>[]>;
  zrandmember(key: Key, count?: number): Out<this, TextOf<this> | null | TextOf<this>[]>;
  zrandmember(
    key: Key,
    count?: number,
    options?: { WITHSCORES?: boolean },
  ): Out<this, TextOf<this> | null | TextOf<this>[] | ScoredMember<TextOf<this>>[]> {
    if (count === undefined) return this.run(ZRANDMEMBER, [key]);
    if (!options?.WITHSCORES) return this.run(ZRANDMEMBER, [key, count]);
    return this.run(ZRANDMEMBER, [key, count, 'WITHSCORES'], toScoredMembers<TextOf<this>>);
  }

  /**
   * Where a member stands by score, 0 the lowest, `null` where it is no member; with `WITHSCORE` (7.2.0) its score too. O(log(N)), since 2.0.0.
   * @see https://redis.io/docs/latest/commands/zrank/
   * @example await redis.zrank('board', 'ada');
   */
  zrank(key: Key, member: Value, options?: { WITHSCORE?: false }): Out<this, IntegerOf<this> | null>;
  zrank(key: Key, member: Value, options: { WITHSCORE: true }): Out<this, RankAndScore<IntegerOf<this>> | null>;
  zrank(key: Key, member: Value, options?: { WITHSCORE?: boolean }): Out<this, IntegerOf<this> | RankAndScore<IntegerOf<this>> | null>;
  zrank(key: Key, member: Value, options?: { WITHSCORE?: boolean }): Out<this, IntegerOf<this> | RankAndScore<IntegerOf<this>> | null> {
    if (!options?.WITHSCORE) return this.run(ZRANK, [key, member]);
    return this.run(ZRANK, [key, member, 'WITHSCORE'], toRankAndScore<IntegerOf<this>>);
  }

  /**
   * Removes members of a sorted set; how many there were. O(M*log(N)) for M members, since 1.2.0.
   * @see https://redis.io/docs/latest/commands/zrem/
   * @example await redis.zrem('board', ['ada', 'bob']);
   */
  zrem(key: Key, members: OneOrMore<Value>): Out<this, IntegerOf<this>> {
    return this.run(ZREM, keyAnd(key, members));
  }

  /**
   * As `zrank`, counted from the highest score. O(log(N)), since 2.0.0.
   * @see https://redis.io/docs/latest/commands/zrevrank/
   */
  zrevrank(key: Key, member: Value, options?: { WITHSCORE?: false }): Out<this, IntegerOf<this> | null>;
  zrevrank(key: Key, member: Value, options: { WITHSCORE: true }): Out<this, RankAndScore<IntegerOf<this>> | null>;
  zrevrank(key: Key, member: Value, options?: { WITHSCORE?: boolean }): Out<this, IntegerOf<this> | RankAndScore<IntegerOf<this>> | null>;
  zrevrank(key: Key, member: Value, options?: { WITHSCORE?: boolean }): Out<this, IntegerOf<this> | RankAndScore<IntegerOf<this>> | null> {
    if (!options?.WITHSCORE) return this.run(ZREVRANK, [key, member]);
    return this.run(ZREVRANK, [key, member, 'WITHSCORE'], toRankAndScore<IntegerOf<this>>);
  }

  /**
   * One page of a scan over a sorted set: begin with cursor 0, go on with the page's cursor until that is `'0'`. With `NOSCORES` (Valkey 8.1.0)
   * only the members. O(1) a page, since 2.8.0.
   * @see https://redis.io/docs/latest/commands/zscan/
   */
  zscan(key: Key, cursor: Value, options: ScanOptions & { NOSCORES: true }): Out<this, MemberPage<TextOf<this>>>;
  zscan(key: Key, cursor: Value, options?: ScanOptions & { NOSCORES?: false }): Out<this, ScoredMemberPage<TextOf<this>>>;
  zscan(
    key: Key,
    cursor: Value,
    options?: ScanOptions & { NOSCORES?: boolean },
  ): Out<this, MemberPage<TextOf<this>> | ScoredMemberPage<TextOf<this>>>;
  zscan(
    key: Key,
    cursor: Value,
    options?: ScanOptions & { NOSCORES?: boolean },
  ): Out<this, MemberPage<TextOf<this>> | ScoredMemberPage<TextOf<this>>> {
    const args: Arg[] = [key, cursor];
    if (options !== undefined) pushScan(args, options);
    if (!options?.NOSCORES) return this.run(ZSCAN, args, toScoredMemberPage<TextOf<this>>);
    args.push('NOSCORES');
    return this.run(ZSCAN, args, toMemberPage<TextOf<this>>);
  }

  /**
   * The score of a member, `null` where it is no member. O(1), since 1.2.0.
   * @see https://redis.io/docs/latest/commands/zscore/
   * @example await redis.zscore('board', 'ada');
   */
  zscore(key: Key, member: Value): Out<this, number | null> {
    return this.run(ZSCORE, [key, member], toNumberOrNull);
  }
}

/** `[rank, score]` */
function toRankAndScore<Integer extends number | bigint | string>(raw: Raw): RankAndScore<Integer> | null {
  const [rank, rankedScore] = toList(raw);
  return rankedScore === undefined ? null : { rank: rank as Integer, score: toNumber(rankedScore) };
}
