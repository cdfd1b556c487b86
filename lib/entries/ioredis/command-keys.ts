import { NAMES_BY_KEYS, SUBCOMMANDS_WITH_KEY } from './command-names.js';

type Args = readonly unknown[];
type Range = readonly [first: number, last: number, step: number];

const NONE: readonly number[] = [];
const FIRST: readonly number[] = [0];
const isWord = (given: unknown, word: string): boolean => String(given).toUpperCase() === word;

/** Indexes behind a count: `count key …`. */
function counted(args: Args, at: number): number[] {
  // A count that is none, or beyond what is there, is the server's to refuse.
  const count = Math.min(Number(args[at]) || 0, args.length - at - 1);
  return Array.from({ length: Math.max(0, Math.trunc(count)) }, (_, index) => at + 1 + index);
}

function behindWords(args: Args, from: number, words: readonly string[]): number[] {
  return words.flatMap((word) => {
    const at = args.findIndex((given, index) => index >= from && index < args.length - 1 && isWord(given, word));
    return at === -1 ? [] : [at + 1];
  });
}

/** Patterns of BY and GET have the prefix, too, because they are names of keys. */
function sortKeys(args: Args): number[] {
  const keys = [0];
  for (let at = 1; at < args.length - 1; at++) {
    const word = typeof args[at] === 'string' ? String(args[at]).toUpperCase() : '';
    if (word !== 'GET' && word !== 'BY' && word !== 'STORE') continue;
    at++;
    if (word !== 'GET' || args[at] !== '#') keys.push(at);
  }
  return keys;
}

function migrateKeys(args: Args): number[] {
  if (args[2] !== '') return [2];
  const at = args.findIndex((given, index) => index >= 5 && typeof given === 'string' && isWord(given, 'KEYS'));
  return at === -1 ? [] : args.slice(at + 1).map((_, index) => at + 1 + index);
}

/** The first half of what is behind STREAMS; the second are the positions. */
function streamKeys(args: Args, from: number): number[] {
  const at = args.findIndex((given, index) => index >= from && isWord(given, 'STREAMS'));
  return at === -1 ? [] : Array.from({ length: Math.floor((args.length - 1 - at) / 2) }, (_, index) => at + 1 + index);
}

const byCountAt =
  (at: number, ...before: readonly number[]) =>
  (args: Args): number[] => [...before, ...counted(args, at)];
const SCRIPT = byCountAt(1);
const COUNT_FIRST = byCountAt(0);
const STORING = byCountAt(1, 0);

const FOUND: Readonly<Record<string, (args: Args) => readonly number[]>> = {
  eval: SCRIPT,
  evalsha: SCRIPT,
  eval_ro: SCRIPT,
  evalsha_ro: SCRIPT,
  fcall: SCRIPT,
  fcall_ro: SCRIPT,
  blmpop: SCRIPT,
  bzmpop: SCRIPT,
  lmpop: COUNT_FIRST,
  sdiffcard: COUNT_FIRST,
  sintercard: COUNT_FIRST,
  sunioncard: COUNT_FIRST,
  zdiff: COUNT_FIRST,
  zinter: COUNT_FIRST,
  zintercard: COUNT_FIRST,
  zmpop: COUNT_FIRST,
  zunion: COUNT_FIRST,
  zdiffstore: STORING,
  zinterstore: STORING,
  zunionstore: STORING,
  msetex: (args) => counted(args, 0).map((_, index) => 1 + index * 2),
  georadius: (args) => [0, ...behindWords(args, 5, ['STORE', 'STOREDIST'])],
  georadiusbymember: (args) => [0, ...behindWords(args, 4, ['STORE', 'STOREDIST'])],
  sort: sortKeys,
  sort_ro: sortKeys,
  migrate: migrateKeys,
  xread: (args) => streamKeys(args, 0),
  xreadgroup: (args) => streamKeys(args, 3),
};

const ranges = new Map<string, Range>();
for (const [keys, names] of Object.entries(NAMES_BY_KEYS)) {
  const [first, last, step] = keys.split(' ').map(Number);
  if (first === undefined || last === undefined || step === undefined) continue;
  for (const name of names.split(/\s+/)) ranges.set(name, [first, last, step]);
}

/** Indexes of the keys among the arguments of a command, by its name in lower case; none for commands that have no method. */
export function keyIndexes(name: string, args: Args): readonly number[] {
  const range = ranges.get(name);
  if (range === undefined) {
    const find = Object.hasOwn(FOUND, name) ? FOUND[name] : undefined;
    if (find !== undefined) return find(args).filter((index) => index < args.length);
    return hasKeyBehindSubcommand(name, args) ? [1] : NONE;
  }
  const [first, last, step] = range;
  if (last === 1) return args.length > 0 ? FIRST : NONE;
  const end = last > 0 ? Math.min(last, args.length) : args.length + last + 1;
  const indexes: number[] = [];
  for (let index = first - 1; index < end; index += step) indexes.push(index);
  return indexes;
}

function hasKeyBehindSubcommand(name: string, args: Args): boolean {
  if (!Object.hasOwn(SUBCOMMANDS_WITH_KEY, name) || args.length < 2) return false;
  return (SUBCOMMANDS_WITH_KEY[name] ?? '').split(' ').includes(String(args[0]).toLowerCase());
}
