import { type BullConnection, createBullConnection } from '../../lib/entries/bullmq/index.js';
import { createClient, type Redis, single } from '../../lib/index.js';
import { reply } from './expect.js';

const connection: BullConnection = createBullConnection('redis://127.0.0.1:6379');
createBullConnection(createClient());
createBullConnection({ topology: single('127.0.0.1:6379'), timeoutMs: 5_000 }, { timeoutMs: 0, retryWrites: 'ioredis' });

reply(connection.hgetall('k')).is<Record<string, string>>();
reply(connection.zrange('k', 0, -1, { WITHSCORES: true })).is<string[]>();
reply(connection.bzpopmin('k', 5)).is<[key: string, member: string, score: string] | null>();
reply(connection.multi().hset('k', { a: 1 }).exec()).is<[error: Error | null, value: unknown][]>();
export const native: Redis = connection.native;
export const other: BullConnection = connection.duplicate({ connectionName: 'a' });

declare const bytes: Redis<Buffer, bigint>;
// @ts-expect-error its replies are bytes
createBullConnection(bytes);
// @ts-expect-error no such option
createBullConnection('redis://127.0.0.1:6379', { timeout: 5 });
// @ts-expect-error it is ioredis' rule, or ours
createBullConnection('redis://127.0.0.1:6379', { retryWrites: 'all' });
