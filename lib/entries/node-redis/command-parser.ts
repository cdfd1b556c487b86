/** What is sent as it is: text, or bytes. */
export type RedisArgument = string | Buffer;
/** One, or a list. */
export type RedisVariadicArgument = RedisArgument | readonly RedisArgument[];
/** What becomes decimal text. */
export type Numeric = number | bigint | string;

/** A `Date`. */
export interface Dated {
  getTime(): number;
}

/** What the functions of node-redis' commands put their words into, and what a program's own `parseCommand` gets. */
export interface CommandParser {
  readonly redisArgs: readonly RedisArgument[];
  readonly keys: readonly RedisArgument[];
  readonly firstKey: RedisArgument | undefined;
  /** Given to `transformReply` as its second argument. */
  preserve: unknown;
  push(...args: RedisArgument[]): unknown;
  pushVariadic(args: RedisVariadicArgument): unknown;
  pushVariadicWithLength(args: RedisVariadicArgument): unknown;
  pushVariadicNumber(args: number | readonly number[]): unknown;
  pushKey(key: RedisArgument): unknown;
  pushKeys(keys: RedisVariadicArgument): unknown;
  pushKeysLength(keys: RedisVariadicArgument): unknown;
}

/** The words of one command as they are collected. Its own methods return it, so that a command is one expression. */
export class Words implements CommandParser {
  readonly redisArgs: RedisArgument[] = [];
  preserve: unknown;
  #keys: RedisArgument[] | undefined;
  readonly #prefix: RedisArgument | undefined;

  /** `prefix`: stands before every key. */
  constructor(prefix?: RedisArgument) {
    this.#prefix = prefix;
  }

  get keys(): readonly RedisArgument[] {
    return this.#keys ?? [];
  }

  get firstKey(): RedisArgument | undefined {
    return this.#keys?.[0];
  }

  push(...args: RedisArgument[]): this {
    for (const arg of args) this.redisArgs.push(arg);
    return this;
  }

  pushVariadic(args: RedisVariadicArgument): this {
    if (Array.isArray(args)) for (const arg of args as readonly RedisArgument[]) this.redisArgs.push(arg);
    else this.redisArgs.push(args as RedisArgument); // no list
    return this;
  }

  pushVariadicWithLength(args: RedisVariadicArgument): this {
    this.redisArgs.push(String(Array.isArray(args) ? args.length : 1));
    return this.pushVariadic(args);
  }

  pushVariadicNumber(args: Numeric | readonly Numeric[]): this {
    return Array.isArray(args) ? this.number(...args) : this.number(args as Numeric); // no list
  }

  pushKey(key: RedisArgument): this {
    const whole = prefixed(this.#prefix, key);
    if (this.#keys === undefined) this.#keys = [whole];
    else this.#keys.push(whole);
    this.redisArgs.push(whole);
    return this;
  }

  pushKeys(keys: RedisVariadicArgument): this {
    if (Array.isArray(keys)) for (const key of keys as readonly RedisArgument[]) this.pushKey(key);
    else this.pushKey(keys as RedisArgument); // no list
    return this;
  }

  pushKeysLength(keys: RedisVariadicArgument): this {
    this.redisArgs.push(String(Array.isArray(keys) ? keys.length : 1));
    return this.pushKeys(keys);
  }

  /** Numbers, each as its decimal text. */
  number(...numbers: Numeric[]): this {
    for (const value of numbers) {
      if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'string')
        throw new TypeError(`expected a number, got ${value === null ? 'null' : typeof value}`);
      this.redisArgs.push(String(value));
    }
    return this;
  }

  /** A score, or the bound of a range of scores: the infinities have names of their own. */
  score(value: RedisArgument | number): this {
    if (value === Number.POSITIVE_INFINITY) return this.push('+inf');
    if (value === Number.NEGATIVE_INFINITY) return this.push('-inf');
    return typeof value === 'number' ? this.number(value) : this.push(value);
  }

  /** Seconds since 1970. */
  seconds(time: Numeric | Dated): this {
    return this.number(typeof time === 'object' ? Math.floor(time.getTime() / 1000) : time);
  }

  /** Milliseconds since 1970. */
  milliseconds(time: Numeric | Dated): this {
    return this.number(typeof time === 'object' ? time.getTime() : time);
  }

  /** A word that may be left out. */
  maybe(word: RedisArgument | undefined | null): this {
    return word ? this.push(word) : this;
  }

  /** A number that may be left out. */
  maybeNumber(value: Numeric | undefined): this {
    return value === undefined ? this : this.number(value);
  }

  /** The word, where the option is set. */
  flag(word: string, set: boolean | undefined): this {
    return set ? this.push(word) : this;
  }

  /** The word and the value of the option, where it has one. */
  option(word: string, value: Numeric | undefined): this {
    return value === undefined ? this : this.push(word).number(value);
  }

  /** The word and the text of the option, where it has one. */
  text(word: string, value: RedisArgument | undefined): this {
    return value === undefined ? this : this.push(word, value);
  }
}

/** Whether a value is one word, and no list or object. */
export function isArgument(value: unknown): value is RedisArgument {
  return typeof value === 'string' || Buffer.isBuffer(value);
}

/** A key with what stands before it on the server. */
export function prefixed(prefix: RedisArgument | undefined, key: RedisArgument): RedisArgument {
  if (prefix === undefined || prefix.length === 0) return key;
  if (typeof prefix === 'string' && typeof key === 'string') return prefix + key;
  return Buffer.concat([Buffer.from(prefix), Buffer.from(key)]);
}

/** Refuses what is neither text nor bytes as node-redis does, before anything is sent. */
export function checkArguments(args: readonly unknown[]): void {
  for (let at = 0; at < args.length; at++) {
    if (typeof args[at] !== 'string' && !(args[at] instanceof Uint8Array))
      throw new TypeError(`"arguments[${at}]" must be of type "string | Buffer", got ${typeof args[at]} instead.`);
  }
}
