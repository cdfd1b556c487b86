import { Failure, OK, type ReplyValue, Status } from '../../resp.js';
import type { Answer } from '../../resp-server.js';
import type { CommandCall } from '../command-call.js';
import { globMatches } from '../glob.js';
import type { RuleTable } from '../rules.js';
import { fromWall, wallText } from '../server-clock.js';
import { copyOf, typeOf } from '../values.js';
import { integer, NO_SUCH_KEY, SYNTAX } from './arguments.js';
import { scanPage } from './scan.js';

export const keyRules: RuleTable = {
  DEL: remove,
  UNLINK: remove,
  EXISTS: ({ db, words }) => words.slice(1).filter((key) => db.has(key)).length,
  TOUCH: ({ db, words }) => words.slice(1).filter((key) => db.has(key)).length,
  TYPE: ({ db, key }) => {
    const value = db.get(key);
    return new Status(value === undefined ? 'none' : typeOf(value));
  },
  EXPIRE: expire(1_000, true),
  PEXPIRE: expire(1, true),
  EXPIREAT: expire(1_000, false),
  PEXPIREAT: expire(1, false),
  TTL: inSeconds(timeToLive),
  PTTL: timeToLive,
  EXPIRETIME: inSeconds(expireTime),
  PEXPIRETIME: expireTime,
  PERSIST: (call) => {
    const { db, key } = call;
    if (!db.has(key) || !db.expiries.delete(key)) return 0;
    call.changed(key, 'persist', 'g');
    return 1;
  },
  RENAME: (call) => {
    rename(call);
    return OK;
  },
  RENAMENX: (call) => {
    if (!call.db.has(call.key)) return NO_SUCH_KEY;
    if (call.db.has(call.word(2))) return 0;
    rename(call);
    return 1;
  },
  COPY: copy,
  KEYS: ({ db, key: pattern }) => db.keys().filter((key) => globMatches(pattern, key)),
  RANDOMKEY: ({ server, db }) => {
    const keys = db.keys();
    return keys.length === 0 ? null : (keys[server.random.integer(0, keys.length - 1)] ?? null);
  },
  DBSIZE: ({ db }) => db.values.size,
  SCAN: (call) => {
    const { db, words } = call;
    const page = scanPage(words, 1, (options) => {
      const { type } = options;
      if (type === null) return db.keys();
      return db.keys().filter((key) => typeOf(db.values.get(key) ?? '') === type);
    });
    return [page.cursor, page.items];
  },
  FLUSHALL: (call) => flush(call, call.server.keyspace.databases),
  FLUSHDB: (call) => flush(call, [call.db]),
};

function remove(call: CommandCall): Answer {
  const { db, words } = call;
  let removed = 0;
  for (let at = 1; at < words.length; at++) {
    const key = words[at] ?? '';
    if (!db.remove(key)) continue;
    call.changed(key, 'del', 'g');
    removed++;
  }
  return removed;
}

/** https://redis.io/docs/latest/commands/expire/ */
function expire(unitMs: number, isRelative: boolean): (call: CommandCall) => Answer {
  return (call) => {
    const { db, key, words, server, rule } = call;
    const amount = integer(words[2]) * unitMs;
    const options = words.slice(3).map((word) => word.toUpperCase());
    const unknown = options.findIndex((word) => !['NX', 'XX', 'GT', 'LT'].includes(word));
    if (unknown >= 0) return new Failure(`ERR Unsupported option ${words[3 + unknown]}`);
    const has = (word: string): boolean => options.includes(word);
    if (has('NX') && (has('XX') || has('GT') || has('LT'))) {
      return new Failure('ERR NX and XX, GT or LT options at the same time are not compatible');
    }
    if (has('GT') && has('LT')) return new Failure('ERR GT and LT options at the same time are not compatible');
    const at = isRelative ? Math.floor(server.now) + amount : fromWall(amount);
    if (!Number.isSafeInteger(Math.trunc(at))) return new Failure(`ERR invalid expire time in '${rule.name.toLowerCase()}' command`);
    if (!db.has(key)) return 0;
    const before = db.expiries.get(key);
    if (has('NX') && before !== undefined) return 0;
    if (has('XX') && before === undefined) return 0;
    if (has('GT') && (before === undefined || at <= before)) return 0;
    if (has('LT') && before !== undefined && at >= before) return 0;
    if (at <= server.now && call.origin !== 'primary') {
      db.remove(key);
      call.becomes(['DEL', key]);
      call.changed(key, 'del', 'g');
      return 1;
    }
    db.expireAt(key, at);
    call.becomes(['PEXPIREAT', key, wallText(at)]);
    call.changed(key, 'expire', 'g');
    return 1;
  };
}

/** In ms; -1: no end, -2: no key. */
function timeToLive({ db, key, now }: CommandCall): number {
  if (!db.has(key)) return -2;
  const at = db.expiries.get(key);
  return at === undefined ? -1 : Math.max(0, Math.round(at - now));
}

function inSeconds(ask: (call: CommandCall) => number): (call: CommandCall) => Answer {
  return (call) => {
    const ms = ask(call);
    return ms < 0 ? ms : Math.floor((ms + 500) / 1_000);
  };
}

function expireTime({ db, key }: CommandCall): number {
  if (!db.has(key)) return -2;
  const at = db.expiries.get(key);
  return at === undefined ? -1 : Number(wallText(at));
}

function rename(call: CommandCall): void {
  const { db, key } = call;
  const value = db.get(key);
  if (value === undefined) throw NO_SUCH_KEY;
  const to = call.word(2);
  if (key === to) return;
  const at = db.expiries.get(key);
  db.remove(key);
  db.put(to, value, at);
  call.changed(key, 'rename_from', 'g');
  call.changed(to, 'rename_to', 'g');
}

function copy(call: CommandCall): Answer {
  const { server, db, key, words } = call;
  let target = db;
  let replaces = false;
  for (let at = 3; at < words.length; at++) {
    const option = words[at]?.toUpperCase();
    if (option === 'REPLACE') replaces = true;
    else if (option === 'DB' && at + 1 < words.length) {
      const other = server.keyspace.databases[integer(words[++at], new Failure('ERR invalid DB index'))];
      if (other === undefined) return new Failure('ERR DB index is out of range');
      if (server.cluster !== null && other.index !== 0) return new Failure('ERR SELECT is not allowed in cluster mode');
      target = other;
    } else return SYNTAX;
  }
  const to = call.word(2);
  if (target === db && key === to) return new Failure('ERR source and destination objects are the same');
  const value = db.get(key);
  if (value === undefined) return 0;
  if (target.has(to)) {
    if (!replaces) return 0;
    target.remove(to);
  }
  target.put(to, copyOf(value), db.expiries.get(key));
  call.changed(to, 'copy_to', 'g', target);
  return 1;
}

function flush(call: CommandCall, databases: CommandCall['server']['keyspace']['databases']): ReplyValue {
  const { words, server } = call;
  const mode = words[1]?.toUpperCase();
  if (words.length > 2 || (mode !== undefined && mode !== 'ASYNC' && mode !== 'SYNC')) return SYNTAX;
  for (const database of databases) server.keyspace.flush(database);
  call.isDirty = true;
  return OK;
}
