import { Failure, nullArray, OK, type ReplyValue } from '../../resp.js';
import type { Answer } from '../../resp-server.js';
import type { CommandCall } from '../command-call.js';
import type { RuleTable } from '../rules.js';
import { integer, NO_SUCH_KEY, SYNTAX, timeout } from './arguments.js';
import { rangeOf } from './strings.js';

export type Side = 'LEFT' | 'RIGHT';

export const listRules: RuleTable = {
  LPUSH: (call) => push(call, 'LEFT'),
  RPUSH: (call) => push(call, 'RIGHT'),
  LPUSHX: (call) => (call.db.list(call.key) === undefined ? 0 : push(call, 'LEFT')),
  RPUSHX: (call) => (call.db.list(call.key) === undefined ? 0 : push(call, 'RIGHT')),
  LPOP: (call) => pop(call, 'LEFT'),
  RPOP: (call) => pop(call, 'RIGHT'),
  LLEN: ({ db, key }) => db.list(key)?.length ?? 0,
  LRANGE: ({ db, key, words }) => {
    const [start, end] = [integer(words[2]), integer(words[3])];
    const list = db.list(key) ?? [];
    const [from, to] = rangeOf(start, end, list.length);
    return list.slice(from, to + 1);
  },
  LINDEX: ({ db, key, words }) => {
    const list = db.list(key);
    return list?.at(integer(words[2])) ?? null;
  },
  LSET: (call) => {
    const { db, key, words } = call;
    const list = db.list(key);
    if (list === undefined) return NO_SUCH_KEY;
    const index = integer(words[2]);
    const at = index < 0 ? list.length + index : index;
    if (list[at] === undefined) return new Failure('ERR index out of range');
    list[at] = call.word(3);
    call.changed(key, 'lset', 'l');
    return OK;
  },
  LTRIM: (call) => {
    const { db, key, words } = call;
    const [start, end] = [integer(words[2]), integer(words[3])];
    const list = db.list(key);
    if (list === undefined) return OK;
    const [from, to] = rangeOf(start, end, list.length);
    list.splice(0, list.length, ...list.slice(from, to + 1));
    call.changed(key, 'ltrim', 'l');
    if (list.length === 0) call.removeEmpty(key);
    return OK;
  },
  LREM: (call) => {
    const { db, key, words } = call;
    const count = integer(words[2]);
    const list = db.list(key);
    if (list === undefined) return 0;
    const limit = count === 0 ? Number.POSITIVE_INFINITY : Math.abs(count);
    const items = count < 0 ? [...list].reverse() : [...list];
    let removed = 0;
    const left = items.filter((item) => item !== words[3] || removed++ >= limit);
    removed = list.length - left.length;
    if (removed === 0) return 0;
    list.splice(0, list.length, ...(count < 0 ? left.reverse() : left));
    call.changed(key, 'lrem', 'l');
    if (list.length === 0) call.removeEmpty(key);
    return removed;
  },
  LINSERT: (call) => {
    const { db, key, words } = call;
    const where = words[2]?.toUpperCase();
    if (where !== 'BEFORE' && where !== 'AFTER') return SYNTAX;
    const list = db.list(key);
    if (list === undefined) return 0;
    const at = list.indexOf(call.word(3));
    if (at < 0) return -1;
    list.splice(where === 'BEFORE' ? at : at + 1, 0, call.word(4));
    call.changed(key, 'linsert', 'l');
    return list.length;
  },
  LMOVE: (call) => move(call, sideOf(call.words[3]), sideOf(call.words[4])) ?? null,
  RPOPLPUSH: (call) => move(call, 'RIGHT', 'LEFT') ?? null,
  LMPOP: (call) => popSeveral(call, 1) ?? nullArray,
  BLPOP: (call) => blockingPop(call, 'LEFT'),
  BRPOP: (call) => blockingPop(call, 'RIGHT'),
  BLMOVE: (call) => {
    const [from, to] = [sideOf(call.words[3]), sideOf(call.words[4])];
    return blockingMove(call, from, to, timeout(call.words[5]));
  },
  BRPOPLPUSH: (call) => blockingMove(call, 'RIGHT', 'LEFT', timeout(call.words[3])),
  BLMPOP: (call) => {
    const timeoutMs = timeout(call.words[1]);
    const { keys } = severalOf(call, 2);
    return popSeveral(call, 2) ?? call.block({ on: 'keys', keys, timeoutMs, onTimeout: () => nullArray });
  },
};

function sideOf(word: string | undefined): Side {
  const side = word?.toUpperCase();
  if (side !== 'LEFT' && side !== 'RIGHT') throw SYNTAX;
  return side;
}

