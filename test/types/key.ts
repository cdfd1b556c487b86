import type { Redis } from '../../lib/api/redis.js';
import type { KeyPage, KeyType } from '../../lib/commands/keys/key.js';
import type { Role } from '../../lib/commands/server/server.js';
import { reply } from './expect.js';

declare const redis: Redis;
declare const bytes: Redis<Buffer, bigint>;

reply(redis.del(['a', Buffer.from('b')])).is<number>();
reply(bytes.exists('a')).is<bigint>();
reply(redis.type('a')).is<KeyType>();
reply(bytes.keys('*')).is<Buffer[]>();
reply(redis.scan(0)).is<KeyPage<string>>();
reply(bytes.scan('1', { TYPE: 'zset' })).is<KeyPage<Buffer>>();
reply(redis.dump('a')).is<Buffer | null>();
reply(redis.copy('a', 'b', { DB: 1 })).is<number>();
// @ts-expect-error what DUMP gives is no text
redis.restore('a', 0, 'text');
// @ts-expect-error the server takes one of them
redis.restore('a', 0, Buffer.alloc(0), { IDLETIME: 1, FREQ: 1 });
reply(redis.migrate('h', 1, ['a'], 0, 100, { COPY: true })).is<'OK' | 'NOKEY'>();
// @ts-expect-error one way to log in
redis.migrate('h', 1, 'a', 0, 100, { AUTH: 'pw', AUTH2: { username: 'u', password: 'p' } });

reply(redis.expire('a', 1, { XX: true, LT: true })).is<number>();
// @ts-expect-error the server refuses it
redis.expire('a', 1, { NX: true, XX: true });
// @ts-expect-error the server refuses it
redis.expire('a', 1, { GT: true, LT: true });
// @ts-expect-error the server refuses it
redis.pexpire('a', 1, { NX: true, GT: true });

reply(redis.sort('a')).is<string[]>();
reply(redis.sort('a', { DESC: true })).is<string[]>();
reply(bytes.sort('a', { GET: ['#', 'x_*'] })).is<(Buffer | null)[]>();
reply(bytes.sort('a', { GET: '#', STORE: 'b' })).is<bigint>();
reply(redis.sort_ro('a', { GET: '#' })).is<(string | null)[]>();
// @ts-expect-error one direction
redis.sort('a', { ASC: true, DESC: true });
// @ts-expect-error a replica stores nothing
redis.sort_ro('a', { STORE: 'b' });

reply(redis.ping()).is<'PONG'>();
reply(bytes.ping('x')).is<Buffer>();
reply(bytes.info(['memory', 'module'])).is<Buffer>();
reply(redis.flushall({ SYNC: true })).is<'OK'>();
// @ts-expect-error one of them
redis.flushall({ SYNC: true, ASYNC: true });
reply(bytes.role()).is<Role<bigint>>();
// @ts-expect-error stops a shutdown or begins one
redis.shutdown({ ABORT: true, NOW: true });
// @ts-expect-error FORCE needs a replica
redis.failover({ FORCE: true });
