import { command } from '../../protocol/catalog/specs.js';
import type { Arg } from '../../protocol/command-spec.js';
import { checkOf } from '../arguments/argument-check.js';
import type { Ok } from '../decode.js';
import { CommandGroup, type Key, type OneOrMore, type Value } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { type AtMostOne, all, type Pairs, pushPairs } from '../tokens.js';

const APPEND = command('APPEND');
const DELIFEQ = command('DELIFEQ');
const GET = command('GET');
const GETDEL = command('GETDEL');
const GETEX = command('GETEX');
const GETRANGE = command('GETRANGE');
const GETSET = command('GETSET');
const MGET = command('MGET');
const MSET = command('MSET');
const MSETEX = command('MSETEX');
const MSETNX = command('MSETNX');
const PSETEX = command('PSETEX');
const SET = command('SET');
const SETEX = command('SETEX');
const SETNX = command('SETNX');
const SETRANGE = command('SETRANGE');
const STRLEN = command('STRLEN');
const SUBSTR = command('SUBSTR');

// These two are most calls of most programs: they ask for the check only where there may be something to refuse.
const GET_CHECK = checkOf('get');
const SET_CHECK = checkOf('set');

interface Expiry {
  /** In so many seconds. */
  EX: number;
  /** In so many milliseconds. */
  PX: number;
  /** At this Unix time in seconds. */
  EXAT: number;
  /** At this Unix time in milliseconds. */
  PXAT: number;
}

/** When the key ends: at most one of them. */
export type SetExpiry = AtMostOne<Expiry & { KEEPTTL: true }>;
/** The condition on which the key is set: at most one of them. */
export type SetCondition = AtMostOne<{
  /** Only if there is no such key. */
  NX: true;
  /** Only if there is such a key. */
  XX: true;
  /** Only if it holds this value (Valkey 8.1, Redis 8.4). */
  IFEQ: Value;
  /** Only if it holds another value or there is none (Redis 8.4). */
  IFNE: Value;
  /** Only if its value has this digest (Redis 8.4). */
  IFDEQ: string;
  /** Only if its value has another digest or there is none (Redis 8.4). */
  IFDNE: string;
}>;
export type SetOptions = SetExpiry & SetCondition & { GET?: boolean };
export type GetexOptions = AtMostOne<Expiry & { PERSIST: true }>;
export type MsetexOptions = SetExpiry & AtMostOne<{ NX: true; XX: true }>;

type Unconditional = { [Flag in 'NX' | 'XX' | 'GET']?: false } & { [Condition in 'IFEQ' | 'IFNE' | 'IFDEQ' | 'IFDNE']?: never };

/** Values of keys: text or bytes. Counters and the comparison of two values are groups of their own. */
export abstract class StringCommands extends CommandGroup {
  /**
   * The value of a key, `null` where there is none. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/get/
   * @example await redis.get('user:1');
   */
  get(key: Key): Out<this, TextOf<this> | null>;
  get(key: Key, ...surplus: readonly unknown[]): Out<this, TextOf<this> | null> {
    try {
      if (!isPlain(key) || surplus.length > 0) GET_CHECK.accept(key, ...surplus);
    } catch (error) {
      return this.refuse(error);
    }
    return this.run(GET, [key]);
  }

  /**
   * Sets a key. `null`: a condition kept it from being set. With `GET`: the old value. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/set/
   * @example await redis.set('user:1', 'Ada', { EX: 60, NX: true });
   */
  set(key: Key, value: Value, options?: SetExpiry & Unconditional): Out<this, Ok>;
  set(key: Key, value: Value, options: SetOptions & { GET: true }): Out<this, TextOf<this> | null>;
  set(key: Key, value: Value, options: SetExpiry & SetCondition & { GET?: false }): Out<this, Ok | null>;
  set(key: Key, value: Value, options?: SetOptions): Out<this, Ok | TextOf<this> | null>;
  set(key: Key, value: Value, options?: SetOptions, ...surplus: readonly unknown[]): Out<this, Ok | TextOf<this> | null> {
    try {
      if (isPlain(key) && isPlain(value) && surplus.length === 0) {
        if (options === undefined) return this.run(SET, [key, value]);
        const seconds = secondsAlone(options);
        if (seconds !== undefined) return this.run(SET, [key, value, 'EX', seconds]);
      }
      if (surplus.length > 0 || !SET_CHECK.fits(key, value, options, undefined)) SET_CHECK.accept(key, value, options, ...surplus);
      return this.run(SET, setArgs(key, value, options ?? {}));
    } catch (error) {
      return this.refuse(error);
    }
  }

