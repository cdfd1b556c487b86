import type { Forms, RedisKey as K, Shape, RedisValue as V } from './command-row.js';

type N = number | string;
type Score = Shape<string, number>;
type ScoreOrNull = Shape<string | null, number | null>;
type Scored = Shape<string[], [member: string, score: number][]>;
type Counted = [...args: [numkeys: N, ...keysAndOptions: V[]]];
type Popped = Shape<[key: string, member: string, score: string] | null, [key: string, member: string, score: number] | null>;
type BlockingPopForms = Forms<[[[...args: [...keys: K[], timeout: N]], Popped], [[keys: K[], timeout: N], Popped]]>;
type PopForms = Forms<[[[key: K], Shape<string[], [member: string, score: number] | []>], [[key: K, count: N], Scored]]>;
type RankForms = Forms<
  [
    [[key: K, member: V], number | null],
    [[key: K, member: V, withScore: 'WITHSCORE'], Shape<[rank: number, score: string] | null, [rank: number, score: number] | null>],
  ]
>;
/** A range by two ends: members, with their scores where these are asked for. */
type RangeForms = Forms<
  [
    [[key: K, start: V, stop: V], string[]],
    [[key: K, start: V, stop: V, withScores: 'WITHSCORES'], Scored],
    [[key: K, start: V, stop: V, limit: 'LIMIT', offset: N, count: N], string[]],
    [[key: K, start: V, stop: V, withScores: 'WITHSCORES', limit: 'LIMIT', offset: N, count: N], Scored],
    [[key: K, start: V, stop: V, limit: 'LIMIT', offset: N, count: N, withScores: 'WITHSCORES'], Scored],
    [[key: K, start: V, stop: V, ...options: N[]], string[]],
  ]
>;
/** Members of several sets; typed without their scores, which are asked for at the end. */
type CombineForms = Forms<
  [
    [[...args: [numkeys: N, ...keysAndOptions: V[], withScores: 'WITHSCORES']], Scored],
    [[numkeys: N, keys: K[], ...options: V[]], string[]],
    [Counted, string[]],
  ]
>;
type StoreForms = Forms<[[[destination: K, numkeys: N, keys: K[], ...options: V[]], number], [[destination: K, ...args: Counted], number]]>;

/** Sorted sets. */
export interface SortedSetCommands {
  bzmpop: [[timeout: N, numkeys: N, ...args: V[]], unknown];
  bzpopmax: BlockingPopForms;
  bzpopmin: BlockingPopForms;
  zadd: Forms<
    [
      [[key: K, incr: 'INCR', score: N, member: V], Score],
      [[key: K, condition: 'NX' | 'XX' | 'GT' | 'LT' | 'CH', incr: 'INCR', score: N, member: V], ScoreOrNull],
      [[key: K, ...args: (V | V[])[]], number],
    ]
  >;
  zcard: [[key: K], number];
  zcount: [[key: K, min: N, max: N], number];
  zdiff: CombineForms;
  zdiffstore: StoreForms;
  zincrby: [[key: K, increment: N, member: V], Score];
  zinter: CombineForms;
  zintercard: [Counted, number];
  zinterstore: StoreForms;
  zlexcount: [[key: K, min: V, max: V], number];
  zmpop: [[numkeys: N, ...args: V[]], unknown];
  zmscore: [[key: K, ...members: (V | V[])[]], Shape<(string | null)[], (number | null)[]>];
  zpopmax: PopForms;
  zpopmin: PopForms;
  zrandmember: Forms<[[[key: K], string | null], [[key: K, count: N], string[]], [[key: K, count: N, withScores: 'WITHSCORES'], Scored]]>;
  zrange: RangeForms;
  zrangebylex: RangeForms;
  zrangebyscore: RangeForms;
  zrangestore: [[destination: K, source: K, min: V, max: V, ...options: N[]], number];
  zrank: RankForms;
  zrem: [[key: K, ...members: (V | V[])[]], number];
  zremrangebylex: [[key: K, min: V, max: V], number];
  zremrangebyrank: [[key: K, start: N, stop: N], number];
  zremrangebyscore: [[key: K, min: N, max: N], number];
  zrevrange: RangeForms;
  zrevrangebylex: RangeForms;
  zrevrangebyscore: RangeForms;
  zrevrank: RankForms;
  zscan: [[key: K, cursor: N, ...options: V[]], [cursor: string, elements: string[]]];
  zscore: [[key: K, member: V], ScoreOrNull];
  zunion: CombineForms;
  zunionstore: StoreForms;
}
