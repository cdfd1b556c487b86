import type { Redis } from '../../lib/api/redis.js';
import type { PoppedElement } from '../../lib/commands/data/blocking.js';
import type { PoppedElements } from '../../lib/commands/data/list.js';
import type { PoppedMember, PoppedMembers } from '../../lib/commands/data/scored-member.js';
import type {
  Claimed,
  ClaimedIds,
  DeletedEntry,
  FullStreamInfo,
  GroupInfo,
  PendingEntry,
  PendingSummary,
  StreamEntries,
  StreamEntry,
  StreamInfo,
} from '../../lib/commands/data/stream-replies.js';
import { reply } from './expect.js';

/** Compiled, never called. */
export function streams(redis: Redis, buffers: Redis<Buffer>, bigints: Redis<string, bigint>): void {
  reply(redis.xadd('k', '*', { f: 'v' })).is<string>();
  reply(redis.xadd('k', '*', { f: 'v' }, { MAXLEN: { '~': 100, LIMIT: 10 } })).is<string>();
  reply(buffers.xadd('k', '*', { f: 'v' }, { NOMKSTREAM: true, MINID: '1-1' })).is<Buffer | null>();
  reply(redis.xrange('k', '-', '+', { COUNT: 1 })).is<StreamEntry<string>[]>();
  reply(redis.xread({ a: '$' }, { BLOCK: 10 })).is<StreamEntries<string>[] | null>();
  reply(bigints.xinfoStream('k')).is<StreamInfo<string, bigint>>();
  reply(redis.xinfoStream('k', { FULL: true, COUNT: 1 })).is<FullStreamInfo<string, number>>();
  reply(bigints.xinfoGroups('k')).is<GroupInfo<string, bigint>[]>();
  reply(redis.xreadgroup('g', 'c', { a: '>', b: '>' })).is<StreamEntries<string>[] | null>();
  reply(buffers.xreadgroup('g', 'c', { a: '0' })).is<StreamEntries<Buffer, StreamEntry<Buffer> | DeletedEntry<Buffer>>[] | null>();
  reply(redis.xclaim('k', 'g', 'c', 0, '1-1', { IDLE: 1 })).is<StreamEntry<string>[]>();
  reply(redis.xclaim('k', 'g', 'c', 0, '1-1', { JUSTID: true })).is<string[]>();
  reply(redis.xautoclaim('k', 'g', 'c', 0, '0-0')).is<Claimed<string>>();
  reply(buffers.xautoclaim('k', 'g', 'c', 0, '0-0', { JUSTID: true })).is<ClaimedIds<Buffer>>();
  reply(bigints.xpending('k', 'g')).is<PendingSummary<string, bigint>>();
  reply(redis.xpending('k', 'g', { start: '-', end: '+', count: 1 })).is<PendingEntry<string, number>[]>();

  // @ts-expect-error one way to trim
  redis.xtrim('k', { MAXLEN: 1, MINID: '1-1' });
  // @ts-expect-error a way to trim
  redis.xtrim('k', {});
  // @ts-expect-error LIMIT is for '~'
  redis.xtrim('k', { MAXLEN: { '=': 1, LIMIT: 10 } });
  // @ts-expect-error COUNT is for FULL
  redis.xinfoStream('k', { COUNT: 1 });
  // @ts-expect-error IDLE or TIME
  redis.xclaim('k', 'g', 'c', 0, '1-1', { IDLE: 1, TIME: 1 });
  // @ts-expect-error a range has a count
  redis.xpending('k', 'g', { start: '-', end: '+' });
}

/** Compiled, never called. */
export function blocking(redis: Redis, buffers: Redis<Buffer>): void {
  reply(redis.blpop(['a', 'b'], 1)).is<PoppedElement<string> | null>();
  reply(buffers.blmove('a', 'b', 'LEFT', 'RIGHT', 1)).is<Buffer | null>();
  reply(redis.blmpop(1, 'k', 'LEFT')).is<PoppedElements<string> | null>();
  reply(redis.bzpopmin('k', 1)).is<PoppedMember<string> | null>();
  reply(buffers.bzmpop(1, 'k', 'MIN')).is<PoppedMembers<Buffer> | null>();

  // @ts-expect-error how long to wait is not left open
  redis.blpop('k');
}
