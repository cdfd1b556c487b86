/** A call on an object of ioredis, and what it gives: recorded with ioredis 6.0.0 on Redis 7.0.15, each after `FIXTURES`. */
export type CallRow = readonly [method: string, args: readonly unknown[], expected: unknown];

export const hex = (bytes: string): Buffer => Buffer.from(bytes.replaceAll(' ', ''), 'hex');

/** What every row begins with, as commands of a pipeline. */
export const FIXTURES: readonly (readonly [method: string, ...args: readonly unknown[]])[] = [
  ['flushall'],
  ['set', 'a', 'x'],
  ['set', 'n', '5'],
  ['hset', 'h', 'f', '1', 'g', '2'],
  ['rpush', 'l', 'a', 'b', 'c'],
  ['sadd', 's', 'a', 'b'],
  ['sadd', 's1', 'a'],
  ['zadd', 'z', 1, 'a', 2.5, 'b'],
  ['xadd', 'st', '1-1', 'f', 'v'],
  ['geoadd', 'g', 13.361389, 38.115556, 'p'],
  ['xgroup', 'CREATE', 'st', 'g', '0'],
];

/** The value with errors in it as their texts, so that it can be compared. */
export function plain(value: unknown): unknown {
  if (value instanceof Error) return { error: value.message };
  return Array.isArray(value) ? value.map(plain) : value;
}
