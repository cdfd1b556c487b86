import { show } from '../../errors.js';
import { suggest } from '../../util/suggestion.js';
import { typeText } from '../../util/type-text.js';
import { expectedOf, takes } from './scalar.js';
import type { Kind, Listed, Named, Several } from './signature.js';

/** Problem with a value, and where inside of its argument (`, option EX`). */
export type ArgumentProblem = { readonly where: string } & (
  | { readonly what: 'refused'; readonly expected: string; readonly got: string }
  | { readonly what: 'unknown'; readonly name: string; readonly suggestion: string }
  | { readonly what: 'wrong'; readonly because: string }
);

/** Names that users of other clients have for an option; which of them is known decides. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  expiration: ['EX'],
  expiry: ['EX'],
  expires: ['EX'],
  expiresIn: ['EX'],
  ttl: ['EX'],
  seconds: ['EX'],
  milliseconds: ['PX'],
  condition: ['NX'],
  TRIM: ['MAXLEN'],
  trim: ['MAXLEN'],
  maxLength: ['MAXLEN'],
  threshold: ['~'],
  strategyModifier: ['~'],
  BY: ['BYSCORE'],
  by: ['BYSCORE'],
  SORT: ['ASC', 'DESC'],
  WITH: ['WITHDIST', 'WITHCOORD'],
  pattern: ['MATCH', 'PATTERN'],
  id: ['ID'],
  timeout: ['TIMEOUT', 'BLOCK'],
};

/** What is wrong with a value in the place of a kind; null: nothing. Allocates only where something is. */
export function problemOf(kind: Kind, value: unknown): ArgumentProblem | null {
  if (typeof kind === 'string') {
    if (kind === 'pairs') return pairsProblem(value);
    if (kind === 'script') return isScript(value) ? null : refused(kind, value);
    return takes(kind, value) ? null : refused(kind, value);
  }
  if ('words' in kind) return kind.words.includes(value as string) ? null : noWord(kind.words, value);
  if ('names' in kind) return namedProblem(kind, value);
  if ('several' in kind) return Array.isArray(value) ? listProblem(kind.several, value, 1) : severalProblem(kind, value);
  if ('list' in kind) return Array.isArray(value) ? listProblem(kind.list, value, 0) : refused(kind, value);
  return anyProblem(kind, value);
}

/** What a kind takes, for messages. */
export function describe(kind: Kind): string {
  if (typeof kind === 'string') return kind === 'pairs' ? PAIRS : kind === 'script' ? 'a script of defineScript' : expectedOf(kind);
  if ('words' in kind) return either(kind.words);
  if ('names' in kind) return `an object with ${Object.keys(kind.names).slice(0, 12).join(', ')}`;
  if ('several' in kind) return `${describe(kind.several)}, or a list of them`;
  if ('list' in kind) return `a list, each ${describe(kind.list)}`;
  return kind.map(describe).join(', or ');
}

/** A short picture of a value that tells nothing of its content, save names. */
export function picture(value: unknown): string {
  if (typeof value === 'boolean' || (typeof value === 'number' && value - value !== 0)) return String(value);
  const type = typeText(value);
  if (type === 'a list' || type === 'an object') return show(value);
  return type === 'a Promise' ? 'a promise that was not awaited' : type;
}

