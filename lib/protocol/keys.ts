import type { Arg, CommandSpec, KeySpec } from './command.js';

type Args = readonly Arg[];
type Rule = (args: Args) => number[];

/**
 * Indexes in `args` of every key, in the order of the key specs, as `COMMAND GETKEYS` lists them. The channels of sharded pub/sub and the cursor of
 * `CLUSTERSCAN` count as keys: the server places them by their slot too. Arguments that make no sense give what keys there are; the server
 * will complain about them. https://redis.io/docs/latest/develop/reference/key-specs/
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

/** The key that decides where the command goes, `undefined` where it has none. */
export function firstKey(spec: CommandSpec, args: Args): Arg | undefined {
  if (spec.firstKey >= 0) return args[spec.firstKey];
  if (spec.firstKey === -1) return undefined;
  const index = keyIndexes(spec, args)[0];
  return index === undefined ? undefined : args[index];
}

/**
 * The commands whose key specs the server itself flags as incomplete or variable, so that it looks at the arguments by code; what that code
 * does, compared with a live server in test/functional/keys.test.ts.
 */
const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['SORT', sort],
  // BY and GET are patterns of keys, which nobody can list; without STORE only the key itself is left.
  ['SORT_RO', (args) => some(args, [0])],
  ['MIGRATE', migrate],
  ['GEORADIUS', (args) => geoRadius(args, 5)],
  ['GEORADIUSBYMEMBER', (args) => geoRadius(args, 4)],
]);

/** SORT key [BY pattern] [LIMIT offset count] [GET pattern …] [ASC | DESC] [ALPHA] [STORE destination] — the last STORE wins. */
function sort(args: Args): number[] {
  const operands: Readonly<Record<string, number>> = { LIMIT: 2, GET: 1, BY: 1 };
  let destination = -1;
  for (let i = 1; i < args.length; i++) {
    const word = keyword(args[i]);
    if (word === 'STORE') destination = ++i;
    else i += operands[word] ?? 0;
  }
  return some(args, [0, destination]);
}

/** MIGRATE host port key|"" db timeout [COPY] [REPLACE] [AUTH password | AUTH2 user password] [KEYS key …] */
function migrate(args: Args): number[] {
  if (length(args[2]) > 0) return [2];
  const operands: Readonly<Record<string, number>> = { AUTH: 1, AUTH2: 2 };
  for (let i = 5; i < args.length; i++) {
    const word = keyword(args[i]);
    if (word === 'KEYS') return args.slice(i + 1).map((_, index) => i + 1 + index);
    i += operands[word] ?? 0;
  }
  return some(args, [2]);
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
  if (arg instanceof Uint8Array) return arg.length > 20 ? '' : Buffer.from(arg).toString('latin1').toUpperCase();
  return String(arg);
}

function length(arg: Arg | undefined): number {
  return typeof arg === 'string' || arg instanceof Uint8Array ? arg.length : arg === undefined ? 0 : 1;
}
