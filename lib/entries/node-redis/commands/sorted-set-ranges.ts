import type { RedisArgument as Arg, Numeric, Words } from '../command-parser.js';
import { scored } from '../replies/scores.js';
import { command, integer, texts } from './command.js';

type Bound = Arg | number;

export interface ZRangeOptions {
  BY?: 'SCORE' | 'LEX';
  REV?: boolean;
  LIMIT?: { offset: number; count: number };
}

type LimitOptions = Pick<ZRangeOptions, 'LIMIT'>;
type RangeArgs = [key: Arg, min: Bound, max: Bound, options?: ZRangeOptions];

const BY = { SCORE: 'BYSCORE', LEX: 'BYLEX' } as const;

function rangeWords(words: Words, ...[key, min, max, options]: RangeArgs): Words {
  words.pushKey(key).score(min).score(max);
  if (options?.BY) words.push(BY[options.BY]);
  return limitWords(words.flag('REV', options?.REV), options);
}

function limitWords(words: Words, options: LimitOptions | undefined): Words {
  return options?.LIMIT ? words.push('LIMIT').number(options.LIMIT.offset, options.LIMIT.count) : words;
}

const oldRange = (words: Words, key: Arg, min: Bound, max: Bound, options?: LimitOptions): Words =>
  limitWords(words.pushKey(key).score(min).score(max), options);
const between = (words: Words, key: Arg, min: Bound, max: Bound): Words => words.pushKey(key).score(min).score(max);

/** Ranges of sorted sets. */
export const sortedSetRanges = {
  zLexCount: command('ZLEXCOUNT', (w, key: Arg, min: Arg, max: Arg) => w.pushKey(key).push(min, max), integer),
  zRange: command('ZRANGE', rangeWords, texts),
  zRangeByLex: command('ZRANGEBYLEX', oldRange, texts),
  zRangeByScore: command('ZRANGEBYSCORE', oldRange, texts),
  zRangeByScoreWithScores: command(
    'ZRANGEBYSCORE',
    (w, key: Arg, min: Bound, max: Bound, options?: LimitOptions) => oldRange(w, key, min, max, options).push('WITHSCORES'),
    scored,
  ),
  zRangeStore: command('ZRANGESTORE', (w, destination: Arg, ...range: RangeArgs) => rangeWords(w.pushKey(destination), ...range), integer),
  zRangeWithScores: command('ZRANGE', (w, ...range: RangeArgs) => rangeWords(w, ...range).push('WITHSCORES'), scored),
  zRemRangeByLex: command('ZREMRANGEBYLEX', between, integer),
  zRemRangeByRank: command('ZREMRANGEBYRANK', (w, key: Arg, start: Numeric, stop: Numeric) => w.pushKey(key).number(start, stop), integer),
  zRemRangeByScore: command('ZREMRANGEBYSCORE', between, integer),
};
