import type { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';

/** Argument of a script as BullMQ gives it: what is no text, number or bytes becomes text, `null` and `undefined` none at all. */
export type ScriptArgument = unknown;

/** Entry of a stream as RESP2 has it: its id, and fields and values in turn. */
export type RawEntry = [id: string, fieldsAndValues: string[]];

/** Options of `scan` and of the pages in transactions. */
export interface PageOptions {
  MATCH?: string;
  COUNT?: number;
}

/** Definition of a script, as BullMQ gives it. */
export interface ScriptDefinition {
  numberOfKeys: number;
  lua: string;
  readOnly?: boolean;
}

/**
 * What BullMQ wants of a connection, its `IRedisClient`, in our words: nothing of BullMQ is imported. Methods may be replaced on the object,
 * as BullMQ does.
 * https://github.com/taskforcesh/bullmq/blob/master/src/interfaces/redis-client.ts
 */
export interface BullClient extends EventEmitter {
  status: string;
  readonly isCluster: boolean;
  // BullMQ has `any` there, which takes what is more exact.
  options: Record<string, unknown>;
  connect(): Promise<void>;
  disconnect(reconnect?: boolean): void;
  quit(): Promise<string>;
  duplicate(options?: { connectionName?: string }): BullClient;
  defineCommand(name: string, definition: ScriptDefinition): void;
  runCommand(name: string, args: readonly ScriptArgument[]): Promise<unknown>;
  multi(): BullTransaction;
  pipeline(): BullTransaction;
  hgetall(key: string): Promise<Record<string, string>>;
  hget(key: string, field: string): Promise<string | null>;
  hmget(key: string, ...fields: string[]): Promise<(string | null)[]>;
  hset(key: string, data: Record<string, string | number>): Promise<number>;
  hdel(key: string, ...fields: string[]): Promise<number>;
  hexists(key: string, field: string): Promise<number>;
  get(key: string): Promise<string | null>;
  set(key: string, value: string | number, options?: { PX?: number; EX?: number }): Promise<string | null>;
  del(...keys: string[]): Promise<number>;
  zrange(key: string, start: number, end: number, options?: { WITHSCORES?: boolean }): Promise<string[]>;
  zrevrange(key: string, start: number, end: number, options?: { WITHSCORES?: boolean }): Promise<string[]>;
  zcard(key: string): Promise<number>;
  zscore(key: string, member: string): Promise<string | null>;
  lrange(key: string, start: number, end: number): Promise<string[]>;
  llen(key: string): Promise<number>;
  ltrim(key: string, start: number, end: number): Promise<string>;
  lpos(key: string, value: string): Promise<number | null>;
  smembers(key: string): Promise<string[]>;
  xadd(
    key: string,
    id: string,
    fields: Record<string, string | number>,
    options?: { MAXLEN?: number; approximate?: boolean },
  ): Promise<string>;
  xread(
    streams: readonly { key: string; id: string }[],
    options?: { BLOCK?: number; COUNT?: number },
  ): Promise<[stream: string, entries: RawEntry[]][] | null>;
  xtrim(key: string, strategy: 'MAXLEN', threshold: number, options?: { approximate?: boolean }): Promise<number>;
  bzpopmin(key: string, timeout: number): Promise<[key: string, member: string, score: string] | null>;
  info(): Promise<string>;
  clientSetName(name: string): Promise<unknown>;
  clientList(): Promise<string>;
  clientInfo(): Promise<string>;
  scan(cursor: string | number, options: PageOptions): Promise<[cursor: string, keys: string[]]>;
  scanStream(options: { match: string; count?: number }): Readable;
  nodes?(): BullClient[];
}

/** BullMQ's `IRedisTransaction`, in our words: commands that `exec` sends together. */
export interface BullTransaction {
  hgetall(key: string): this;
  hset(key: string, data: Record<string, string | number>): this;
  hscan(key: string, cursor: string | number, options?: { COUNT?: number }): this;
  smembers(key: string): this;
  sscan(key: string, cursor: string | number, options?: { COUNT?: number }): this;
  zrange(key: string, start: number, end: number): this;
  lrange(key: string, start: number, end: number): this;
  llen(key: string): this;
  del(...keys: string[]): this;
  runCommand(name: string, args: readonly ScriptArgument[]): this;
  /** The outcomes in the order of the commands; none where there are none. */
  exec(): Promise<[error: Error | null, value: unknown][]>;
}
