import { command } from '../../protocol/catalog/specs.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { toList } from '../decode.js';
import { CommandGroup, type Key } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';

const LCS = command('LCS');

/** First and last index of a match, both included. */
export interface LcsRange<I> {
  start: I;
  end: I;
}
export interface LcsMatch<I> {
  key1: LcsRange<I>;
  key2: LcsRange<I>;
}
export interface LcsMatches<I, Match> {
  /** From the end of the strings to their beginning. */
  matches: Match[];
  /** Length of the whole common subsequence. */
  len: I;
}

/** With `WITHMATCHLEN`. */
export type LcsMatchWithLength<Integer> = LcsMatch<Integer> & { len: Integer };

type AnyLcsOptions =
  | { LEN?: boolean; IDX?: false; MINMATCHLEN?: never; WITHMATCHLEN?: false }
  | { LEN?: false; IDX: boolean; MINMATCHLEN?: number; WITHMATCHLEN?: boolean };
type AnyLcs<Text, I> = Text | I | LcsMatches<I, LcsMatch<I> & { len?: I }>;

/** Comparison of two values: their longest common subsequence. */
export abstract class LcsCommands extends CommandGroup {
  /**
   * The longest common subsequence of two values; with `LEN` its length, with `IDX` where it is in each of them. O(N*M), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/lcs/
   */
  lcs(key1: Key, key2: Key, options?: { LEN?: false; IDX?: false; MINMATCHLEN?: never; WITHMATCHLEN?: false }): Out<this, TextOf<this>>;
  lcs(key1: Key, key2: Key, options: { LEN: true; IDX?: false; MINMATCHLEN?: never; WITHMATCHLEN?: false }): Out<this, IntegerOf<this>>;
  lcs(
    key1: Key,
    key2: Key,
    options: { LEN?: false; IDX: true; MINMATCHLEN?: number; WITHMATCHLEN?: false },
  ): Out<this, LcsMatches<IntegerOf<this>, LcsMatch<IntegerOf<this>>>>;
  lcs(
    key1: Key,
    key2: Key,
    options: { LEN?: false; IDX: true; MINMATCHLEN?: number; WITHMATCHLEN: true },
  ): Out<this, LcsMatches<IntegerOf<this>, LcsMatchWithLength<IntegerOf<this>>>>;
  lcs(key1: Key, key2: Key, options: AnyLcsOptions): Out<this, AnyLcs<TextOf<this>, IntegerOf<this>>>;
  lcs(key1: Key, key2: Key, options?: AnyLcsOptions): Out<this, unknown> {
    const args: Arg[] = [key1, key2];
    if (options?.LEN) args.push('LEN');
    if (!options?.IDX) return this.run(LCS, args);
    args.push('IDX');
    if (options.MINMATCHLEN !== undefined) args.push('MINMATCHLEN', options.MINMATCHLEN);
    if (options.WITHMATCHLEN) args.push('WITHMATCHLEN');
    return this.run(LCS, args, toLcsMatches);
  }
}

/** `matches [[[start, end], [start, end], length?] …] len length` */
function toLcsMatches(raw: Raw): LcsMatches<Raw, LcsMatch<Raw> & { len?: Raw }> {
  const [, matches, , len = null] = toList(raw);
  return { matches: toList(matches).map(toLcsMatch), len };
}

function toLcsMatch(raw: Raw): LcsMatch<Raw> & { len?: Raw } {
  const [key1, key2, len] = toList(raw);
  const match = { key1: toRange(key1), key2: toRange(key2) };
  return len === undefined ? match : { ...match, len };
}

function toRange(raw: Raw | undefined): LcsRange<Raw> {
  const [start = null, end = null] = toList(raw);
  return { start, end };
}
