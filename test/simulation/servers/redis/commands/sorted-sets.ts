import { ByProtocol, Failure, nullArray, type ReplyValue, Score } from '../../resp.js';
import type { Answer } from '../../resp-server.js';
import type { CommandCall } from '../command-call.js';
import type { RuleTable } from '../rules.js';
import { SortedSet } from '../values.js';
import { float, floatText, integer, SYNTAX, timeout } from './arguments.js';
import { severalOf } from './lists.js';
import { scanPage } from './scan.js';
import { rangeOf } from './strings.js';

/** Of sorted sets the simple forms: no ranges by score or by text. */
export const sortedSetRules: RuleTable = {
  ZADD: add,
  ZINCRBY: (call) => {
    const score = float(call.words[2]) + (call.db.sortedSet(call.key)?.scores.get(call.word(3)) ?? 0);
    if (Number.isNaN(score)) return NOT_A_NUMBER;
    setOf(call).scores.set(call.word(3), score);
    call.becomes(['ZADD', call.key, floatText(score), call.word(3)]);
    call.changed(call.key, 'zincr', 'z');
    return new Score(score);
  },
  ZSCORE: (call) => scoreOf(call.db.sortedSet(call.key)?.scores.get(call.word(2))),
  ZMSCORE: ({ db, key, words }) => {
    const set = db.sortedSet(key);
    return words.slice(2).map((member) => scoreOf(set?.scores.get(member)));
  },
  ZCARD: ({ db, key }) => db.sortedSet(key)?.scores.size ?? 0,
  ZRANK: (call) => {
    const at = (call.db.sortedSet(call.key)?.inOrder ?? []).findIndex(([member]) => member === call.word(2));
    return at < 0 ? null : at;
  },
  ZREM: (call) => {
    const { db, key, words } = call;
    const set = db.sortedSet(key);
    const removed = words.slice(2).filter((member) => set?.scores.delete(member)).length;
    if (removed === 0) return 0;
    call.changed(key, 'zrem', 'z');
    if (set?.scores.size === 0) call.removeEmpty(key);
    return removed;
  },
  ZRANGE: range,
  ZPOPMIN: (call) => pop(call, 'MIN'),
  ZPOPMAX: (call) => pop(call, 'MAX'),
  ZMPOP: (call) => popSeveral(call, 1) ?? nullArray,
  BZPOPMIN: (call) => blockingPop(call, 'MIN'),
  BZPOPMAX: (call) => blockingPop(call, 'MAX'),
  BZMPOP: (call) => {
    const timeoutMs = timeout(call.words[1]);
    const { keys } = severalOf(call, 2);
    return popSeveral(call, 2) ?? call.block({ on: 'keys', keys, timeoutMs, onTimeout: () => nullArray });
  },
  ZSCAN: ({ db, key, words }) => {
    const set = db.sortedSet(key);
    const { cursor, items } = scanPage(words, 2, () => [...(set?.scores.keys() ?? [])]);
    return [cursor, items.flatMap((member) => [member, floatText(set?.scores.get(member) ?? 0)])];
  },
};

const NOT_A_NUMBER = new Failure('ERR resulting score is not a number (NaN)');
const NOT_POSITIVE = new Failure('ERR value is out of range, must be positive');

function scoreOf(score: number | undefined): Score | null {
  return score === undefined ? null : new Score(score);
}

function setOf({ db, key }: CommandCall): SortedSet {
  const set = db.sortedSet(key) ?? new SortedSet();
  db.put(key, set, 'keep');
  return set;
}

