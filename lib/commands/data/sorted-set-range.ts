import { command } from '../../protocol/catalog/specs.js';
import type { Arg, Bytes } from '../../protocol/command-spec.js';
import { CommandGroup, type Key } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { type Integer, type Limit, pushLimit, score } from '../tokens.js';
import { type ScoredMember, toScoredMembers } from './scored-member.js';

const ZCOUNT = command('ZCOUNT');
const ZLEXCOUNT = command('ZLEXCOUNT');
const ZRANGE = command('ZRANGE');
const ZRANGEBYLEX = command('ZRANGEBYLEX');
const ZRANGEBYSCORE = command('ZRANGEBYSCORE');
const ZRANGESTORE = command('ZRANGESTORE');
const ZREMRANGEBYLEX = command('ZREMRANGEBYLEX');
const ZREMRANGEBYRANK = command('ZREMRANGEBYRANK');
const ZREMRANGEBYSCORE = command('ZREMRANGEBYSCORE');
const ZREVRANGE = command('ZREVRANGE');
const ZREVRANGEBYLEX = command('ZREVRANGEBYLEX');
const ZREVRANGEBYSCORE = command('ZREVRANGEBYSCORE');

/** A score, included; excluded as text after a bracket: `'(5'`. Without end: `-Infinity` or `'-inf'`, `Infinity` or `'+inf'`. */
export type ScoreBound = number | bigint | string;
/** A member after a bracket, included `'[a'` or excluded `'(a'`. Without end: `'-'`, `'+'`. */
export type LexBound = string | Bytes;

interface ByRank {
  BYSCORE?: false;
  BYLEX?: false;
  /** Ranks count from the highest score, and so goes the result. */
  REV?: boolean;
  LIMIT?: never;
}
interface ByScore {
  BYSCORE: boolean;
  BYLEX?: false;
  /** From the highest to the lowest: the range begins with its upper end. */
  REV?: boolean;
  LIMIT?: Limit;
}
interface ByLex {
  BYLEX: boolean;
  BYSCORE?: false;
  /** From the highest to the lowest: the range begins with its upper end. */
  REV?: boolean;
  LIMIT?: Limit;
}
interface NoScores {
  WITHSCORES?: false;
}
interface WithScores {
  WITHSCORES: true;
}

/** Last among the overloads: the compiler reports what is wrong by this one. */
type AnyRange = (ByRank | ByScore) & { WITHSCORES?: boolean };

/** Parts of sorted sets by rank, score, or (where all scores are the same) by member. */
export abstract class SortedSetRangeCommands extends CommandGroup {
  /**
   * How many members have a score in a range. O(log(N)), since 2.0.0.
   * @see https://redis.io/docs/latest/commands/zcount/
   * @example await redis.zcount('board', '(5', '+inf');
   */
  zcount(key: Key, min: ScoreBound, max: ScoreBound): Out<this, IntegerOf<this>> {
    return this.run(ZCOUNT, [key, score(min), score(max)]);
  }

  /**
   * How many members are in a range of members, where all scores are the same. O(log(N)), since 2.8.9.
   * @see https://redis.io/docs/latest/commands/zlexcount/
   */
  zlexcount(key: Key, min: LexBound, max: LexBound): Out<this, IntegerOf<this>> {
    return this.run(ZLEXCOUNT, [key, min, max]);
  }

  /**
   * The members in a range, both ends included: by rank (-1: the last), with `BYSCORE` by score, with `BYLEX` by member; with `WITHSCORES` each
   * with its score. O(log(N)+M) for M results, since 1.2.0 (options 6.2.0).
   * @see https://redis.io/docs/latest/commands/zrange/
   * @example await redis.zrange('board', 0, 9, { REV: true, WITHSCORES: true });
   * @example await redis.zrange('board', '(5', '+inf', { BYSCORE: true, LIMIT: { offset: 0, count: 10 } });
   */
  zrange(key: Key, start: LexBound, stop: LexBound, options: ByLex & NoScores): Out<this, TextOf<this>[]>;
  zrange(key: Key, start: ScoreBound, stop: ScoreBound, options?: (ByRank | ByScore) & NoScores): Out<this, TextOf<this>[]>;
  zrange(key: Key, start: ScoreBound, stop: ScoreBound, options: (ByRank | ByScore) & WithScores): Out<this, ScoredMember<TextOf<this>>[]>;
  zrange(key: Key, start: ScoreBound, stop: ScoreBound, options?: AnyRange): Out<this, TextOf<this>[] | ScoredMember<TextOf<this>>[]>;
  zrange(
    key: Key,
    start: ScoreBound | LexBound,
    stop: ScoreBound | LexBound,
    options?: AnyRange | (ByLex & NoScores),
  ): Out<this, TextOf<this>[] | ScoredMember<TextOf<this>>[]> {
    const args: Arg[] = [key, score(start), score(stop)];
    if (options === undefined) return this.run(ZRANGE, args);
    pushRange(args, options);
    if (!options.WITHSCORES) return this.run(ZRANGE, args);
    args.push('WITHSCORES');
    return this.run(ZRANGE, args, toScoredMembers<TextOf<this>>);
  }

