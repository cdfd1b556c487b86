import { command } from '../../protocol/catalog/specs.js';
import type { Arg, Bytes, Raw } from '../../protocol/command-spec.js';
import { type Ok, type Page, toCursor, toList } from '../decode.js';
import { CommandGroup, type Key, type OneOrMore } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { type AtMostOne, all, isList, pushAll, pushOptions, pushScan, type ScanOptions } from '../tokens.js';

const COPY = command('COPY');
const DEL = command('DEL');
const DUMP = command('DUMP');
const EXISTS = command('EXISTS');
const KEYS = command('KEYS');
const MIGRATE = command('MIGRATE');
const MOVE = command('MOVE');
const OBJECT_ENCODING = command('OBJECT ENCODING');
const OBJECT_FREQ = command('OBJECT FREQ');
const OBJECT_HELP = command('OBJECT HELP');
const OBJECT_IDLETIME = command('OBJECT IDLETIME');
const OBJECT_REFCOUNT = command('OBJECT REFCOUNT');
const RANDOMKEY = command('RANDOMKEY');
const RENAME = command('RENAME');
const RENAMENX = command('RENAMENX');
const RESTORE = command('RESTORE');
const RESTORE_ASKING = command('RESTORE-ASKING');
const SCAN = command('SCAN');
const TOUCH = command('TOUCH');
const TYPE = command('TYPE');
const UNLINK = command('UNLINK');

/** What a key holds; modules bring types of their own. */
export type KeyType = 'none' | 'string' | 'list' | 'set' | 'zset' | 'hash' | 'stream' | (string & Record<never, never>);

export interface CopyOptions {
  /** The database of the destination. */
  DB?: number;
  /** Replaces the destination. */
  REPLACE?: boolean;
}

export type RestoreOptions = {
  REPLACE?: boolean;
  /** `ttl` is a Unix time in milliseconds. */
  ABSTTL?: boolean;
} & AtMostOne<{
  /** Seconds since the key was last used. */
  IDLETIME: number;
  /** How often it was used, in the server's logarithmic count. */
  FREQ: number;
}>;

export type MigrateOptions = {
  /** Keeps the keys here. */
  COPY?: boolean;
  /** Replaces keys there. */
  REPLACE?: boolean;
} & AtMostOne<{ AUTH: string; AUTH2: { username: string; password: string } }>;

export interface KeyScanOptions extends ScanOptions {
  /** Only keys of this type. */
  TYPE?: KeyType;
}

export interface KeyPage<Text> extends Page {
  keys: Text[];
}

/** Keys of whatever type: existence, names, copies, dumps, scans. */
export abstract class KeyCommands extends CommandGroup {
  /**
   * Deletes keys and gives how many there were. In a cluster each shard deletes its own. O(N), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/del/
   * @example await redis.del(['user:1', 'user:2']);
   */
  del(keys: OneOrMore<Key>): Out<this, IntegerOf<this>> {
    return this.run(DEL, all(keys));
  }

  /**
   * As `del`, but their memory is freed later, in another thread. O(1) a key, since 4.0.0.
   * @see https://redis.io/docs/latest/commands/unlink/
   * @example await redis.unlink('big:list');
   */
  unlink(keys: OneOrMore<Key>): Out<this, IntegerOf<this>> {
    return this.run(UNLINK, all(keys));
  }

  /**
   * How many of the keys exist; one that is named twice counts twice. O(N), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/exists/
   * @example if (await redis.exists('user:1')) …
   */
  exists(keys: OneOrMore<Key>): Out<this, IntegerOf<this>> {
    return this.run(EXISTS, all(keys));
  }

  /**
   * Marks keys as used just now and gives how many there were. O(N), since 3.2.1.
   * @see https://redis.io/docs/latest/commands/touch/
   */
  touch(keys: OneOrMore<Key>): Out<this, IntegerOf<this>> {
    return this.run(TOUCH, all(keys));
  }

  /**
   * What a key holds. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/type/
   * @example await redis.type('user:1'); // 'hash'
   */
  type(key: Key): Out<this, KeyType> {
    return this.run(TYPE, [key]);
  }

  /**
   * Gives a key another name, replacing what had it. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/rename/
   */
  rename(key: Key, newKey: Key): Out<this, Ok> {
    return this.run(RENAME, [key, newKey]);
  }

  /**
   * Gives a key another name if nothing has it: 1 if it did, 0 if not. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/renamenx/
   */
  renamenx(key: Key, newKey: Key): Out<this, IntegerOf<this>> {
    return this.run(RENAMENX, [key, newKey]);
  }

  /**
   * Copies a key: 1 if it did, 0 if not. O(N), since 6.2.0.
   * @see https://redis.io/docs/latest/commands/copy/
   */
  copy(source: Key, destination: Key, options?: CopyOptions): Out<this, IntegerOf<this>> {
    const args: Arg[] = [source, destination];
    pushOptions(args, options, ['DB', 'REPLACE']);
    return this.run(COPY, args);
  }

  /**
   * Moves a key to another database: 1 if it did, 0 if not. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/move/
   */
  move(key: Key, database: number): Out<this, IntegerOf<this>> {
    return this.run(MOVE, [key, database]);
  }

