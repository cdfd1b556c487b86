import { defineScript, type Raw, type Redis } from '../../lib/index.js';
import { reply } from './expect.js';

declare const redis: Redis;
declare const bytes: Redis<Buffer, bigint>;

const two = defineScript({ lua: 'return 1', keys: 2, reply: Number });
const none = defineScript({ lua: 'return 1', keys: 0 });
const any = defineScript({ lua: 'return 1', readonly: true, reply: (raw) => ({ raw }) });

reply(redis.script(two, ['a', Buffer.from('b')], [1, 'x'])).is<number>();
reply(redis.script(none, [])).is<Raw>();
reply(redis.script(any, ['a'])).is<{ raw: Raw }>();
reply(redis.script(any, ['a', 'b', 'c'])).is<{ raw: Raw }>();
reply(redis.pipeline().script(two, ['a', 'b']).get('a').exec()).is<[number, string | null]>();
reply(bytes.multi().get('a').script(any, []).exec()).is<[Buffer | null, { raw: Raw }]>();
// @ts-expect-error it takes two keys
redis.script(two, ['a']);
// @ts-expect-error it takes none
redis.script(none, ['a']);
// @ts-expect-error its text is missing
defineScript({ keys: 1 });

reply(redis.watch('a', (tx) => tx.multi().get('a').incr('b'))).is<[string | null, number] | null>();
reply(bytes.watch(['a', 1], async (tx) => tx.multi().get('a'))).is<[Buffer | null] | null>();
reply(redis.watch('a', (tx) => tx.get('a'))).is<string | null>();
reply(redis.watch('a', async () => {})).is<undefined | null>();
reply(redis.watch('a', async (tx) => ((await tx.get('a')) === null ? undefined : tx.multi().incr('a')), { retries: 3 })).is<
  [number] | undefined | null
>();
// @ts-expect-error one watch at a time
redis.watch('a', (tx) => tx.watch('b', () => {}));