  /**
   * The members in a range of members, where all scores are the same. O(log(N)+M) for M results, since 2.8.9.
   * @deprecated since 6.2.0: `zrange` with `BYLEX` does the same.
   * @see https://redis.io/docs/latest/commands/zrangebylex/
   */
  zrangebylex(key: Key, min: LexBound, max: LexBound, options?: { LIMIT?: Limit }): Out<this, TextOf<this>[]> {
    return this.run(ZRANGEBYLEX, limited(key, min, max, options));
  }

  /**
   * The members with a score in a range, with `WITHSCORES` each with its score. O(log(N)+M) for M results, since 1.0.5.
   * @deprecated since 6.2.0: `zrange` with `BYSCORE` does the same.
   * @see https://redis.io/docs/latest/commands/zrangebyscore/
   */
  zrangebyscore(key: Key, min: ScoreBound, max: ScoreBound, options?: { LIMIT?: Limit } & NoScores): Out<this, TextOf<this>[]>;
  zrangebyscore(
    key: Key,
    min: ScoreBound,
    max: ScoreBound,
    options: { LIMIT?: Limit } & WithScores,
  ): Out<this, ScoredMember<TextOf<this>>[]>;
  zrangebyscore(
    key: Key,
    min: ScoreBound,
    max: ScoreBound,
    options?: { LIMIT?: Limit; WITHSCORES?: boolean },
  ): Out<this, TextOf<this>[] | ScoredMember<TextOf<this>>[]>;
  zrangebyscore(
    key: Key,
    min: ScoreBound,
    max: ScoreBound,
    options?: { LIMIT?: Limit; WITHSCORES?: boolean },
  ): Out<this, TextOf<this>[] | ScoredMember<TextOf<this>>[]> {
    const args = limited(key, min, max, options);
    return options?.WITHSCORES ? this.run(ZRANGEBYSCORE, args, toScoredMembers<TextOf<this>>) : this.run(ZRANGEBYSCORE, args);
  }

  /**
   * Stores what `zrange` gives under another key; how many members. O(log(N)+M) for M members, since 6.2.0.
   * @see https://redis.io/docs/latest/commands/zrangestore/
   */
  zrangestore(destination: Key, source: Key, start: LexBound, stop: LexBound, options: ByLex): Out<this, IntegerOf<this>>;
  zrangestore(destination: Key, source: Key, start: ScoreBound, stop: ScoreBound, options?: ByRank | ByScore): Out<this, IntegerOf<this>>;
  zrangestore(
    destination: Key,
    source: Key,
    start: ScoreBound | LexBound,
    stop: ScoreBound | LexBound,
    options?: ByRank | ByScore | ByLex,
  ): Out<this, IntegerOf<this>> {
    const args: Arg[] = [destination, source, score(start), score(stop)];
    if (options !== undefined) pushRange(args, options);
    return this.run(ZRANGESTORE, args);
  }

  /**
   * Removes the members in a range of members, where all scores are the same; how many. O(log(N)+M) for M removed, since 2.8.9.
   * @see https://redis.io/docs/latest/commands/zremrangebylex/
   */
  zremrangebylex(key: Key, min: LexBound, max: LexBound): Out<this, IntegerOf<this>> {
    return this.run(ZREMRANGEBYLEX, [key, min, max]);
  }

  /**
   * Removes the members from one rank to another, both included; how many. O(log(N)+M) for M removed, since 2.0.0.
   * @see https://redis.io/docs/latest/commands/zremrangebyrank/
   */
  zremrangebyrank(key: Key, start: Integer, stop: Integer): Out<this, IntegerOf<this>> {
    return this.run(ZREMRANGEBYRANK, [key, start, stop]);
  }

