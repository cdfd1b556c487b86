import { command } from '../../protocol/catalog/specs.js';
import type { Arg } from '../../protocol/command-spec.js';
import { CommandGroup, type Key, type OneOrMore } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { all, pushCounted, pushOptions, score } from '../tokens.js';
import { type ScoredMember, toScoredMembers } from './scored-member.js';
import type { Score } from './sorted-set.js';

const ZDIFF = command('ZDIFF');
const ZDIFFSTORE = command('ZDIFFSTORE');
const ZINTER = command('ZINTER');
const ZINTERCARD = command('ZINTERCARD');
const ZINTERSTORE = command('ZINTERSTORE');
const ZUNION = command('ZUNION');
const ZUNIONSTORE = command('ZUNIONSTORE');

export interface CombineOptions {
  /** A factor for the scores of each of the keys, 1 by default. */
  WEIGHTS?: OneOrMore<Score>;
  /** The score of a member of several sets: the sum (the default), the least or the greatest. */
  AGGREGATE?: 'SUM' | 'MIN' | 'MAX';
}

interface NoScores {
  WITHSCORES?: false;
}
interface WithScores {
  WITHSCORES: true;
}

/** Differences, intersections and unions of sorted sets; plain sets count as sorted sets with scores of 1. */
export abstract class SortedSetAlgebraCommands extends CommandGroup {
  /**
   * The members of the first sorted set that are in none of the others. O(L + (N-K)log(N)) for L members of all sets, N of the first, K of the
   * result, since 6.2.0.
   * @see https://redis.io/docs/latest/commands/zdiff/
   */
  zdiff(keys: OneOrMore<Key>, options?: NoScores): Out<this, TextOf<this>[]>;
  zdiff(keys: OneOrMore<Key>, options: WithScores): Out<this, ScoredMember<TextOf<this>>[]>;
  zdiff(keys: OneOrMore<Key>, options?: { WITHSCORES?: boolean }): Out<this, TextOf<this>[] | ScoredMember<TextOf<this>>[]>;
  zdiff(keys: OneOrMore<Key>, options?: { WITHSCORES?: boolean }): Out<this, TextOf<this>[] | ScoredMember<TextOf<this>>[]> {
    const args = combineArgs([], keys, undefined);
    if (!options?.WITHSCORES) return this.run(ZDIFF, args);
    args.push('WITHSCORES');
    return this.run(ZDIFF, args, toScoredMembers<TextOf<this>>);
  }

  /**
   * Stores what `zdiff` gives under another key; how many members. O(L + (N-K)log(N)), since 6.2.0.
   * @see https://redis.io/docs/latest/commands/zdiffstore/
   */
  zdiffstore(destination: Key, keys: OneOrMore<Key>): Out<this, IntegerOf<this>> {
    return this.run(ZDIFFSTORE, combineArgs([destination], keys, undefined));
  }

  /**
   * The members that are in all of the sorted sets. O(N*K)+O(M*log(M)) for N members of the smallest of K sets and M results, since 6.2.0.
   * @see https://redis.io/docs/latest/commands/zinter/
   */
  zinter(keys: OneOrMore<Key>, options?: CombineOptions & NoScores): Out<this, TextOf<this>[]>;
  zinter(keys: OneOrMore<Key>, options: CombineOptions & WithScores): Out<this, ScoredMember<TextOf<this>>[]>;
  zinter(
    keys: OneOrMore<Key>,
    options?: CombineOptions & { WITHSCORES?: boolean },
  ): Out<this, TextOf<this>[] | ScoredMember<TextOf<this>>[]>;
  zinter(
    keys: OneOrMore<Key>,
    options?: CombineOptions & { WITHSCORES?: boolean },
  ): Out<this, TextOf<this>[] | ScoredMember<TextOf<this>>[]> {
    const args = combineArgs([], keys, options);
    if (!options?.WITHSCORES) return this.run(ZINTER, args);
    args.push('WITHSCORES');
    return this.run(ZINTER, args, toScoredMembers<TextOf<this>>);
  }

  /**
   * How many members are in all of the sorted sets, counting no further than `LIMIT` (0: no limit). O(N*K), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/zintercard/
   */
  zintercard(keys: OneOrMore<Key>, options?: { LIMIT?: number }): Out<this, IntegerOf<this>> {
    const args: Arg[] = [];
    pushCounted(args, keys);
    pushOptions(args, options, ['LIMIT']);
    return this.run(ZINTERCARD, args);
  }

  /**
   * Stores what `zinter` gives under another key; how many members. O(N*K)+O(M*log(M)), since 2.0.0.
   * @see https://redis.io/docs/latest/commands/zinterstore/
   */
  zinterstore(destination: Key, keys: OneOrMore<Key>, options?: CombineOptions): Out<this, IntegerOf<this>> {
    return this.run(ZINTERSTORE, combineArgs([destination], keys, options));
  }

  /**
   * The members that are in any of the sorted sets. O(N)+O(M*log(M)) for N members of all sets and M results, since 6.2.0.
   * @see https://redis.io/docs/latest/commands/zunion/
   * @example await redis.zunion(['{board}:1', '{board}:2'], { WEIGHTS: [1, 2], WITHSCORES: true });
   */
  zunion(keys: OneOrMore<Key>, options?: CombineOptions & NoScores): Out<this, TextOf<this>[]>;
  zunion(keys: OneOrMore<Key>, options: CombineOptions & WithScores): Out<this, ScoredMember<TextOf<this>>[]>;
  zunion(
    keys: OneOrMore<Key>,
    options?: CombineOptions & { WITHSCORES?: boolean },
  ): Out<this, TextOf<this>[] | ScoredMember<TextOf<this>>[]>;
  zunion(
    keys: OneOrMore<Key>,
    options?: CombineOptions & { WITHSCORES?: boolean },
  ): Out<this, TextOf<this>[] | ScoredMember<TextOf<this>>[]> {
    const args = combineArgs([], keys, options);
    if (!options?.WITHSCORES) return this.run(ZUNION, args);
    args.push('WITHSCORES');
    return this.run(ZUNION, args, toScoredMembers<TextOf<this>>);
  }

  /**
   * Stores what `zunion` gives under another key; how many members. O(N)+O(M*log(M)), since 2.0.0.
   * @see https://redis.io/docs/latest/commands/zunionstore/
   */
  zunionstore(destination: Key, keys: OneOrMore<Key>, options?: CombineOptions): Out<this, IntegerOf<this>> {
    return this.run(ZUNIONSTORE, combineArgs([destination], keys, options));
  }
}

/** `numkeys key [key …] [WEIGHTS weight [weight …]] [AGGREGATE SUM | MIN | MAX]` */
function combineArgs(args: Arg[], keys: OneOrMore<Key>, options: CombineOptions | undefined): Arg[] {
  pushCounted(args, keys);
  if (options?.WEIGHTS !== undefined) {
    args.push('WEIGHTS');
    for (const weight of all(options.WEIGHTS)) args.push(score(weight));
  }
  pushOptions(args, options, ['AGGREGATE']);
  return args;
}
