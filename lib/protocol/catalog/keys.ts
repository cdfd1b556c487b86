import type { Arg, CommandSpec, KeySpec } from '../command-spec.js';
import { argText } from '../resp/text.js';

type Args = readonly Arg[];
type Rule = (args: Args) => number[];

/**
 * Indexes in `args` of every key, in the order of the key specs: the keys that a cluster node places a call by. The channels of sharded
 * pub/sub and the cursor of `CLUSTERSCAN` count as keys, because it places them too. Arguments that make no sense give what keys there are;
 * the server will complain about them. https://redis.io/docs/latest/develop/reference/key-specs/
 */
export function keyIndexes(spec: CommandSpec, args: Args): number[] {
  const found: number[] = [];
  if (spec.firstKey >= 0) {
    const last = spec.lastKey < 0 ? args.length + spec.lastKey : spec.lastKey;
    add(found, args, spec.firstKey, last, spec.keyStep);
    return found;
  }
  if (spec.firstKey === -1) return found;
  const rule = RULES.get(spec.name);
  if (rule !== undefined) return rule(args);
  for (const keySpec of spec.keySpecs) follow(keySpec, spec.words, args, found);
  return found;
}

/** Every key of a call, in the order of `keyIndexes`. */
export function keysOf(spec: CommandSpec, args: Args): Arg[] {
  return keyIndexes(spec, args).map((index) => args[index] ?? '');
}

/** The key that decides where the command goes, `undefined` where it has none. */
export function firstKey(spec: CommandSpec, args: Args): Arg | undefined {
  if (spec.firstKey >= 0) return args[spec.firstKey];
  if (spec.firstKey === -1) return undefined;
  const index = keyIndexes(spec, args)[0];
  return index === undefined ? undefined : args[index];
}

/** How many words follow an option: these are skipped, they may look like options. */
type Operands = Readonly<Record<string, number>>;
const SORT_OPERANDS: Operands = { LIMIT: 2, GET: 1, BY: 1 };
const MIGRATE_OPERANDS: Operands = { AUTH: 1, AUTH2: 2 };
const STREAM_OPERANDS: Operands = { GROUP: 2, COUNT: 1, BLOCK: 1, CLAIM: 1 };

/**
 * The commands that a cluster node does not place by their key specs, which are incomplete or ambiguous, but by code of its own. What that
 * code finds is compared with live servers in test/functional/keys.test.ts.
 */
const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['SORT', sort],
  // BY and GET are patterns of keys, which no client can list; without STORE only the key itself is left.
  ['SORT_RO', (args) => some(args, [0])],
  ['MIGRATE', migrate],
  ['GEORADIUS', (args) => geoRadius(args, 5)],
  ['GEORADIUSBYMEMBER', (args) => geoRadius(args, 4)],
  ['XREAD', streams],
  ['XREADGROUP', streams],
]);

/**
 * Indexes of the patterns of keys that SORT and SORT_RO look up. `GET #` is the element itself. https://redis.io/docs/latest/commands/sort/
 */
export function sortPatternIndexes(args: Args): number[] {
  const found: number[] = [];
  for (let at = 1; at < args.length; at++) {
    const word = keyword(args[at]);
    if ((word === 'BY' || (word === 'GET' && keyword(args[at + 1]) !== '#')) && at + 1 < args.length) found.push(at + 1);
    at += (word === 'STORE' ? 1 : SORT_OPERANDS[word]) ?? 0;
  }
  return found;
}

/** Whether `keyIndexes` finds all keys; not those of a module's command that the server did not describe. */
export function keysAreKnown(spec: CommandSpec): boolean {
  if (RULES.has(spec.name)) return true;
  // Modules may find keys by code of their own and describe none.
  if (spec.firstKey === -2 && spec.keySpecs.length === 0) return false;
  return !spec.keySpecs.some(({ begin, find }) => begin === 'unknown' || find === 'unknown');
}