  /**
   * A random key, `null` where there is none. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/randomkey/
   */
  randomkey(): Out<this, TextOf<this> | null> {
    return this.run(RANDOMKEY, []);
  }

  /**
   * All keys that match a glob-style pattern. It holds the server up for as long as it takes: `scan` does not. O(N), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/keys/
   * @example await redis.keys('user:*');
   */
  keys(pattern: string | Bytes): Out<this, TextOf<this>[]> {
    return this.run(KEYS, [pattern]);
  }

  /**
   * One page of one node's keys; begin with cursor 0, the last page has the cursor `'0'`. O(1) a call, since 2.8.0.
   * @see https://redis.io/docs/latest/commands/scan/
   * @example const { cursor, keys } = await redis.scan(0, { MATCH: 'user:*', COUNT: 1000 });
   */
  scan(cursor: string | number, options?: KeyScanOptions): Out<this, KeyPage<TextOf<this>>> {
    const args: Arg[] = [cursor];
    if (options !== undefined) {
      pushScan(args, options);
      if (options.TYPE !== undefined) args.push('TYPE', options.TYPE);
    }
    return this.run(SCAN, args, toKeyPage<TextOf<this>>);
  }

  /**
   * The value of a key in the server's own format, as bytes, for `restore`; `null` where there is none. O(1) for text, O(N*M) for N
   * elements of size M, since 2.6.0.
   * @see https://redis.io/docs/latest/commands/dump/
   */
  dump(key: Key): Out<this, Buffer | null> {
    return this.run(DUMP, [key]);
  }

  /**
   * Makes a key of what `dump` gave; `ttl` in milliseconds, 0 for none. As complex as `dump`, since 2.6.0.
   * @see https://redis.io/docs/latest/commands/restore/
   */
  restore(key: Key, ttl: number, serializedValue: Bytes, options?: RestoreOptions): Out<this, Ok> {
    return this.run(RESTORE, restoreArgs(key, ttl, serializedValue, options));
  }

  /**
   * `restore` as cluster nodes use it, into a slot that is being imported. As complex as `dump`, since 3.0.0.
   * @see https://redis.io/docs/latest/commands/restore-asking/
   */
  restoreAsking(key: Key, ttl: number, serializedValue: Bytes, options?: RestoreOptions): Out<this, Ok> {
    return this.run(RESTORE_ASKING, restoreArgs(key, ttl, serializedValue, options));
  }

  /**
   * Moves keys to another server; `NOKEY`: none of them exists. `timeoutMs` bounds each silence of the other server. O(N), since 2.6.0.
   * @see https://redis.io/docs/latest/commands/migrate/
   */
  migrate(
    host: string,
    port: number,
    keys: OneOrMore<Key>,
    database: number,
    timeoutMs: number,
    options?: MigrateOptions,
  ): Out<this, Ok | 'NOKEY'> {
    const many = isList(keys);
    const args: Arg[] = [host, port, many ? '' : keys, database, timeoutMs];
    pushOptions(args, options, ['COPY', 'REPLACE', 'AUTH']);
    if (options?.AUTH2 !== undefined) args.push('AUTH2', options.AUTH2.username, options.AUTH2.password);
    if (many) {
      args.push('KEYS');
      pushAll(args, keys);
    }
    return this.run(MIGRATE, args);
  }

  /**
   * How the server stores the value of a key. O(1), since 2.2.3.
   * @see https://redis.io/docs/latest/commands/object-encoding/
   */
  objectEncoding(key: Key): Out<this, TextOf<this> | null> {
    return this.run(OBJECT_ENCODING, [key]);
  }

  /**
   * How often a key was used, in the server's logarithmic count; only with an LFU `maxmemory-policy`. O(1), since 4.0.0.
   * @see https://redis.io/docs/latest/commands/object-freq/
   */
  objectFreq(key: Key): Out<this, IntegerOf<this> | null> {
    return this.run(OBJECT_FREQ, [key]);
  }

  /**
   * Seconds since a key was last used; not with an LFU `maxmemory-policy`. O(1), since 2.2.3.
   * @see https://redis.io/docs/latest/commands/object-idletime/
   */
  objectIdletime(key: Key): Out<this, IntegerOf<this> | null> {
    return this.run(OBJECT_IDLETIME, [key]);
  }

  /**
   * How many references the server holds to a value. O(1), since 2.2.3.
   * @see https://redis.io/docs/latest/commands/object-refcount/
   */
  objectRefcount(key: Key): Out<this, IntegerOf<this> | null> {
    return this.run(OBJECT_REFCOUNT, [key]);
  }

  /**
   * What the server says about `OBJECT`. O(1), since 6.2.0.
   * @see https://redis.io/docs/latest/commands/object-help/
   */
  objectHelp(): Out<this, string[]> {
    return this.run(OBJECT_HELP, []);
  }
}

function restoreArgs(key: Key, ttl: number, serializedValue: Bytes, options: RestoreOptions | undefined): Arg[] {
  const args: Arg[] = [key, ttl, serializedValue];
  pushOptions(args, options, ['REPLACE', 'ABSTTL', 'IDLETIME', 'FREQ']);
  return args;
}

export function toKeyPage<Text>(raw: Raw): KeyPage<Text> {
  return { cursor: toCursor(raw), keys: toList(toList(raw)[1]) as Text[] };
}