  /**
   * Removes the members with a score in a range; how many. O(log(N)+M) for M removed, since 1.2.0.
   * @see https://redis.io/docs/latest/commands/zremrangebyscore/
   * @example await redis.zremrangebyscore('seen', '-inf', Date.now() - 60_000);
   */
  zremrangebyscore(key: Key, min: ScoreBound, max: ScoreBound): Out<this, IntegerOf<this>> {
    return this.run(ZREMRANGEBYSCORE, [key, score(min), score(max)]);
  }

  /**
   * The members from one rank to another, counted from the highest score. O(log(N)+M) for M results, since 1.2.0.
   * @deprecated since 6.2.0: `zrange` with `REV` does the same.
   * @see https://redis.io/docs/latest/commands/zrevrange/
   */
  zrevrange(key: Key, start: Integer, stop: Integer, options?: NoScores): Out<this, TextOf<this>[]>;
  zrevrange(key: Key, start: Integer, stop: Integer, options: WithScores): Out<this, ScoredMember<TextOf<this>>[]>;
  zrevrange(
    key: Key,
    start: Integer,
    stop: Integer,
    options?: { WITHSCORES?: boolean },
  ): Out<this, TextOf<this>[] | ScoredMember<TextOf<this>>[]>;
  zrevrange(
    key: Key,
    start: Integer,
    stop: Integer,
    options?: { WITHSCORES?: boolean },
  ): Out<this, TextOf<this>[] | ScoredMember<TextOf<this>>[]> {
    const args = limited(key, start, stop, options);
    return options?.WITHSCORES ? this.run(ZREVRANGE, args, toScoredMembers<TextOf<this>>) : this.run(ZREVRANGE, args);
  }

  /**
   * As `zrangebylex`, from the highest to the lowest. O(log(N)+M) for M results, since 2.8.9.
   * @deprecated since 6.2.0: `zrange` with `BYLEX` and `REV` does the same.
   * @see https://redis.io/docs/latest/commands/zrevrangebylex/
   */
  zrevrangebylex(key: Key, max: LexBound, min: LexBound, options?: { LIMIT?: Limit }): Out<this, TextOf<this>[]> {
    return this.run(ZREVRANGEBYLEX, limited(key, max, min, options));
  }

  /**
   * As `zrangebyscore`, from the highest to the lowest. O(log(N)+M) for M results, since 2.2.0.
   * @deprecated since 6.2.0: `zrange` with `BYSCORE` and `REV` does the same.
   * @see https://redis.io/docs/latest/commands/zrevrangebyscore/
   */
  zrevrangebyscore(key: Key, max: ScoreBound, min: ScoreBound, options?: { LIMIT?: Limit } & NoScores): Out<this, TextOf<this>[]>;
  zrevrangebyscore(
    key: Key,
    max: ScoreBound,
    min: ScoreBound,
    options: { LIMIT?: Limit } & WithScores,
  ): Out<this, ScoredMember<TextOf<this>>[]>;
  zrevrangebyscore(
    key: Key,
    max: ScoreBound,
    min: ScoreBound,
    options?: { LIMIT?: Limit; WITHSCORES?: boolean },
  ): Out<this, TextOf<this>[] | ScoredMember<TextOf<this>>[]>;
  zrevrangebyscore(
    key: Key,
    max: ScoreBound,
    min: ScoreBound,
    options?: { LIMIT?: Limit; WITHSCORES?: boolean },
  ): Out<this, TextOf<this>[] | ScoredMember<TextOf<this>>[]> {
    const args = limited(key, max, min, options);
    return options?.WITHSCORES ? this.run(ZREVRANGEBYSCORE, args, toScoredMembers<TextOf<this>>) : this.run(ZREVRANGEBYSCORE, args);
  }
}

/** `[BYSCORE | BYLEX] [REV] [LIMIT offset count]` */
function pushRange(args: Arg[], options: { BYSCORE?: boolean; BYLEX?: boolean; REV?: boolean; LIMIT?: Limit }): void {
  if (options.BYSCORE) args.push('BYSCORE');
  if (options.BYLEX) args.push('BYLEX');
  if (options.REV) args.push('REV');
  pushLimit(args, options.LIMIT);
}

/** `key from to [WITHSCORES] [LIMIT offset count]` */
function limited(key: Key, from: Arg, to: Arg, options: { LIMIT?: Limit; WITHSCORES?: boolean } | undefined): Arg[] {
  const args: Arg[] = [key, score(from), score(to)];
  if (options?.WITHSCORES) args.push('WITHSCORES');
  pushLimit(args, options?.LIMIT);
  return args;
}
