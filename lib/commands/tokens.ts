import type { Arg, Bytes } from '../protocol/command-spec.js';
import type { OneOrMore, Value } from './group.js';

/** Names and their values: an object, a Map, or a list of pairs (for names that are bytes, or that come twice). */
export type Pairs = { readonly [name: string]: Value } | Iterable<readonly [Value, Value]>;

/** `LIMIT offset count`: leaves out the first `offset` results and gives at most `count`; a negative count gives all. */
export interface Limit {
  offset: number;
  count: number;
}

/** Options of `SCAN`, `HSCAN`, `SSCAN` and `ZSCAN`. */
export interface ScanOptions {
  /** Only what matches this glob-style pattern. */
  MATCH?: string | Bytes;
  /** How much work to do a call (not how many results to give), 10 by default. */
  COUNT?: number;
}

/** A 64-bit integer as an argument; text too, since an integer of a reply may be text. */
export type Integer = number | bigint | string;

/** Options of which at most one may stand: `AtMostOne<{ EX: number; KEEPTTL: true }>`. `true` is a flag, which may be `false` as well. */
export type AtMostOne<T> = { [K in keyof T]: { [P in K]?: Given<T[P]> } & { [P in Exclude<keyof T, K>]?: NotGiven<T[P]> } }[keyof T];

/** Options of which exactly one must stand. */
export type ExactlyOne<T> = { [K in keyof T]: { [P in K]: T[P] } & { [P in Exclude<keyof T, K>]?: NotGiven<T[P]> } }[keyof T];

type Given<T> = [T] extends [true] ? boolean : T;
type NotGiven<T> = [T] extends [true] ? false : never;

/** `Array.isArray` for readonly lists. */
export const isList: <T>(value: OneOrMore<T>) => value is readonly T[] = Array.isArray;

/** The arguments of a command that is a key and one or more items. */
export function keyAnd(key: Arg, items: OneOrMore<Arg>): Arg[] {
  return isList(items) ? [key, ...items] : [key, items];
}

/** One or more items as the arguments of a command. */
export function all(items: OneOrMore<Arg>): readonly Arg[] {
  // A copy: a call is encoded later than it is made, and the caller may change the list until then.
  return isList(items) ? items.slice() : [items];
}

export function pushAll(args: Arg[], items: OneOrMore<Arg>): void {
  if (!isList(items)) args.push(items);
  else for (const item of items) args.push(item);
}

/** `numkeys key [key …]`, `numfields field [field …]` */
export function pushCounted(args: Arg[], items: OneOrMore<Arg>): void {
  args.push(isList(items) ? items.length : 1);
  pushAll(args, items);
}

/** `name value [name value …]`; gives how many pairs there were. */
export function pushPairs(args: Arg[], pairs: Pairs): number {
  const before = args.length;
  if (isIterable(pairs)) for (const [name, value] of pairs) args.push(name, value);
  else for (const name of Object.keys(pairs)) args.push(name, pairs[name] as Value);
  return (args.length - before) / 2;
}

/** A score as the server spells it: what replies give as `Infinity` may be sent back. */
export function score<T extends Arg>(value: T): T | '+inf' | '-inf' {
  if (value === Number.POSITIVE_INFINITY) return '+inf';
  return value === Number.NEGATIVE_INFINITY ? '-inf' : value;
}

export function pushLimit(args: Arg[], limit: Limit | undefined): void {
  if (limit !== undefined) args.push('LIMIT', limit.offset, limit.count);
}

export function pushScan(args: Arg[], options: ScanOptions): void {
  if (options.MATCH !== undefined) args.push('MATCH', options.MATCH);
  if (options.COUNT !== undefined) args.push('COUNT', options.COUNT);
}

/** Pushes each of the `tokens` that stands in the options: the token alone for `true`, else the token and its operand. */
export function pushOptions<T extends string>(
  args: Arg[],
  options: { readonly [K in T]?: Arg | boolean | undefined } | undefined,
  tokens: readonly T[],
): void {
  if (options === undefined) return;
  for (const token of tokens) {
    const value = options[token];
    if (value === true) args.push(token);
    else if (value !== undefined && value !== false) args.push(token, value);
  }
}

export function isIterable(pairs: Pairs): pairs is Iterable<readonly [Value, Value]> {
  return Symbol.iterator in pairs;
}