/** `a, b or c` */
function either(names: readonly string[]): string {
  return names.length < 2 ? String(names[0]) : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** More of a name is not shown, nor compared. */
const LONGEST_NAME = 40;

const PAIRS = 'an object, a Map or a list of pairs';

function refused(kind: Kind, value: unknown): ArgumentProblem {
  return { what: 'refused', where: '', expected: describe(kind), got: picture(value) };
}

function wrong(because: string): ArgumentProblem {
  return { what: 'wrong', where: '', because };
}

function noWord(words: readonly string[], value: unknown): ArgumentProblem {
  const meant = typeof value === 'string' ? words.find((word) => word === value.toUpperCase()) : undefined;
  const problem = refused({ words }, value);
  return meant === undefined || problem.what !== 'refused' ? problem : { ...problem, got: `${problem.got}; did you mean ${meant}?` };
}

function inside(where: string, problem: ArgumentProblem | null): ArgumentProblem | null {
  return problem === null ? null : { ...problem, where: `${where}${problem.where}` };
}

function severalProblem(kind: Several, value: unknown): ArgumentProblem | null {
  const problem = problemOf(kind.several, value);
  return problem?.what === 'refused' && problem.where === '' ? refused(kind, value) : problem;
}

function listProblem(kind: Listed['list'], list: readonly unknown[], least: number): ArgumentProblem | null {
  if (list.length < least) return wrong('is an empty list');
  for (let at = 0; at < list.length; at++) {
    const problem = problemOf(kind, list[at]);
    if (problem !== null) return inside(`, item ${at + 1}`, problem);
  }
  return null;
}

function anyProblem(kinds: readonly Kind[], value: unknown): ArgumentProblem | null {
  let deepest: ArgumentProblem | null = null;
  for (const kind of kinds) {
    const problem = problemOf(kind, value);
    if (problem === null) return null;
    if (problem.what !== 'refused' || problem.where !== '') deepest = problem;
  }
  return deepest ?? refused(kinds, value);
}

function pairsProblem(value: unknown): ArgumentProblem | null {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return refused('pairs', value);
  let count = 0;
  if (Array.isArray(value) || value instanceof Map) {
    for (const pair of value) {
      count++;
      const where = `, pair ${count}`;
      if (!Array.isArray(pair)) return { what: 'refused', where, expected: 'a list of a name and a value', got: picture(pair) };
      if (pair.length !== 2) return { what: 'refused', where, expected: 'a name and a value', got: `a list of ${pair.length}` };
      if (!takes('value', pair[0])) return inside(`${where}, its name`, refused('value', pair[0]));
      if (!takes('value', pair[1])) return inside(`${where}, its value`, refused('value', pair[1]));
    }
  } else {
    if (!isRecord(value)) return refused('pairs', value);
    for (const name of Object.keys(value)) {
      count++;
      const own = (value as Readonly<Record<string, unknown>>)[name];
      if (!takes('value', own)) return inside(`, value of ${show(name)}`, refused('value', own));
    }
  }
  return count > 0 ? null : wrong('has no pairs');
}

function namedProblem(kind: Named, value: unknown): ArgumentProblem | null {
  if (!isRecord(value)) return refused(kind, value);
  const { names, data = false, required, exclusive, needs } = kind;
  for (const name in value) {
    if (!Object.hasOwn(names, name)) {
      // What a program has added to all objects is none of the caller's options, nor is a method of a class.
      if (!Object.hasOwn(value, name) && (name in Object.prototype || typeof value[name] === 'function')) continue;
      if (data) continue;
      const shown = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
      return { what: 'unknown', where: '', name: shown, suggestion: suggest(shown, Object.keys(names), othersAmong(names)) };
    }
    const own = value[name];
    const problem = own === undefined ? null : problemOf(names[name] ?? '', own);
    if (problem !== null) return inside(`, option ${name}`, problem);
  }
  for (const group of required ?? []) {
    if (!group.some((name) => isGiven(value, name)))
      return wrong(`lacks ${either(group)}, has ${Object.keys(value).slice(0, 5).join(', ') || 'nothing'}`);
  }
  for (const group of exclusive ?? []) {
    const given = group.filter((name) => isGiven(value, name));
    if (given.length > 1) return wrong(`has ${given.join(' and ')}, which exclude each other`);
  }
  for (const name in needs) {
    const beside = needs[name] ?? [];
    if (isGiven(value, name) && !beside.some((other) => isGiven(value, other))) {
      return wrong(`has ${name} without ${either(beside)}`);
    }
  }
  return null;
}

function isGiven(options: Readonly<Record<string, unknown>>, name: string): boolean {
  const value = options[name];
  return value !== undefined && value !== false;
}

/** An object with names of its own, and no list, Map, Date, promise or bytes. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null || Object.prototype.toString.call(value) === '[object Object]') return true;
  // An object of a class that has a name for itself; Map, Set, promises and their like have one, too, but nothing enumerable.
  return Symbol.toStringTag in value && !Array.isArray(value) && !ArrayBuffer.isView(value) && Object.keys(value).length > 0;
}

function isScript(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'sha1' in value && 'spec' in value && 'evalSpec' in value;
}

function othersAmong(names: Named['names']): Record<string, string> {
  const known = Object.entries(OTHER_NAMES).flatMap(([other, ours]) => {
    const name = ours.find((one) => Object.hasOwn(names, one));
    return name === undefined ? [] : [[other, name] as const];
  });
  return Object.fromEntries(known);
}