/** https://redis.io/docs/latest/commands/zadd/ */
function add(call: CommandCall): Answer {
  const { words, db, key } = call;
  const options = new Set<string>();
  let at = 2;
  for (; ['NX', 'XX', 'GT', 'LT', 'CH', 'INCR'].includes(words[at]?.toUpperCase() ?? ''); at++) options.add(words[at]?.toUpperCase() ?? '');
  const pairs = words.slice(at);
  if (pairs.length === 0 || pairs.length % 2 !== 0) return SYNTAX;
  if (options.has('NX') && options.has('XX')) return new Failure('ERR XX and NX options at the same time are not compatible');
  if ((options.has('GT') && options.has('LT')) || (options.has('NX') && (options.has('GT') || options.has('LT')))) {
    return new Failure('ERR GT, LT, and/or NX options at the same time are not compatible');
  }
  if (options.has('INCR') && pairs.length > 2) return new Failure('ERR INCR option supports a single increment-element pair');
  const given = pairs.filter((_, index) => index % 2 === 0).map((word) => float(word));
  const set = db.sortedSet(key) ?? new SortedSet();
  let added = 0;
  let changed = 0;
  let result: number | null = null;
  for (const [index, amount] of given.entries()) {
    const member = pairs[index * 2 + 1] ?? '';
    const before = set.scores.get(member);
    const score = options.has('INCR') ? (before ?? 0) + amount : amount;
    if (Number.isNaN(score)) return NOT_A_NUMBER;
    if (before === undefined ? options.has('XX') : options.has('NX')) continue;
    if (before !== undefined && ((options.has('GT') && score <= before) || (options.has('LT') && score >= before))) continue;
    result = score;
    if (before === score) continue;
    set.scores.set(member, score);
    if (before === undefined) added++;
    else changed++;
  }
  if (added + changed > 0) {
    db.put(key, set, 'keep');
    call.changed(key, options.has('INCR') ? 'zincr' : 'zadd', 'z');
  }
  if (options.has('INCR')) return result === null ? null : new Score(result);
  return options.has('CH') ? added + changed : added;
}

function range({ db, key, words }: CommandCall): Answer {
  const options = words.slice(4).map((word) => word.toUpperCase());
  if (options.some((word) => word !== 'WITHSCORES' && word !== 'REV')) return SYNTAX;
  const [start, end] = [integer(words[2]), integer(words[3])];
  const ordered = db.sortedSet(key)?.inOrder ?? [];
  if (options.includes('REV')) ordered.reverse();
  const [from, to] = rangeOf(start, end, ordered.length);
  const chosen = ordered.slice(from, to + 1);
  return options.includes('WITHSCORES') ? withScores(chosen) : chosen.map(([member]) => member);
}

/** Pairs in RESP3, one list in RESP2. */
function withScores(pairs: readonly (readonly [string, number])[]): ByProtocol {
  const replies = pairs.map(([member, score]): readonly ReplyValue[] => [member, new Score(score)]);
  return new ByProtocol(replies.flat(), replies);
}

function take(call: CommandCall, key: string, set: SortedSet, side: string, count: number): [string, number][] {
  const ordered = set.inOrder;
  if (side === 'MAX') ordered.reverse();
  const taken = ordered.slice(0, count);
  for (const [member] of taken) set.scores.delete(member);
  if (taken.length > 0) call.changed(key, side === 'MAX' ? 'zpopmax' : 'zpopmin', 'z');
  if (set.scores.size === 0) call.removeEmpty(key);
  return taken;
}

function pop(call: CommandCall, side: 'MIN' | 'MAX'): Answer {
  const { db, key, words } = call;
  if (words.length > 3) return SYNTAX;
  const count = words[2] === undefined ? 1 : integer(words[2], NOT_POSITIVE);
  if (count < 0) return NOT_POSITIVE;
  const set = db.sortedSet(key);
  if (set === undefined) return [];
  const taken = take(call, key, set, side, count);
  // Without a count RESP3 has no array of pairs either.
  return words[2] === undefined ? taken.flatMap(([member, score]): ReplyValue[] => [member, new Score(score)]) : withScores(taken);
}

function blockingPop(call: CommandCall, side: 'MIN' | 'MAX'): Answer {
  const { db, words } = call;
  const keys = words.slice(1, -1);
  const timeoutMs = timeout(words.at(-1));
  for (const key of keys) {
    const set = db.sortedSet(key);
    if (set === undefined) continue;
    call.becomes([`ZPOP${side}`, key]);
    const [[member, score] = ['', 0]] = take(call, key, set, side, 1);
    return [key, member, new Score(score)];
  }
  return call.block({ on: 'keys', keys, timeoutMs, onTimeout: () => nullArray });
}

function popSeveral(call: CommandCall, at: number): ReplyValue | undefined {
  const { keys, where, count } = severalOf(call, at);
  if (where !== 'MIN' && where !== 'MAX') throw SYNTAX;
  for (const key of keys) {
    const set = call.db.sortedSet(key);
    if (set === undefined) continue;
    const taken = take(call, key, set, where, count);
    call.becomes([`ZPOP${where}`, key, String(taken.length)]);
    return [key, taken.map(([member, score]): ReplyValue => [member, new Score(score)])];
  }
  return undefined;
}
