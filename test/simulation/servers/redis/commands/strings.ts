import { Failure, OK, type ReplyValue } from '../../resp.js';
import type { Answer } from '../../resp-server.js';
import type { CommandCall } from '../command-call.js';
import type { RuleTable } from '../rules.js';
import { endOf, wallText } from '../server-clock.js';
import { float, floatText, integer, SYNTAX } from './arguments.js';
import { set } from './set-string.js';

export const stringRules: RuleTable = {
  GET: ({ db, key }) => db.string(key) ?? null,
  SET: set,
  SETNX: (call) => {
    if (call.db.has(call.key)) return 0;
    put(call, call.word(2));
    return 1;
  },
  SETEX: (call) => setWithEnd(call, 1_000),
  PSETEX: (call) => setWithEnd(call, 1),
  GETSET: (call) => {
    const before = call.db.string(call.key) ?? null;
    put(call, call.word(2));
    call.becomes(['SET', call.key, call.word(2)]);
    return before;
  },
  GETDEL: (call) => {
    const { db, key } = call;
    const before = db.string(key);
    if (before === undefined) return null;
    db.remove(key);
    call.becomes(['DEL', key]);
    call.changed(key, 'del', 'g');
    return before;
  },
  GETEX: getWithEnd,
  APPEND: (call) => {
    const { db, key } = call;
    const value = (db.string(key) ?? '') + call.word(2);
    db.put(key, value, 'keep');
    call.changed(key, 'append', '$');
    return value.length;
  },
  STRLEN: ({ db, key }) => db.string(key)?.length ?? 0,
  GETRANGE: (call) => {
    const value = call.db.string(call.key) ?? '';
    const [start, end] = rangeOf(integer(call.words[2]), integer(call.words[3]), value.length);
    return value.slice(start, end + 1);
  },
  SETRANGE: (call) => {
    const { db, key } = call;
    const offset = integer(call.words[2]);
    const part = call.word(3);
    if (offset < 0) return new Failure('ERR offset is out of range');
    const before = db.string(key) ?? '';
    if (part === '') return before.length;
    const value = before.padEnd(offset, '\0').slice(0, offset) + part + before.slice(offset + part.length);
    db.put(key, value, 'keep');
    call.changed(key, 'setrange', '$');
    return value.length;
  },
  INCR: (call) => add(call, 1),
  DECR: (call) => add(call, -1),
  INCRBY: (call) => add(call, integer(call.words[2])),
  DECRBY: (call) => add(call, -integer(call.words[2])),
  INCRBYFLOAT: (call) => {
    const { db, key } = call;
    const before = float(db.string(key) ?? '0');
    const value = floatText(Number((before + float(call.words[2])).toPrecision(17)));
    db.put(key, value, 'keep');
    call.becomes(['SET', key, value, 'KEEPTTL']);
    call.changed(key, 'incrbyfloat', '$');
    return value;
  },
  MGET: ({ db, words }) =>
    words.slice(1).map((key): ReplyValue => {
      const value = db.get(key);
      return typeof value === 'string' ? value : null;
    }),
  MSET: (call) => {
    const failure = putAll(call);
    return failure ?? OK;
  },
  MSETNX: (call) => {
    const { db, words } = call;
    if (words.length % 2 === 0) return new Failure("ERR wrong number of arguments for 'msetnx' command");
    for (let at = 1; at < words.length; at += 2) if (db.has(words[at] ?? '')) return 0;
    putAll(call);
    return 1;
  },
};

function put(call: CommandCall, value: string): void {
  call.db.put(call.key, value);
  call.changed(call.key, 'set', '$');
}

function putAll(call: CommandCall): Failure | null {
  const { db, words, rule } = call;
  if (words.length % 2 === 0) return new Failure(`ERR wrong number of arguments for '${rule.name.toLowerCase()}' command`);
  for (let at = 1; at < words.length; at += 2) {
    const key = words[at] ?? '';
    db.put(key, words[at + 1] ?? '');
    call.changed(key, 'set', '$');
  }
  return null;
}

function setWithEnd(call: CommandCall, unitMs: number): Answer {
  const { server, db, key, rule } = call;
  const amount = integer(call.words[2]) * unitMs;
  if (amount <= 0) return new Failure(`ERR invalid expire time in '${rule.name.toLowerCase()}' command`);
  const at = Math.floor(server.now) + amount;
  db.put(key, call.word(3), at);
  call.becomes(['SET', key, call.word(3), 'PXAT', wallText(at)]);
  call.changed(key, 'set', '$');
  server.keyspace.notify(db, key, 'expire', 'g');
  return OK;
}

function getWithEnd(call: CommandCall): Answer {
  const { server, db, key, words } = call;
  const [option, amountWord] = [words[2]?.toUpperCase(), words[3]];
  const value = db.string(key);
  if (option === undefined) return value ?? null;
  if (option === 'PERSIST' && words.length === 3) {
    if (value === undefined) return null;
    if (db.expiries.delete(key)) {
      call.becomes(['PERSIST', key]);
      call.changed(key, 'persist', 'g');
    }
    return value;
  }
  if (words.length !== 4 || !['EX', 'PX', 'EXAT', 'PXAT'].includes(option)) return SYNTAX;
  const at = endOf(server.now, option as 'EX' | 'PX' | 'EXAT' | 'PXAT', amountWord, 'getex');
  if (value === undefined) return null;
  if (at <= server.now) {
    db.remove(key);
    call.becomes(['DEL', key]);
    call.changed(key, 'del', 'g');
    return value;
  }
  db.expireAt(key, at);
  call.becomes(['PEXPIREAT', key, wallText(at)]);
  call.changed(key, 'expire', 'g');
  return value;
}

function add(call: CommandCall, amount: number): Answer {
  const { db, key } = call;
  const before = integer(db.string(key) ?? '0');
  const value = before + amount;
  // Redis goes up to 2^63.
  if (!Number.isSafeInteger(value)) return new Failure('ERR increment or decrement would overflow');
  db.put(key, String(value), 'keep');
  call.changed(key, 'incrby', '$');
  return value;
}

/** Both ends included, from the end where negative. */
export function rangeOf(start: number, end: number, length: number): [number, number] {
  const from = start < 0 ? Math.max(0, length + start) : start;
  const to = end < 0 ? length + end : Math.min(end, length - 1);
  return [from, Math.max(to, from - 1)];
}
