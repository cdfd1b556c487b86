import type { ScoredMember } from '../../lib/commands/data/scored-member.js';
import type {
  ChannelMessage,
  FieldPage,
  FieldValue,
  FieldValuePage,
  FullStreamInfo,
  Gap,
  GeoCoordinates,
  Pipeline,
  Redis,
  StreamInfo,
} from '../../lib/index.js';
import { reply } from './expect.js';

/** Flags that a program decides at run time: where the reply depends on one, its type is the union. Compiled, never called. */
export function flags(redis: Redis, flag: boolean, count: number | undefined): void {
  const area = { FROMMEMBER: 'a', BYRADIUS: { radius: 1, unit: 'KM' } } as const;
  type Distance = { member: string } & { distance: number };
  type Place = { member: string } & { coordinates: GeoCoordinates };
  type Both = { member: string } & { distance: number } & { coordinates: GeoCoordinates };
  reply(redis.geosearch('k', { ...area, WITHDIST: flag })).is<(string | Distance)[]>();
  reply(redis.geosearch('k', { ...area, WITHDIST: flag, WITHCOORD: true })).is<(Place | Both)[]>();
  reply(redis.geosearch('k', { ...area, WITHDIST: false })).is<string[]>();
  reply(redis.geosearch('k', { ...area, ASC: flag, COUNT: 1, ANY: flag })).is<string[]>();
  reply(redis.georadiusbymember('k', 'm', 1, 'KM', { WITHDIST: flag })).is<(string | Distance)[]>();
  reply(redis.geosearchstore('d', 'k', { ...area, STOREDIST: flag, DESC: flag })).is<number>();
  reply(redis.geoadd('k', [], { CH: flag, NX: flag })).is<number>();

  reply(redis.set('k', 'v', { GET: flag })).is<string | null>();
  reply(redis.set('k', 'v', { NX: flag })).is<'OK' | null>();
  reply(redis.set('k', 'v', { NX: false })).is<'OK'>();
  reply(redis.set('k', 'v', { NX: flag, XX: false, GET: false, KEEPTTL: flag })).is<'OK' | null>();
  reply(redis.set('k', 'v', { EX: 1, KEEPTTL: false })).is<'OK'>();
  reply(redis.getex('k', { PERSIST: flag })).is<string | null>();

  type Scored = ScoredMember<string>[];
  reply(redis.zrange('k', 0, -1, { REV: flag })).is<string[]>();
  reply(redis.zrange('k', 0, -1, { WITHSCORES: flag })).is<string[] | Scored>();
  reply(redis.zrange('k', 0, -1, { WITHSCORES: false })).is<string[]>();
  reply(redis.zrange('k', '(1', Number.POSITIVE_INFINITY, { BYSCORE: true, REV: flag, WITHSCORES: true })).is<Scored>();
  reply(redis.zrange('k', Buffer.from('[a'), '+', { BYLEX: true, REV: flag })).is<string[]>();
  reply(redis.zrangebyscore('k', 0, 1, { WITHSCORES: flag })).is<string[] | Scored>();
  reply(redis.zrevrange('k', 0, 1, { WITHSCORES: flag })).is<string[] | Scored>();
  reply(redis.zrevrangebyscore('k', 0, 1, { WITHSCORES: flag })).is<string[] | Scored>();
  reply(redis.zrangestore('d', 's', 0, 1, { REV: flag })).is<number>();
  reply(redis.zdiff('k', { WITHSCORES: flag })).is<string[] | Scored>();
  reply(redis.zinter('k', { WITHSCORES: flag })).is<string[] | Scored>();
  reply(redis.zunion('k', { WITHSCORES: flag, AGGREGATE: 'MAX' })).is<string[] | Scored>();
  reply(redis.zrandmember('k', 1, { WITHSCORES: flag })).is<string[] | Scored>();
  reply(redis.zrandmember('k', count)).is<string | null | string[]>();
  reply(redis.zrank('k', 'm', { WITHSCORE: flag })).is<number | { rank: number; score: number } | null>();
  reply(redis.zrevrank('k', 'm', { WITHSCORE: false })).is<number | null>();
  reply(redis.zadd('k', 1, 'm', { INCR: flag, NX: flag })).is<number | null>();
  reply(redis.zadd('k', 1, 'm', { CH: flag, XX: true, GT: flag })).is<number>();
  reply(redis.zpopmin('k', count)).is<ScoredMember<string> | null | Scored>();

  reply(redis.hrandfield('k', 1, { WITHVALUES: flag })).is<string[] | FieldValue<string>[]>();
  reply(redis.hrandfield('k', count)).is<string | null | string[]>();
  reply(redis.hscan('k', 0, { NOVALUES: flag })).is<FieldPage<string> | FieldValuePage<string>>();
  reply(redis.hexpire('k', 1, 'f', { NX: flag })).is<number[]>();
  reply(redis.expire('k', 1, { XX: flag, GT: flag })).is<number>();
  reply(redis.lpop('k', count)).is<string | string[] | null>();
  reply(redis.rpop('k', count)).is<string | string[] | null>();
  reply(redis.spop('k', count)).is<string | null | string[]>();
  reply(redis.srandmember('k', count)).is<string | null | string[]>();
  reply(redis.sort('k', { ALPHA: flag, DESC: flag })).is<string[]>();
  const given: { GET?: string; STORE?: string; COUNT?: number } = {};
  reply(redis.sort('k', given)).is<number | (string | null)[]>();
  reply(redis.lpos('k', 'e', given)).is<number | null | number[]>();
  redis
    .xpending('s', 'g', flag ? { start: '-', end: '+', count: 1 } : undefined)
    .then((got) => ('pending' in got ? got.pending : got.length));
  redis.commandlogGet(1, flag ? 'SLOW' : 'LARGE-REPLY').then((got) => got satisfies readonly unknown[]);

  reply(redis.xadd('s', '*', { f: 1 }, { NOMKSTREAM: flag })).is<string | null>();
  reply(redis.xinfoStream('s', { FULL: flag })).is<StreamInfo<string, number> | FullStreamInfo<string, number>>();
  reply(redis.xreadgroup('g', 'c', { s: '>' }, { NOACK: flag })).is<Awaited<ReturnType<typeof redis.xread>>>();
  redis.xclaim('s', 'g', 'c', 0, '1-0', { JUSTID: flag, FORCE: flag }).then((claimed) => claimed satisfies readonly unknown[]);
  redis.xautoclaim('s', 'g', 'c', 0, '0', { JUSTID: flag }).then((claimed) => claimed.next satisfies string);
  redis.lcs('a', 'b', { LEN: flag }).then((got) => got satisfies string | number | object);
  redis.functionList({ WITHCODE: flag }).then(([library]) => library?.engine satisfies string | undefined);
  reply(redis.flushall({ ASYNC: flag })).is<'OK'>();
  reply(redis.copy('a', 'b', { REPLACE: flag })).is<number>();

  redis.messages('c', { gaps: flag })[Symbol.asyncIterator]().next() satisfies Promise<IteratorResult<ChannelMessage<string> | Gap>>;
  redis.messages('c')[Symbol.asyncIterator]().next() satisfies Promise<IteratorResult<ChannelMessage<string>>>;
  redis.pipeline().zrange('k', 0, -1, { WITHSCORES: flag }) satisfies Pipeline<[string[] | Scored]>;

  // @ts-expect-error both may be true
  redis.set('k', 'v', { NX: flag, XX: flag });
  // @ts-expect-error a flag is no number
  redis.zrange('k', 0, -1, { REV: 1 });
}
