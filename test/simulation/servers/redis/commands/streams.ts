import { Failure, nullArray, type ReplyValue } from '../../resp.js';
import type { Answer } from '../../resp-server.js';
import type { CommandCall } from '../command-call.js';
import type { RuleTable } from '../rules.js';
import { wallClock } from '../server-clock.js';
import { Stream, type StreamEntry, type StreamId } from '../values.js';
import { integer, SYNTAX } from './arguments.js';

/** Of streams what one reader and one writer need: no consumer groups, no trimming but by MAXLEN. */
export const streamRules: RuleTable = {
  XADD: add,
  XLEN: ({ db, key }) => db.stream(key)?.entries.length ?? 0,
  XRANGE: ({ db, key, words }) => {
    const [from, to] = [boundOf(words[2], '-'), boundOf(words[3], '+')];
    const count = countOf(words);
    const entries = (db.stream(key)?.entries ?? []).filter(({ id }) => compare(id, from) >= 0 && compare(id, to) <= 0);
    return entries.slice(0, count).map(entryReply);
  },
  XDEL: (call) => {
    const { db, key, words } = call;
    const ids = words.slice(2).map((word) => idText(idOf(word, 0)));
    const stream = db.stream(key);
    if (stream === undefined) return 0;
    const left = stream.entries.filter(({ id }) => !ids.includes(idText(id)));
    const removed = stream.entries.length - left.length;
    if (removed === 0) return 0;
    stream.entries.splice(0, stream.entries.length, ...left);
    call.changed(key, 'xdel', 't');
    return removed;
  },
  XREAD: read,
};

const INVALID_ID = new Failure('ERR Invalid stream ID specified as stream command argument');
const LARGEST: StreamId = { ms: Number.MAX_SAFE_INTEGER, number: Number.MAX_SAFE_INTEGER };

function compare(one: StreamId, other: StreamId): number {
  return one.ms - other.ms || one.number - other.number;
}

function idText({ ms, number }: StreamId): string {
  return `${ms}-${number}`;
}

function idOf(word: string | undefined, number: number): StreamId {
  const parts = /^(\d{1,16})(?:-(\d{1,16}))?$/.exec(word ?? '');
  if (parts === null) throw INVALID_ID;
  return { ms: Number(parts[1]), number: parts[2] === undefined ? number : Number(parts[2]) };
}

function boundOf(word: string | undefined, open: '-' | '+'): StreamId {
  if (word === '-') return { ms: 0, number: 0 };
  if (word === '+') return LARGEST;
  return idOf(word, open === '-' ? 0 : Number.MAX_SAFE_INTEGER);
}

function countOf(words: readonly string[]): number {
  if (words.length === 4) return Number.POSITIVE_INFINITY;
  if (words.length !== 6 || words[4]?.toUpperCase() !== 'COUNT') throw SYNTAX;
  return integer(words[5]);
}

function entryReply({ id, fields }: StreamEntry): ReplyValue {
  return [idText(id), fields];
}

/** https://redis.io/docs/latest/commands/xadd/ */
function add(call: CommandCall): Answer {
  const { db, key, words } = call;
  let at = 2;
  let makes = true;
  let most = Number.POSITIVE_INFINITY;
  for (; ; at++) {
    const option = words[at]?.toUpperCase();
    if (option === 'NOMKSTREAM') makes = false;
    else if (option === 'MAXLEN') {
      if (words[at + 1] === '~' || words[at + 1] === '=') at++;
      most = integer(words[++at]);
    } else break;
  }
  const fields = words.slice(at + 1);
  if (fields.length === 0 || fields.length % 2 !== 0) return new Failure("ERR wrong number of arguments for 'xadd' command");
  const idWord = words[at] ?? '';
  const given = idWord === '*' ? null : /^\d+-\*$/.test(idWord) ? null : idOf(idWord, 0);
  if (given !== null && given.ms === 0 && given.number === 0) return new Failure('ERR The ID specified in XADD must be greater than 0-0');
  const known = db.stream(key);
  if (known === undefined && !makes) return null;
  const stream = known ?? new Stream();
  const id = given ?? nextId(stream.lastId, idWord === '*' ? Math.floor(wallClock(call.now)) : Number(idWord.slice(0, -2)));
  if (compare(id, stream.lastId) <= 0) {
    return new Failure('ERR The ID specified in XADD is equal or smaller than the target stream top item');
  }
  stream.entries.push({ id, fields });
  stream.lastId = id;
  if (stream.entries.length > most) stream.entries.splice(0, stream.entries.length - most);
  db.put(key, stream, 'keep');
  call.becomes(['XADD', key, ...words.slice(2, at), idText(id), ...fields]);
  call.changed(key, 'xadd', 't');
  return idText(id);
}

function nextId(last: StreamId, ms: number): StreamId {
  return ms > last.ms ? { ms, number: 0 } : { ms: last.ms, number: last.number + 1 };
}

/** https://redis.io/docs/latest/commands/xread/ */
function read(call: CommandCall): Answer {
  const { db, words } = call;
  let count = Number.POSITIVE_INFINITY;
  let blockMs: number | null = null;
  let at = 1;
  for (; words[at] !== undefined && words[at]?.toUpperCase() !== 'STREAMS'; at += 2) {
    const option = words[at]?.toUpperCase();
    if (option === 'COUNT') count = integer(words[at + 1]) || Number.POSITIVE_INFINITY;
    else if (option === 'BLOCK') {
      blockMs = integer(words[at + 1], new Failure('ERR timeout is not an integer or out of range'));
      if (blockMs < 0) return new Failure('ERR timeout is negative');
    } else return SYNTAX;
  }
  const rest = words.slice(at + 1);
  if (words[at] === undefined) return SYNTAX;
  if (rest.length === 0 || rest.length % 2 !== 0) {
    return new Failure(call.server.dialect.xreadUnbalanced);
  }
  const keys = rest.slice(0, rest.length / 2);
  const after = rest.slice(rest.length / 2).map((word, index) => (word === '$' ? lastIdOf(call, keys[index] ?? '') : idOf(word, 0)));
  const found: [string, ReplyValue[]][] = [];
  for (const [index, key] of keys.entries()) {
    const from = after[index] ?? LARGEST;
    const entries = (db.stream(key)?.entries ?? []).filter(({ id }) => compare(id, from) > 0).slice(0, count);
    if (entries.length > 0) found.push([key, entries.map(entryReply)]);
  }
  if (found.length > 0) return call.session.protocol === 3 ? new Map(found) : found;
  if (blockMs === null) return nullArray;
  // `$` means the end at this moment, not at the one when something comes.
  return call.block({
    on: 'keys',
    keys,
    timeoutMs: blockMs,
    onTimeout: () => nullArray,
    words: [...words.slice(0, at + 1), ...keys, ...after.map(idText)],
  });
}

function lastIdOf({ db }: CommandCall, key: string): StreamId {
  return db.stream(key)?.lastId ?? { ms: 0, number: 0 };
}
