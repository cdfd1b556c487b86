import type { Redis } from '../../lib/api/redis.js';
import type { GetexOptions, SetOptions } from '../../lib/commands/data/string.js';
import { reply } from './expect.js';

declare const redis: Redis;
declare const bytes: Redis<Buffer, bigint>;
declare const options: SetOptions;
declare const getexOptions: GetexOptions;

reply(redis.get('k')).is<string | null>();
reply(bytes.get('k')).is<Buffer | null>();
reply(redis.set('k', 'v')).is<'OK'>();
reply(redis.set(new DataView(new ArrayBuffer(1)), new Float64Array(1))).is<'OK'>();
reply(redis.set('k', 'v', {})).is<'OK'>();
reply(redis.set('k', 'v', { EX: 1 })).is<'OK'>();
reply(redis.set('k', 'v', { KEEPTTL: true })).is<'OK'>();
reply(redis.set('k', 'v', { NX: true })).is<'OK' | null>();
reply(redis.set('k', 'v', { XX: true, PX: 1 })).is<'OK' | null>();
reply(redis.set('k', 'v', { IFEQ: 'x' })).is<'OK' | null>();
reply(redis.set('k', 'v', { GET: true })).is<string | null>();
reply(redis.set('k', 'v', { NX: true, GET: true, EX: 1 })).is<string | null>();
reply(bytes.set('k', 'v', { GET: true })).is<Buffer | null>();
reply(redis.set('k', 'v', options)).is<string | null>();
reply(bytes.set('k', 'v', options)).is<Buffer | 'OK' | null>();
// @ts-expect-error two expiries
redis.set('k', 'v', { EX: 1, PX: 1 });
// @ts-expect-error two conditions
redis.set('k', 'v', { NX: true, XX: true });
// @ts-expect-error two conditions
redis.set('k', 'v', { NX: true, IFEQ: 'v' });
// @ts-expect-error no such option
redis.set('k', 'v', { ex: 1 });
// @ts-expect-error a value is no object
redis.set('k', { a: 1 });

reply(redis.mget(['a', 'b'])).is<(string | null)[]>();
reply(redis.mset({ a: 1 })).is<'OK'>();
reply(redis.mset([['a', Buffer.alloc(1)]])).is<'OK'>();
reply(redis.msetex({ a: 1 }, { EX: 1, NX: true })).is<number>();
// @ts-expect-error two conditions
redis.msetex({ a: 1 }, { NX: true, XX: true });
reply(redis.getex('k', getexOptions)).is<string | null>();
// @ts-expect-error two expiries
redis.getex('k', { EX: 1, PERSIST: true });
reply(bytes.incr('k')).is<bigint>();
reply(redis.incrbyfloat('k', 0.5)).is<string>();

reply(redis.lcs('a', 'b')).is<string>();
reply(bytes.lcs('a', 'b', { LEN: true })).is<bigint>();
redis.lcs('a', 'b', { IDX: true }).then(({ matches: [first] }) => first?.key1.start.toFixed());
redis.lcs('a', 'b', { IDX: true, WITHMATCHLEN: true }).then(({ matches: [first] }) => first?.len.toFixed());
// @ts-expect-error lengths of matches only WITHMATCHLEN
redis.lcs('a', 'b', { IDX: true }).then(({ matches: [first] }) => first?.len);
// @ts-expect-error the length or the places
redis.lcs('a', 'b', { LEN: true, IDX: true });
// @ts-expect-error MINMATCHLEN goes with IDX
redis.lcs('a', 'b', { MINMATCHLEN: 1 });
