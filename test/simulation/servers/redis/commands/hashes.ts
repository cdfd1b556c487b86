import { Failure, OK } from '../../resp.js';
import type { Answer } from '../../resp-server.js';
import type { CommandCall } from '../command-call.js';
import type { RuleTable } from '../rules.js';
import { float, floatText, integer } from './arguments.js';
import { scanPage } from './scan.js';

const NOT_INTEGER_FIELD = new Failure('ERR hash value is not an integer');
const NOT_FLOAT_FIELD = new Failure('ERR hash value is not a float');

export const hashRules: RuleTable = {
  HSET: (call) => {
    if (call.words.length % 2 !== 0) return new Failure("ERR wrong number of arguments for 'hset' command");
    return setFields(call);
  },
  HMSET: (call) => {
    if (call.words.length % 2 !== 0) return new Failure("ERR wrong number of arguments for 'hmset' command");
    setFields(call);
    return OK;
  },
  HSETNX: (call) => {
    if (call.db.hash(call.key)?.has(call.word(2)) === true) return 0;
    setFields(call);
    return 1;
  },
  HGET: (call) => call.db.hash(call.key)?.get(call.word(2)) ?? null,
  HMGET: ({ db, key, words }) => {
    const hash = db.hash(key);
    return words.slice(2).map((field) => hash?.get(field) ?? null);
  },
  HGETALL: ({ db, key }) => new Map(db.hash(key)),
  HKEYS: ({ db, key }) => [...(db.hash(key)?.keys() ?? [])],
  HVALS: ({ db, key }) => [...(db.hash(key)?.values() ?? [])],
  HLEN: ({ db, key }) => db.hash(key)?.size ?? 0,
  HSTRLEN: (call) => call.db.hash(call.key)?.get(call.word(2))?.length ?? 0,
  HEXISTS: (call) => (call.db.hash(call.key)?.has(call.word(2)) === true ? 1 : 0),
  HDEL: (call) => {
    const { db, key, words } = call;
    const hash = db.hash(key);
    const removed = words.slice(2).filter((field) => hash?.delete(field)).length;
    if (removed === 0) return 0;
    call.changed(key, 'hdel', 'h');
    if (hash?.size === 0) call.removeEmpty(key);
    return removed;
  },
  HINCRBY: (call) => {
    const amount = integer(call.words[3]);
    const value = integer(call.db.hash(call.key)?.get(call.word(2)) ?? '0', NOT_INTEGER_FIELD) + amount;
    if (!Number.isSafeInteger(value)) return new Failure('ERR increment or decrement would overflow');
    hashOf(call).set(call.word(2), String(value));
    call.changed(call.key, 'hincrby', 'h');
    return value;
  },
  HINCRBYFLOAT: (call) => {
    const amount = float(call.words[3]);
    const value = floatText(float(call.db.hash(call.key)?.get(call.word(2)) ?? '0', NOT_FLOAT_FIELD) + amount);
    hashOf(call).set(call.word(2), value);
    call.becomes(['HSET', call.key, call.word(2), value]);
    call.changed(call.key, 'hincrbyfloat', 'h');
    return value;
  },
  HSCAN: ({ db, key, words }) => {
    const hash = db.hash(key);
    const { cursor, items } = scanPage(words, 2, () => [...(hash?.keys() ?? [])]);
    return [cursor, items.flatMap((field) => [field, hash?.get(field) ?? ''])];
  },
};

/** Makes one if there is none. */
function hashOf({ db, key }: CommandCall): Map<string, string> {
  const hash = db.hash(key) ?? new Map<string, string>();
  db.put(key, hash, 'keep');
  return hash;
}

function setFields(call: CommandCall): Answer {
  const { key, words } = call;
  const hash = hashOf(call);
  const before = hash.size;
  for (let at = 2; at < words.length; at += 2) hash.set(words[at] ?? '', words[at + 1] ?? '');
  call.changed(key, 'hset', 'h');
  return hash.size - before;
}
