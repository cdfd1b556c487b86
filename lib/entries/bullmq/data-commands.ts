import { EventEmitter } from 'node:events';
import type { Arg } from '../../index.js';
import { closedError, refuse } from './errors.js';
import { asItIs, type Shape, toFlatTexts, toObject, toScore } from './replies.js';
import type { Scripts } from './scripts.js';
import type { Session } from './session.js';
import { Batch } from './transaction.js';
import type { ScriptArgument, ScriptDefinition } from './types.js';

type Words = readonly [command: string, ...args: Arg[]];

/** Commands about data, on the connections that all share. */
export abstract class DataCommands extends EventEmitter {
  constructor(protected readonly scripts: Scripts) {
    super();
    for (const name of scripts.names) this.#expose(name);
  }

  /** Null: the connection has ended. */
  protected abstract get session(): Session | null;

  protected send<T>(words: Words, shape: Shape = asItIs, repeatable = true): Promise<T> {
    const { session } = this;
    if (session === null) return Promise.reject(closedError());
    return session
      .viewFor(repeatable)
      .call(...words)
      .then(shape, refuse) as Promise<T>; // by the shape
  }

  // --- scripts

  defineCommand(name: string, definition: ScriptDefinition): void {
    this.scripts.define(name, definition);
    this.#expose(name);
  }

  /** BullMQ asks for a property of that name before it defines a script again. */
  #expose(name: string): void {
    const value = (...args: readonly ScriptArgument[]): Promise<unknown> => this.runCommand(name, args);
    Object.defineProperty(this, name, { value, configurable: true, writable: true });
  }

  runCommand(name: string, args: readonly ScriptArgument[]): Promise<unknown> {
    const { session } = this;
    if (session === null) return Promise.reject(closedError());
    try {
      const { script, keys, args: own, repeatable } = this.scripts.call(name, args);
      return session.viewFor(repeatable).script(script, keys, own).catch(refuse);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  multi(): Batch {
    return this.#batch('multi');
  }

  pipeline(): Batch {
    return this.#batch('pipeline');
  }

  #batch(kind: 'multi' | 'pipeline'): Batch {
    return new Batch(kind, this.scripts, (repeatable) => {
      const { session } = this;
      if (session === null) throw closedError();
      return session.viewFor(repeatable);
    });
  }

  // --- hashes

  hgetall(key: string): Promise<Record<string, string>> {
    return this.send(['HGETALL', key], toObject);
  }

  hget(key: string, field: string): Promise<string | null> {
    return this.send(['HGET', key, field]);
  }

  hmget(key: string, ...fields: string[]): Promise<(string | null)[]> {
    return this.send(['HMGET', key, ...fields]);
  }

  hset(key: string, data: Record<string, string | number>): Promise<number> {
    return this.send(['HSET', key, ...Object.entries(data).flat()]);
  }

  hdel(key: string, ...fields: string[]): Promise<number> {
    return this.send(['HDEL', key, ...fields]);
  }

  hexists(key: string, field: string): Promise<number> {
    return this.send(['HEXISTS', key, field]);
  }

  // --- strings

  get(key: string): Promise<string | null> {
    return this.send(['GET', key]);
  }

  set(key: string, value: string | number, { PX, EX }: { PX?: number; EX?: number } = {}): Promise<string | null> {
    return this.send(['SET', key, value, ...(PX !== undefined ? ['PX', PX] : EX !== undefined ? ['EX', EX] : [])]);
  }

  del(...keys: string[]): Promise<number> {
    return keys.length === 0 ? Promise.resolve(0) : this.send(['DEL', ...keys]);
  }

  // --- sorted sets

  zrange(key: string, start: number, end: number, options: { WITHSCORES?: boolean } = {}): Promise<string[]> {
    return this.send(['ZRANGE', key, start, end, ...withScores(options)], toFlatTexts);
  }

  zrevrange(key: string, start: number, end: number, options: { WITHSCORES?: boolean } = {}): Promise<string[]> {
    return this.send(['ZREVRANGE', key, start, end, ...withScores(options)], toFlatTexts);
  }

  zcard(key: string): Promise<number> {
    return this.send(['ZCARD', key]);
  }

  zscore(key: string, member: string): Promise<string | null> {
    return this.send(['ZSCORE', key, member], toScore);
  }

  // --- lists, sets

  lrange(key: string, start: number, end: number): Promise<string[]> {
    return this.send(['LRANGE', key, start, end]);
  }

  llen(key: string): Promise<number> {
    return this.send(['LLEN', key]);
  }

  ltrim(key: string, start: number, end: number): Promise<string> {
    return this.send(['LTRIM', key, start, end]);
  }

  lpos(key: string, value: string): Promise<number | null> {
    return this.send(['LPOS', key, value]);
  }

  smembers(key: string): Promise<string[]> {
    return this.send(['SMEMBERS', key]);
  }

  // --- streams

  xadd(
    key: string,
    id: string,
    fields: Record<string, string | number>,
    { MAXLEN, approximate }: { MAXLEN?: number; approximate?: boolean } = {},
  ): Promise<string> {
    const trim = MAXLEN === undefined ? [] : ['MAXLEN', ...almost(approximate), MAXLEN];
    return this.send(['XADD', key, ...trim, id, ...Object.entries(fields).flat()], asItIs, false);
  }

  xtrim(key: string, strategy: 'MAXLEN', threshold: number, options: { approximate?: boolean } = { approximate: false }): Promise<number> {
    return this.send(['XTRIM', key, strategy, ...almost(options.approximate), threshold]);
  }
}

function withScores({ WITHSCORES }: { WITHSCORES?: boolean }): string[] {
  return WITHSCORES === true ? ['WITHSCORES'] : [];
}

/** BullMQ trims nearly, unless it says otherwise. */
function almost(approximate = true): string[] {
  return approximate ? ['~'] : [];
}
