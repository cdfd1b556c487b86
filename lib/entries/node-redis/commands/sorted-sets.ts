import type { RedisArgument as Arg, RedisVariadicArgument as Args, Numeric, Words } from '../command-parser.js';
import { listOf } from '../replies/aggregates.js';
import { double, doubleOrNull, doublesWithNulls, popped, poppedMembers, poppedOfKey, rankWithScore, scored } from '../replies/scores.js';
import { type Blob, command, integer, integerOrNull, shape, textOrNull, texts } from './command.js';
import { type ScanOptions, scanWords } from './keys.js';

export interface ScoredMember {
  score: number;
  value: Arg;
}

/** Options of `zAdd`, in either form. */
export interface ZAddOptions {
  condition?: 'NX' | 'XX';
  comparison?: 'LT' | 'GT';
  NX?: boolean;
  XX?: boolean;
  LT?: boolean;
  GT?: boolean;
  CH?: boolean;
}

type Bound = Arg | number;
type Side = 'MIN' | 'MAX';
type PopArgs = [keys: Args, side: Side, options?: { COUNT?: number }];
/** Keys, with or without weights. */
type WeightedKeys = Args | WeightedKey | readonly WeightedKey[];
export interface WeightedKey {
  key: Arg;
  weight: number;
}
export interface AggregateOptions {
  AGGREGATE?: 'SUM' | 'MIN' | 'MAX' | 'COUNT';
}

function addWords(words: Words, key: Arg, options: ZAddOptions = {}): Words {
  const { condition, comparison, NX, XX, LT, GT } = options;
  words.pushKey(key).maybe(condition ?? (NX ? 'NX' : XX ? 'XX' : undefined));
  return words.maybe(comparison ?? (LT ? 'LT' : GT ? 'GT' : undefined)).flag('CH', options.CH);
}

function memberWords(words: Words, members: ScoredMember | readonly ScoredMember[]): void {
  for (const { score, value } of [members].flat() as ScoredMember[]) words.score(score).push(value);
}

function popWords(words: Words, ...[keys, side, options]: PopArgs): Words {
  return words
    .pushKeysLength(keys)
    .push(side)
    .option('COUNT', options?.COUNT || undefined);
}

function weightedWords(words: Words, keys: WeightedKeys, options: AggregateOptions | undefined): Words {
  const list = [keys].flat() as (Arg | WeightedKey)[];
  words.number(list.length);
  for (const it of list) words.pushKey(isWeighted(it) ? it.key : it);
  const [first] = list;
  if (first !== undefined && isWeighted(first)) {
    words.push('WEIGHTS');
    for (const it of list) if (isWeighted(it)) words.score(it.weight);
  }
  return words.text('AGGREGATE', options?.AGGREGATE || undefined);
}

function isWeighted(key: Arg | WeightedKey): key is WeightedKey {
  return typeof key === 'object' && !Buffer.isBuffer(key) && 'key' in key;
}

const cardOptions = (options: number | { LIMIT?: number } | undefined): number | undefined =>
  typeof options === 'object' ? options.LIMIT || undefined : options;

