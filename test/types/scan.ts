import type { Redis } from '../../lib/index.js';
import { reply } from './expect.js';

declare const redis: Redis;
declare const bytes: Redis<Buffer, bigint>;

reply(redis.scanKeys().next()).is<IteratorResult<string, void>>();
reply(bytes.scanKeys({ match: 'a*', count: 10, type: 'hash', dedupe: 100 }).next()).is<IteratorResult<Buffer, void>>();
reply(redis.scanHash('h').next()).is<IteratorResult<[field: string, value: string], void>>();
reply(bytes.scanSet('s', { dedupe: false }).next()).is<IteratorResult<Buffer, void>>();
reply(bytes.scanSortedSet('z').next()).is<IteratorResult<{ member: Buffer; score: number }, void>>();
// @ts-expect-error the keys of a hash have no type
redis.scanHash('h', { type: 'set' });

reply(redis.stream([1, 2], (r, item) => r.set('k', item)).next()).is<IteratorResult<'OK', void>>();
reply(redis.stream(new Set(['k']), (r, key) => r.get(key), { window: 10 }).next()).is<IteratorResult<string | null, void>>();
reply(bytes.stream(['k'], (r, key) => r.get(key)).next()).is<IteratorResult<Buffer | null, void>>();
declare const lines: AsyncIterable<{ key: string }>;
reply(redis.stream(lines, (r, { key }) => r.incr(key), { errors: 'inline' }).next()).is<IteratorResult<number | Error, void>>();
// @ts-expect-error nothing to wait for
redis.stream([1], () => 1);
