import type { RedisArgument as Arg, RedisVariadicArgument as Args, Dated, Numeric, Words } from '../command-parser.js';
import { listOf } from '../replies/aggregates.js';
import { anything, type Blob, command, integer, ok, shape, textOrNull, texts, textsOrNull, word } from './command.js';

type Time = number | Dated;
export type ExpiryMode = 'NX' | 'XX' | 'GT' | 'LT';

export interface ScanOptions {
  MATCH?: Arg;
  COUNT?: number;
}

export interface SortOptions {
  BY?: Arg;
  LIMIT?: { offset: number; count: number };
  GET?: Args;
  DIRECTION?: 'ASC' | 'DESC';
  ALPHA?: boolean;
}

export interface MigrateOptions {
  COPY?: true;
  REPLACE?: true;
  AUTH?: { username?: string; password: string };
}

/** Cursor and options of a scan. */
export function scanWords(words: Words, cursor: Arg, options: ScanOptions | undefined): Words {
  return words
    .push(cursor)
    .text('MATCH', options?.MATCH || undefined)
    .option('COUNT', options?.COUNT || undefined);
}

function sortWords(words: Words, key: Arg, options: SortOptions = {}): Words {
  words.pushKey(key).text('BY', options.BY);
  if (options.LIMIT) words.push('LIMIT').number(options.LIMIT.offset, options.LIMIT.count);
  for (const pattern of options.GET === undefined ? [] : ([options.GET].flat() as Arg[])) words.push('GET', pattern);
  return words.maybe(options.DIRECTION).flag('ALPHA', options.ALPHA);
}

type Migrated = [host: Arg, port: Numeric, key: Args, destinationDb: Numeric, timeout: Numeric, options?: MigrateOptions];

function migrateWords(words: Words, ...[host, port, key, database, timeout, options]: Migrated): void {
  words.push(host).number(port);
  const several = Array.isArray(key);
  if (several) words.push('');
  else words.pushKey(key as Arg); // no list
  words.number(database, timeout).flag('COPY', options?.COPY).flag('REPLACE', options?.REPLACE);
  const login = options?.AUTH;
  if (login?.username) words.push('AUTH2', login.username, login.password);
  else if (login) words.push('AUTH', login.password);
  if (several) words.push('KEYS').pushKeys(key as readonly Arg[]);
}

export interface RestoreOptions {
  REPLACE?: boolean;
  ABSTTL?: boolean;
  IDLETIME?: number;
  FREQ?: number;
}

/** Keys of any type. */
export const keys = {
  copy: command(
    'COPY',
    (w, source: Arg, destination: Arg, options?: { DB?: number; REPLACE?: boolean }) =>
      w.pushKey(source).pushKey(destination).option('DB', options?.DB).flag('REPLACE', options?.REPLACE),
    integer,
  ),
  del: command('DEL', (w, given: Args) => w.pushKeys(given), integer),
  dump: command('DUMP', (w, key: Arg) => w.pushKey(key), textOrNull),
  exists: command('EXISTS', (w, given: Args) => w.pushKeys(given), integer),
  expire: command('EXPIRE', (w, key: Arg, seconds: Numeric, mode?: ExpiryMode) => w.pushKey(key).number(seconds).maybe(mode), integer),
  expireAt: command('EXPIREAT', (w, key: Arg, time: Time, mode?: ExpiryMode) => w.pushKey(key).seconds(time).maybe(mode), integer),
  expireTime: command('EXPIRETIME', (w, key: Arg) => w.pushKey(key), integer),
  keys: command('KEYS', (w, pattern: Arg) => w.push(pattern), texts),
  migrate: command('MIGRATE', migrateWords, word),
  move: command('MOVE', (w, key: Arg, database: Numeric) => w.pushKey(key).number(database), integer),
  objectEncoding: command('OBJECT ENCODING', (w, key: Arg) => w.pushKey(key), textOrNull),
  objectFreq: command('OBJECT FREQ', (w, key: Arg) => w.pushKey(key), anything),
  objectIdleTime: command('OBJECT IDLETIME', (w, key: Arg) => w.pushKey(key), anything),
  objectRefCount: command('OBJECT REFCOUNT', (w, key: Arg) => w.pushKey(key), anything),
  persist: command('PERSIST', (w, key: Arg) => w.pushKey(key), integer),
  pExpire: command('PEXPIRE', (w, key: Arg, ms: Numeric, mode?: ExpiryMode) => w.pushKey(key).number(ms).maybe(mode), integer),
  pExpireAt: command('PEXPIREAT', (w, key: Arg, time: Time, mode?: ExpiryMode) => w.pushKey(key).milliseconds(time).maybe(mode), integer),
  pExpireTime: command('PEXPIRETIME', (w, key: Arg) => w.pushKey(key), integer),
  pTTL: command('PTTL', (w, key: Arg) => w.pushKey(key), integer),
  randomKey: command('RANDOMKEY', () => undefined, textOrNull),
  rename: command('RENAME', (w, key: Arg, newKey: Arg) => w.pushKey(key).pushKey(newKey), ok),
  renameNX: command('RENAMENX', (w, key: Arg, newKey: Arg) => w.pushKey(key).pushKey(newKey), integer),
  restore: command(
    'RESTORE',
    (w, key: Arg, ttl: Numeric, serialized: Arg, options?: RestoreOptions) =>
      w
        .pushKey(key)
        .number(ttl)
        .push(serialized)
        .flag('REPLACE', options?.REPLACE)
        .flag('ABSTTL', options?.ABSTTL)
        .option('IDLETIME', options?.IDLETIME)
        .option('FREQ', options?.FREQ),
    ok,
  ),
  scan: command(
    'SCAN',
    (w, cursor: Arg, options?: ScanOptions & { TYPE?: Arg }) => scanWords(w, cursor, options).text('TYPE', options?.TYPE || undefined),
    shape((reply) => {
      const [cursor, found] = listOf(reply) as unknown as [Blob, Blob[]]; // the server's order
      return { cursor, keys: found };
    }),
  ),
  sort: command('SORT', sortWords, textsOrNull),
  sortRo: command('SORT_RO', sortWords, textsOrNull),
  sortStore: command(
    'SORT',
    (w, source: Arg, destination: Arg, options?: SortOptions) => sortWords(w, source, options).push('STORE').pushKey(destination),
    integer,
  ),
  touch: command('TOUCH', (w, given: Args) => w.pushKeys(given), integer),
  ttl: command('TTL', (w, key: Arg) => w.pushKey(key), integer),
  type: command('TYPE', (w, key: Arg) => w.pushKey(key), word),
  unlink: command('UNLINK', (w, given: Args) => w.pushKeys(given), integer),
};