/** Sorted sets, except of their ranges. */
export const sortedSets = {
  bzmPop: command('BZMPOP', (w, timeout: Numeric, ...rest: PopArgs) => popWords(w.number(timeout), ...rest), poppedMembers),
  bzPopMax: command('BZPOPMAX', (w, keys: Args, timeout: Numeric) => w.pushKeys(keys).number(timeout), poppedOfKey),
  bzPopMin: command('BZPOPMIN', (w, keys: Args, timeout: Numeric) => w.pushKeys(keys).number(timeout), poppedOfKey),
  zAdd: command(
    'ZADD',
    (w, key: Arg, members: ScoredMember | readonly ScoredMember[], options?: ZAddOptions) =>
      memberWords(addWords(w, key, options), members),
    double,
  ),
  zAddIncr: command(
    'ZADD',
    (w, key: Arg, members: ScoredMember | readonly ScoredMember[], options?: ZAddOptions) =>
      memberWords(addWords(w, key, options).push('INCR'), members),
    doubleOrNull,
  ),
  zCard: command('ZCARD', (w, key: Arg) => w.pushKey(key), integer),
  zCount: command('ZCOUNT', (w, key: Arg, min: Bound, max: Bound) => w.pushKey(key).score(min).score(max), integer),
  zDiff: command('ZDIFF', (w, keys: Args) => w.pushKeysLength(keys), texts),
  zDiffStore: command('ZDIFFSTORE', (w, destination: Arg, keys: Args) => w.pushKey(destination).pushKeysLength(keys), integer),
  zDiffWithScores: command('ZDIFF', (w, keys: Args) => w.pushKeysLength(keys).push('WITHSCORES'), scored),
  zIncrBy: command('ZINCRBY', (w, key: Arg, by: number, member: Arg) => w.pushKey(key).score(by).push(member), double),
  zInter: command('ZINTER', weightedWords, texts),
  zInterCard: command(
    'ZINTERCARD',
    (w, keys: Args, options?: number | { LIMIT?: number }) => w.pushKeysLength(keys).option('LIMIT', cardOptions(options)),
    integer,
  ),
  zInterStore: command(
    'ZINTERSTORE',
    (w, destination: Arg, keys: WeightedKeys, options?: AggregateOptions) => weightedWords(w.pushKey(destination), keys, options),
    integer,
  ),
  zInterWithScores: command(
    'ZINTER',
    (w, keys: WeightedKeys, options?: AggregateOptions) => weightedWords(w, keys, options).push('WITHSCORES'),
    scored,
  ),
  zmPop: command('ZMPOP', popWords, poppedMembers),
  zmScore: command('ZMSCORE', (w, key: Arg, members: Args) => w.pushKey(key).pushVariadic(members), doublesWithNulls),
  zPopMax: command('ZPOPMAX', (w, key: Arg) => w.pushKey(key), popped),
  zPopMaxCount: command('ZPOPMAX', (w, key: Arg, count: Numeric) => w.pushKey(key).number(count), scored),
  zPopMin: command('ZPOPMIN', (w, key: Arg) => w.pushKey(key), popped),
  zPopMinCount: command('ZPOPMIN', (w, key: Arg, count: Numeric) => w.pushKey(key).number(count), scored),
  zRandMember: command('ZRANDMEMBER', (w, key: Arg) => w.pushKey(key), textOrNull),
  zRandMemberCount: command('ZRANDMEMBER', (w, key: Arg, count: Numeric) => w.pushKey(key).number(count), texts),
  zRandMemberCountWithScores: command(
    'ZRANDMEMBER',
    (w, key: Arg, count: Numeric) => w.pushKey(key).number(count).push('WITHSCORES'),
    scored,
  ),
  zRank: command('ZRANK', (w, key: Arg, member: Arg) => w.pushKey(key).push(member), integerOrNull),
  zRankWithScore: command('ZRANK', (w, key: Arg, member: Arg) => w.pushKey(key).push(member, 'WITHSCORE'), rankWithScore),
  zRem: command('ZREM', (w, key: Arg, members: Args) => w.pushKey(key).pushVariadic(members), integer),
  zRevRank: command('ZREVRANK', (w, key: Arg, member: Arg) => w.pushKey(key).push(member), integerOrNull),
  zRevRankWithScore: command('ZREVRANK', (w, key: Arg, member: Arg) => w.pushKey(key).push(member, 'WITHSCORE'), rankWithScore),
  zScan: command(
    'ZSCAN',
    (w, key: Arg, cursor: Arg, options?: ScanOptions) => scanWords(w.pushKey(key), cursor, options),
    shape((reply, preserve, mapping) => {
      const [cursor, found = null] = listOf(reply);
      return { cursor: cursor as unknown as Blob, members: scored.of?.(found, preserve, mapping) ?? [] }; // a text
    }),
  ),
  zScore: command('ZSCORE', (w, key: Arg, member: Arg) => w.pushKey(key).push(member), doubleOrNull),
  zUnion: command('ZUNION', weightedWords, texts),
  zUnionStore: command(
    'ZUNIONSTORE',
    (w, destination: Arg, keys: WeightedKeys, options?: AggregateOptions) => weightedWords(w.pushKey(destination), keys, options),
    integer,
  ),
  zUnionWithScores: command(
    'ZUNION',
    (w, keys: WeightedKeys, options?: AggregateOptions) => weightedWords(w, keys, options).push('WITHSCORES'),
    scored,
  ),
};