  /**
   * The values of several keys in their order, `null` where there is none. In a cluster each shard is asked for its own. O(N), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/mget/
   * @example const [ada, bob] = await redis.mget(['user:1', 'user:2']);
   */
  mget(keys: OneOrMore<Key>): Out<this, (TextOf<this> | null)[]> {
    return this.run(MGET, all(keys));
  }

  /**
   * Sets several keys, replacing what they held. Atomic only on one shard: in a cluster each shard sets its own. O(N), since 1.0.1.
   * @see https://redis.io/docs/latest/commands/mset/
   * @example await redis.mset({ 'user:1': 'Ada', 'user:2': 'Bob' });
   */
  mset(pairs: Pairs): Out<this, Ok> {
    const args: Arg[] = [];
    pushPairs(args, pairs);
    return this.run(MSET, args);
  }

  /**
   * Sets several keys if none of them exists: 1 if it did, 0 if not. O(N), since 1.0.1.
   * @see https://redis.io/docs/latest/commands/msetnx/
   */
  msetnx(pairs: Pairs): Out<this, IntegerOf<this>> {
    const args: Arg[] = [];
    pushPairs(args, pairs);
    return this.run(MSETNX, args);
  }

  /**
   * Sets several keys with one expiry and, if wanted, only if none (`NX`) or all (`XX`) of them exist: 1 if it did, 0 if not.
   * O(N), since Valkey 9.1.0 and Redis 8.4.0.
   * @see https://redis.io/docs/latest/commands/msetex/
   */
  msetex(pairs: Pairs, options?: MsetexOptions): Out<this, IntegerOf<this>> {
    const args: Arg[] = [0];
    args[0] = pushPairs(args, pairs);
    if (options?.NX) args.push('NX');
    if (options?.XX) args.push('XX');
    if (options !== undefined) pushExpiry(args, options);
    if (options?.KEEPTTL) args.push('KEEPTTL');
    return this.run(MSETEX, args);
  }

  /**
   * The value of a key, whose expiry it sets or takes away (`PERSIST`). O(1), since 6.2.0.
   * @see https://redis.io/docs/latest/commands/getex/
   * @example await redis.getex('session:1', { EX: 3600 });
   */
  getex(key: Key, options?: GetexOptions): Out<this, TextOf<this> | null> {
    const args: Arg[] = [key];
    if (options !== undefined) pushExpiry(args, options);
    if (options?.PERSIST) args.push('PERSIST');
    return this.run(GETEX, args);
  }

  /**
   * The value of a key, which it deletes. O(1), since 6.2.0.
   * @see https://redis.io/docs/latest/commands/getdel/
   * @example await redis.getdel('token:1');
   */
  getdel(key: Key): Out<this, TextOf<this> | null> {
    return this.run(GETDEL, [key]);
  }

  /**
   * Deletes a key if it holds this value: 1 if it did, 0 if not. O(1), since Valkey 9.0.0.
   * @see https://valkey.io/commands/delifeq/
   * @example await redis.delifeq('lock:1', token);
   */
  delifeq(key: Key, value: Value): Out<this, IntegerOf<this>> {
    return this.run(DELIFEQ, [key, value]);
  }

  /**
   * The bytes of a value from `start` to `end`, both included; negative ones count from the end. O(N), since 2.4.0.
   * @see https://redis.io/docs/latest/commands/getrange/
   */
  getrange(key: Key, start: number, end: number): Out<this, TextOf<this>> {
    return this.run(GETRANGE, [key, start, end]);
  }

  /**
   * The older name of `getrange`. O(N), since 1.0.0.
   * @deprecated Use `getrange`.
   * @see https://redis.io/docs/latest/commands/substr/
   */
  substr(key: Key, start: number, end: number): Out<this, TextOf<this>> {
    return this.run(SUBSTR, [key, start, end]);
  }

