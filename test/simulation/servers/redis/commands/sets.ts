import type { Answer } from '../../resp-server.js';
import type { CommandCall } from '../command-call.js';
import type { RuleTable } from '../rules.js';
import { scanPage } from './scan.js';

export const setRules: RuleTable = {
  SADD: (call) => {
    const { db, key, words } = call;
    const set = db.set(key) ?? new Set<string>();
    const before = set.size;
    for (let at = 2; at < words.length; at++) set.add(words[at] ?? '');
    if (set.size === before) return 0;
    db.put(key, set, 'keep');
    call.changed(key, 'sadd', 's');
    return set.size - before;
  },
  SREM: (call) => {
    const { db, key, words } = call;
    const set = db.set(key);
    const removed = words.slice(2).filter((member) => set?.delete(member)).length;
    if (removed === 0) return 0;
    call.changed(key, 'srem', 's');
    if (set?.size === 0) call.removeEmpty(key);
    return removed;
  },
  SMEMBERS: ({ db, key }) => new Set(db.set(key)),
  SISMEMBER: (call) => (call.db.set(call.key)?.has(call.word(2)) === true ? 1 : 0),
  SMISMEMBER: ({ db, key, words }) => {
    const set = db.set(key);
    return words.slice(2).map((member) => (set?.has(member) === true ? 1 : 0));
  },
  SCARD: ({ db, key }) => db.set(key)?.size ?? 0,
  SMOVE: (call) => {
    const { db, key } = call;
    const [source, target, member] = [db.set(key), call.word(2), call.word(3)];
    const to = db.set(target);
    if (source?.has(member) !== true) return 0;
    if (key === target) return 1;
    source.delete(member);
    call.changed(key, 'srem', 's');
    if (source.size === 0) call.removeEmpty(key);
    db.put(target, (to ?? new Set()).add(member), 'keep');
    call.changed(target, 'sadd', 's');
    return 1;
  },
  /** Without a count. */
  SPOP: (call) => {
    const { db, key, server } = call;
    const set = db.set(key);
    if (set === undefined) return null;
    const members = [...set];
    const member = members[server.random.integer(0, members.length - 1)] ?? '';
    set.delete(member);
    call.becomes(['SREM', key, member]);
    call.changed(key, 'spop', 's');
    if (set.size === 0) call.removeEmpty(key);
    return member;
  },
  SINTER: (call) => combined(call, (first, others) => [...first].filter((member) => others.every((other) => other.has(member)))),
  SUNION: (call) => combined(call, (first, others) => [first, ...others].flatMap((set) => [...set])),
  SDIFF: (call) => combined(call, (first, others) => [...first].filter((member) => !others.some((other) => other.has(member)))),
  SSCAN: ({ db, key, words }) => {
    const set = db.set(key);
    const { cursor, items } = scanPage(words, 2, () => [...(set ?? [])]);
    return [cursor, items];
  },
};

function combined(
  { db, words }: CommandCall,
  combine: (first: ReadonlySet<string>, others: readonly ReadonlySet<string>[]) => readonly string[],
): Answer {
  const [first = new Set<string>(), ...others] = words.slice(1).map((key) => db.set(key) ?? new Set<string>());
  return new Set(combine(first, others));
}