/** SORT key [BY pattern] [LIMIT offset count] [GET pattern …] [ASC | DESC] [ALPHA] [STORE destination] — the last STORE wins. */
function sort(args: Args): number[] {
  let destination = -1;
  for (let at = option(SORT_OPERANDS, args, 1, 'STORE'); at >= 0; at = option(SORT_OPERANDS, args, at + 1, 'STORE')) destination = at;
  return some(args, [0, destination]);
}

/** MIGRATE host port key|"" db timeout [COPY] [REPLACE] [AUTH password | AUTH2 user password] [KEYS key …] */
function migrate(args: Args): number[] {
  const keys = length(args[2]) > 0 ? -1 : option(MIGRATE_OPERANDS, args, 5, 'KEYS');
  if (keys < 0) return some(args, [2]);
  const found: number[] = [];
  add(found, args, keys, args.length, 1);
  return found;
}

/** XREADGROUP [GROUP group consumer] [COUNT count] [BLOCK ms] [CLAIM ms] [NOACK] STREAMS key … id …, the options in any order. */
function streams(args: Args): number[] {
  const first = option(STREAM_OPERANDS, args, 0, 'STREAMS');
  const found: number[] = [];
  if (first >= 0) add(found, args, first, first + Math.floor((args.length - first) / 2) - 1, 1);
  return found;
}

/** GEORADIUS key longitude latitude radius unit … [STORE key | STOREDIST key] — the last of the two wins. */
function geoRadius(args: Args, options: number): number[] {
  let destination = -1;
  for (let i = options; i < args.length; i++) {
    const word = keyword(args[i]);
    if (word === 'STORE' || word === 'STOREDIST') destination = ++i;
  }
  return some(args, [0, destination]);
}

/** Adds the keys one key spec finds. Its positions count the words of the command's name, `args` does not. */
function follow({ begin, find }: KeySpec, words: number, args: Args, found: number[]): void {
  if (begin === 'unknown' || find === 'unknown') return;
  const first = 'index' in begin ? begin.index - words : after(begin.keyword, begin.from, words, args);
  if (first < 0) return;
  if ('keynum' in find) {
    const count = Number(keyword(args[first + find.keynum]));
    if (!Number.isSafeInteger(count)) return;
    add(found, args, first + find.first, first + find.first + (count - 1) * find.step, find.step);
    return;
  }
  const { last, step, limit } = find;
  if (last >= 0) add(found, args, first, first + last, step);
  else if (limit <= 1) add(found, args, first, args.length + last, step);
  else add(found, args, first, first + Math.floor((args.length - first) / limit) + last, step);
}

/** The index behind the option `name`, looked for from `from` on; -1 where it is missing. */
function option(operands: Operands, args: Args, from: number, name: string): number {
  for (let i = from; i < args.length; i++) {
    const word = keyword(args[i]);
    if (word === name) return i + 1;
    i += operands[word] ?? 0;
  }
  return -1;
}

/** The index in `args` behind a keyword, -1 where it is missing. A negative `from` counts from the end and searches backwards. */
function after(word: string, from: number, words: number, args: Args): number {
  const step = from < 0 ? -1 : 1;
  for (let i = from < 0 ? args.length + from : from - words; i >= 0 && i < args.length; i += step) {
    if (keyword(args[i]) === word) return i + 1;
  }
  return -1;
}

function add(found: number[], args: Args, first: number, last: number, step: number): void {
  const end = Math.min(last, args.length - 1);
  for (let i = first; i <= end; i += step) found.push(i);
}

function some(args: Args, indexes: readonly number[]): number[] {
  return indexes.filter((index) => index >= 0 && index < args.length);
}

/** An argument as the word the server compares with its keywords. Long ones cannot be a keyword or a count: no need to decode them. */
function keyword(arg: Arg | undefined): string {
  if (typeof arg === 'string') return arg.length > 20 ? '' : arg.toUpperCase();
  if (ArrayBuffer.isView(arg)) return arg.byteLength > 20 ? '' : argText(arg).toUpperCase();
  return String(arg);
}

function length(arg: Arg | undefined): number {
  if (ArrayBuffer.isView(arg)) return arg.byteLength;
  return typeof arg === 'string' ? arg.length : arg === undefined ? 0 : 1;
}
