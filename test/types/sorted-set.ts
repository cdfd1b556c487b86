import type { Redis } from '../../lib/api/redis.js';
import type { PoppedMembers, ScoredMember, ScoredMemberPage } from '../../lib/commands/data/scored-member.js';
import type { MemberPage } from '../../lib/commands/data/set.js';
import type { RankAndScore } from '../../lib/commands/data/sorted-set.js';
import { reply } from './expect.js';

/** Compiled, never called. */
export function sortedSets(redis: Redis, buffers: Redis<Buffer>, bigints: Redis<string, bigint>): void {
  reply(redis.zadd('k', 1, 'm')).is<number>();
  reply(bigints.zadd('k', 1, 'm', { XX: true, CH: true })).is<bigint>();
  reply(bigints.zadd('k', 1, 'm', { INCR: true })).is<number | null>();
  reply(bigints.zadd('k', { score: 1, member: 'm' }, { INCR: true, GT: true })).is<number | null>();
  reply(redis.zadd('k', [{ score: 1, member: 'm' }], { LT: true })).is<number>();
  reply(bigints.zincrby('k', 1, 'm')).is<number>();
  reply(redis.zpopmin('k')).is<ScoredMember<string> | null>();
  reply(buffers.zpopmin('k', 2)).is<ScoredMember<Buffer>[]>();
  reply(redis.zmpop('k', 'MIN')).is<PoppedMembers<string> | null>();
  reply(redis.zrandmember('k')).is<string | null>();
  reply(redis.zrandmember('k', 2)).is<string[]>();
  reply(redis.zrandmember('k', 2, { WITHSCORES: true })).is<ScoredMember<string>[]>();
  reply(redis.zrank('k', 'm')).is<number | null>();
  reply(bigints.zrank('k', 'm', { WITHSCORE: true })).is<RankAndScore<bigint> | null>();
  reply(redis.zscan('k', 0)).is<ScoredMemberPage<string>>();
  reply(redis.zscan('k', 0, { NOSCORES: true })).is<MemberPage<string>>();
  reply(redis.zrange('k', 0, -1)).is<string[]>();
  reply(redis.zrange('k', 0, -1, { REV: true, WITHSCORES: true })).is<ScoredMember<string>[]>();
  reply(buffers.zrange('k', '(1', '+inf', { BYSCORE: true, LIMIT: { offset: 0, count: 10 } })).is<Buffer[]>();
  reply(redis.zrange('k', 1, 2, { BYSCORE: true, WITHSCORES: true })).is<ScoredMember<string>[]>();
  reply(redis.zrange('k', '[a', '+', { BYLEX: true })).is<string[]>();
  reply(redis.zrevrange('k', 0, 1, { WITHSCORES: true })).is<ScoredMember<string>[]>();
  reply(redis.zunion(['a', 'b'], { WEIGHTS: [1, 2] })).is<string[]>();
  reply(buffers.zinter(['a', 'b'], { WITHSCORES: true })).is<ScoredMember<Buffer>[]>();
  reply(redis.zunionstore('d', ['a', 'b'], { AGGREGATE: 'MAX' })).is<number>();

  // @ts-expect-error NX excludes XX
  redis.zadd('k', 1, 'm', { NX: true, XX: true });
  // @ts-expect-error NX excludes GT
  redis.zadd('k', 1, 'm', { NX: true, GT: true });
  // @ts-expect-error GT excludes LT
  redis.zadd('k', 1, 'm', { GT: true, LT: true });
  // @ts-expect-error INCR takes one member
  redis.zadd('k', [{ score: 1, member: 'm' }], { INCR: true });
  // @ts-expect-error LIMIT is for BYSCORE and BYLEX
  redis.zrange('k', 0, -1, { LIMIT: { offset: 0, count: 1 } });
  // @ts-expect-error BYLEX has no scores
  redis.zrange('k', '-', '+', { BYLEX: true, WITHSCORES: true });
  // @ts-expect-error by score or by member
  redis.zrange('k', '-', '+', { BYLEX: true, BYSCORE: true });
  // @ts-expect-error a range of members is text
  redis.zrange('k', 0, 1, { BYLEX: true });
  // @ts-expect-error nothing is given back that could have scores
  redis.zrangestore('d', 's', 0, 1, { WITHSCORES: true });
  // @ts-expect-error SUM, MIN or MAX
  redis.zunion('a', { AGGREGATE: 'AVG' });
}