  /**
   * Overwrites a value from byte `offset` on, padded with zero bytes where it was shorter, and gives its length. O(1), since 2.2.0.
   * @see https://redis.io/docs/latest/commands/setrange/
   */
  setrange(key: Key, offset: number, value: Value): Out<this, IntegerOf<this>> {
    return this.run(SETRANGE, [key, offset, value]);
  }

  /**
   * Appends to a value, or sets it, and gives its length. O(1), since 2.0.0.
   * @see https://redis.io/docs/latest/commands/append/
   * @example await redis.append('log', 'started\n');
   */
  append(key: Key, value: Value): Out<this, IntegerOf<this>> {
    return this.run(APPEND, [key, value]);
  }

  /**
   * The length of a value in bytes, 0 where there is none. O(1), since 2.2.0.
   * @see https://redis.io/docs/latest/commands/strlen/
   */
  strlen(key: Key): Out<this, IntegerOf<this>> {
    return this.run(STRLEN, [key]);
  }

  /**
   * Sets a key that expires in so many seconds. O(1), since 2.0.0.
   * @deprecated Use `set` with `EX`.
   * @see https://redis.io/docs/latest/commands/setex/
   */
  setex(key: Key, seconds: number, value: Value): Out<this, Ok> {
    return this.run(SETEX, [key, seconds, value]);
  }

  /**
   * Sets a key that expires in so many milliseconds. O(1), since 2.6.0.
   * @deprecated Use `set` with `PX`.
   * @see https://redis.io/docs/latest/commands/psetex/
   */
  psetex(key: Key, milliseconds: number, value: Value): Out<this, Ok> {
    return this.run(PSETEX, [key, milliseconds, value]);
  }

  /**
   * Sets a key if there is no such key: 1 if it did, 0 if not. O(1), since 1.0.0.
   * @deprecated Use `set` with `NX`.
   * @see https://redis.io/docs/latest/commands/setnx/
   */
  setnx(key: Key, value: Value): Out<this, IntegerOf<this>> {
    return this.run(SETNX, [key, value]);
  }

  /**
   * Sets a key and gives its old value. O(1), since 1.0.0.
   * @deprecated Use `set` with `GET`.
   * @see https://redis.io/docs/latest/commands/getset/
   */
  getset(key: Key, value: Value): Out<this, TextOf<this> | null> {
    return this.run(GETSET, [key, value]);
  }
}

function pushExpiry(args: Arg[], expiry: AtMostOne<Expiry>): void {
  if (expiry.EX !== undefined) args.push('EX', expiry.EX);
  if (expiry.PX !== undefined) args.push('PX', expiry.PX);
  if (expiry.EXAT !== undefined) args.push('EXAT', expiry.EXAT);
  if (expiry.PXAT !== undefined) args.push('PXAT', expiry.PXAT);
}

function setArgs(key: Key, value: Value, options: SetOptions): Arg[] {
  const args: Arg[] = [key, value];
  if (options.NX) args.push('NX');
  if (options.XX) args.push('XX');
  if (options.IFEQ !== undefined) args.push('IFEQ', options.IFEQ);
  if (options.IFNE !== undefined) args.push('IFNE', options.IFNE);
  if (options.IFDEQ !== undefined) args.push('IFDEQ', options.IFDEQ);
  if (options.IFDNE !== undefined) args.push('IFDNE', options.IFDNE);
  if (options.GET) args.push('GET');
  pushExpiry(args, options);
  if (options.KEEPTTL) args.push('KEEPTTL');
  return args;
}

/** Whether an argument is what nearly all are. */
function isPlain(arg: unknown): boolean {
  return typeof arg === 'string' || (typeof arg === 'number' && arg - arg === 0) || arg instanceof Uint8Array;
}

/** The value of `EX` where it is the only option and can be sent: what most programs give. */
function secondsAlone(options: SetOptions): number | undefined {
  if (typeof options !== 'object' || options === null) return undefined;
  for (const name in options) if (name !== 'EX') return undefined;
  const { EX } = options;
  return typeof EX === 'number' && EX - EX === 0 ? EX : undefined;
}
