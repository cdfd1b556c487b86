import type { Redis } from '../../lib/api/redis.js';
import type { FieldPage, FieldValue, FieldValuePage } from '../../lib/commands/data/hash.js';
import { reply } from './expect.js';

/** Compiled, never called. */
export function hash(redis: Redis, buffers: Redis<Buffer>, bigints: Redis<string, bigint>): void {
  reply(redis.hget('k', 'f')).is<string | null>();
  reply(buffers.hget('k', 'f')).is<Buffer | null>();
  reply(redis.hgetall('k')).is<Record<string, string>>();
  reply(buffers.hgetall('k')).is<[name: Buffer, value: Buffer][]>();
  reply(bigints.hincrby('k', 'f', 1n)).is<bigint>();
  reply(redis.hmget('k', ['f', 'g'])).is<(string | null)[]>();
  reply(redis.hrandfield('k')).is<string | null>();
  reply(redis.hrandfield('k', 2)).is<string[]>();
  reply(redis.hrandfield('k', 2, { WITHVALUES: true })).is<FieldValue<string>[]>();
  reply(redis.hscan('k', 0)).is<FieldValuePage<string>>();
  reply(buffers.hscan('k', 0, { MATCH: 'a*', NOVALUES: true })).is<FieldPage<Buffer>>();
  reply(redis.hset('k', 'f', 'v')).is<number>();
  reply(redis.hset('k', { f: 'v', g: 1, h: Buffer.from('x') })).is<number>();
  reply(redis.hexpire('k', 60, 'f', { NX: true })).is<number[]>();
  reply(bigints.httl('k', 'f')).is<bigint[]>();
  reply(redis.hgetex('k', 'f', { EX: 60 })).is<(string | null)[]>();
  reply(redis.hsetex('k', { f: 'v' }, { EX: 60, FNX: true })).is<number>();

  // @ts-expect-error a field needs a value
  redis.hset('k', 'f');
  // @ts-expect-error an object is not a value
  redis.hset('k', { f: {} });
  // @ts-expect-error WITHVALUES needs a count
  redis.hrandfield('k', { WITHVALUES: true });
  // @ts-expect-error one condition
  redis.hexpire('k', 60, 'f', { NX: true, GT: true });
  // @ts-expect-error one expiry
  redis.hgetex('k', 'f', { EX: 60, PERSIST: true });
  // @ts-expect-error one condition on the fields
  redis.hsetex('k', { f: 'v' }, { FNX: true, FXX: true });
  // @ts-expect-error one expiry
  redis.hsetex('k', { f: 'v' }, { EX: 60, KEEPTTL: true });
}