function push(call: CommandCall, side: Side): Answer {
  const { db, key, words } = call;
  const list = db.list(key) ?? [];
  db.put(key, list, 'keep');
  for (let at = 2; at < words.length; at++) pushOne(list, side, words[at] ?? '');
  call.changed(key, side === 'LEFT' ? 'lpush' : 'rpush', 'l');
  return list.length;
}

function pushOne(list: string[], side: Side, item: string): void {
  if (side === 'LEFT') list.unshift(item);
  else list.push(item);
}

function popOne(call: CommandCall, key: string, list: string[], side: Side): string {
  const item = (side === 'LEFT' ? list.shift() : list.pop()) ?? '';
  call.changed(key, side === 'LEFT' ? 'lpop' : 'rpop', 'l');
  if (list.length === 0) call.removeEmpty(key);
  return item;
}

function pop(call: CommandCall, side: Side): Answer {
  const { db, key, words } = call;
  const [, , countWord] = words;
  if (words.length > 3) return new Failure(`ERR wrong number of arguments for '${call.rule.name.toLowerCase()}' command`);
  const count = countWord === undefined ? null : integer(countWord, NOT_POSITIVE);
  if (count !== null && count < 0) return NOT_POSITIVE;
  const list = db.list(key);
  if (list === undefined) return count === null ? null : nullArray;
  if (count === null) return popOne(call, key, list, side);
  const items: string[] = [];
  while (items.length < count && list.length > 0) items.push(popOne(call, key, list, side));
  return items;
}

const NOT_POSITIVE = new Failure('ERR value is out of range, must be positive');

/** undefined: there is nothing to move. */
function move(call: CommandCall, from: Side, to: Side): string | undefined {
  const { db, key } = call;
  const source = db.list(key);
  if (source === undefined) return undefined;
  const target = call.word(2);
  // Before anything is taken: the target may be no list.
  const list = db.list(target) ?? [];
  const item = popOne(call, key, source, from);
  if (!(target === key && source.length === 0)) {
    db.put(target, list, 'keep');
    pushOne(list, to, item);
  } else db.put(target, [item], 'keep');
  call.changed(target, to === 'LEFT' ? 'lpush' : 'rpush', 'l');
  call.becomes(['LMOVE', key, target, from, to]);
  return item;
}

function blockingMove(call: CommandCall, from: Side, to: Side, timeoutMs: number): Answer {
  const moved = move(call, from, to);
  if (moved !== undefined) return moved;
  // Another null than after a wait.
  if (call.origin !== 'client') return null;
  return call.block({ on: 'keys', keys: [call.key], timeoutMs, onTimeout: () => nullArray });
}

function blockingPop(call: CommandCall, side: Side): Answer {
  const { db, words } = call;
  const keys = words.slice(1, -1);
  const timeoutMs = timeout(words.at(-1));
  for (const key of keys) {
    const list = db.list(key);
    if (list === undefined) continue;
    call.becomes([side === 'LEFT' ? 'LPOP' : 'RPOP', key]);
    return [key, popOne(call, key, list, side)];
  }
  return call.block({ on: 'keys', keys, timeoutMs, onTimeout: () => nullArray });
}

/** Arguments of LMPOP and ZMPOP: `numkeys key [key …] <where> [COUNT count]`. */
export function severalOf({ words }: CommandCall, at: number): { keys: readonly string[]; where: string; count: number } {
  const numkeys = integer(words[at], new Failure('ERR numkeys should be greater than 0'));
  if (numkeys <= 0) throw new Failure('ERR numkeys should be greater than 0');
  const keys = words.slice(at + 1, at + 1 + numkeys);
  const where = words[at + 1 + numkeys]?.toUpperCase();
  const rest = words.slice(at + 2 + numkeys);
  if (where === undefined) throw SYNTAX;
  if (rest.length === 0) return { keys, where, count: 1 };
  if (rest.length !== 2 || rest[0]?.toUpperCase() !== 'COUNT') throw SYNTAX;
  const count = integer(rest[1], NO_COUNT);
  if (count <= 0) throw NO_COUNT;
  return { keys, where, count };
}

const NO_COUNT = new Failure('ERR count should be greater than 0');

function popSeveral(call: CommandCall, at: number): ReplyValue | undefined {
  const { keys, where, count } = severalOf(call, at);
  const side = sideOf(where);
  for (const key of keys) {
    const list = call.db.list(key);
    if (list === undefined) continue;
    const items: string[] = [];
    while (items.length < count && list.length > 0) items.push(popOne(call, key, list, side));
    call.becomes([side === 'LEFT' ? 'LPOP' : 'RPOP', key, String(items.length)]);
    return [key, items];
  }
  return undefined;
}
