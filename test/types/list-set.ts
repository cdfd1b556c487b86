import type { Redis } from '../../lib/api/redis.js';
import type { PoppedElements } from '../../lib/commands/data/list.js';
import type { MemberPage } from '../../lib/commands/data/set.js';
import { reply } from './expect.js';

/** Compiled, never called. */
export function lists(redis: Redis, buffers: Redis<Buffer>, bigints: Redis<string, bigint>): void {
  reply(redis.lpop('k')).is<string | null>();
  reply(redis.lpop('k', 2)).is<string[] | null>();
  reply(buffers.rpop('k', 2)).is<Buffer[] | null>();
  reply(redis.lpos('k', 'e')).is<number | null>();
  reply(redis.lpos('k', 'e', { RANK: 2 })).is<number | null>();
  reply(bigints.lpos('k', 'e', { RANK: 2, COUNT: 0 })).is<bigint[]>();
  reply(redis.lmpop(['a', 'b'], 'LEFT', { COUNT: 2 })).is<PoppedElements<string> | null>();
  reply(buffers.lmove('a', 'b', 'LEFT', 'RIGHT')).is<Buffer | null>();
  reply(redis.lset('k', 0, 'e')).is<'OK'>();
  reply(redis.lrange('k', 0, -1)).is<string[]>();

  // @ts-expect-error an end of a list
  redis.lmove('a', 'b', 'HEAD', 'RIGHT');
  // @ts-expect-error several elements are one array
  redis.lpush('k', 'e', 'f');
}

/** Compiled, never called. */
export function sets(redis: Redis, buffers: Redis<Buffer>, bigints: Redis<string, bigint>): void {
  reply(redis.spop('k')).is<string | null>();
  reply(redis.spop('k', 2)).is<string[]>();
  reply(buffers.srandmember('k')).is<Buffer | null>();
  reply(buffers.srandmember('k', -2)).is<Buffer[]>();
  reply(bigints.smismember('k', ['m'])).is<bigint[]>();
  reply(redis.sscan('k', 0, { MATCH: 'a*' })).is<MemberPage<string>>();
  reply(redis.sintercard(['a', 'b'], { LIMIT: 1 })).is<number>();
}
