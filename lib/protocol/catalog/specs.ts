import { ArgumentError } from '../../errors.js';
import type { Arg, CommandSpec, KeySpec, RequestPolicy, ResponsePolicy } from '../command-spec.js';
import { ADMIN, BLOCKING, BYTES, KEYLESS, MOVABLE_KEYS, PUBSUB, READONLY, SCRIPT, SPECIAL, WRITE } from '../command-spec.js';
import { argText } from '../resp/text.js';
import { COMMAND_TABLE } from './command-table.js';
import { CONNECTION_STATE } from './connection-state.js';

const FLAGS: Readonly<Record<string, number>> = { r: READONLY, w: WRITE, b: BLOCKING, p: PUBSUB, a: ADMIN, m: MOVABLE_KEYS };
/** Commands whose reply a server has serialized: that is no text in any encoding. */
const BYTES_REPLY: ReadonlySet<string> = new Set(['DUMP', 'FUNCTION DUMP']);
const NO_KEYS: readonly KeySpec[] = Object.freeze([]);
const UNKNOWN_KEYS: readonly KeySpec[] = Object.freeze([Object.freeze({ begin: 'unknown', find: 'unknown' })]);

type KeyFacts = Pick<CommandSpec, 'firstKey' | 'lastKey' | 'keyStep' | 'keySpecs'>;

const specs = new Map<string, CommandSpec>();
const keyFactsCache = new Map<string, KeyFacts>();
let containers: ReadonlySet<string> | undefined;

/** The facts of a command the table knows: `GET`, `config get`. The name is the program's, so an unknown one is a mistake and throws. */
export function command(name: string): CommandSpec {
  const spec = findCommand(name);
  if (spec === undefined) throw new ArgumentError(`the command table has no ${JSON.stringify(name)}`, { command: name });
  return spec;
}

/** Facts of a command as `command` gives them; `undefined` where the table has no such command. */
export function findCommand(name: string): CommandSpec | undefined {
  return specs.get(name) ?? build(name.toUpperCase());
}

/**
 * A command the table does not have (of a module, or of a newer server). Only the server can tell its keys. `words` is 2 for a subcommand
 * that a known container does not list: `CLUSTER NEWS`. Not cached: the names come from callers.
 */
export function unknownCommand(name: string, words = 1): CommandSpec {
  return Object.freeze({
    name: name.toUpperCase(),
    words,
    head: head(name.toUpperCase(), words),
    arity: 0,
    flags: SPECIAL,
    firstKey: -1,
    lastKey: -1,
    keyStep: 0,
    keySpecs: UNKNOWN_KEYS,
    request: 'default',
    response: 'default',
    state: 'none',
  });
}

/**
 * Splits a command written as words into its facts and its arguments: `['config', 'get', 'maxmemory']` is `CONFIG GET` with
 * `['maxmemory']`. The name may also be one word with a space, `'config get'`, where the table knows it.
 */
export function specOf(words: readonly Arg[]): { readonly spec: CommandSpec; readonly args: readonly Arg[] } {
  const [first, second] = words;
  if (first === undefined || argText(first) === '') throw new ArgumentError('a command needs a name');
  const name = argText(first).toUpperCase();
  if (second !== undefined && isContainer(name)) {
    const full = `${name} ${argText(second)}`;
    return { spec: findCommand(full) ?? unknownCommand(full, 2), args: words.slice(2) };
  }
  return { spec: findCommand(name) ?? unknownCommand(name), args: words.slice(1) };
}

/** Why the command is not for a shared connection and what to use instead; empty where its state is `none`. */
export function stateReason(spec: CommandSpec): string {
  return CONNECTION_STATE[spec.name]?.[1] ?? '';
}

/** The first version of each product that has the command, `null` where none has. */
export function since(spec: CommandSpec): { readonly redis: string | null; readonly valkey: string | null } {
  const [redis = '-', valkey = '-'] = (COMMAND_TABLE[spec.name] ?? '').split(' ').slice(5);
  return { redis: redis === '-' ? null : redis, valkey: valkey === '-' ? null : valkey };
}

function build(name: string): CommandSpec | undefined {
  // Nothing that an object inherits has a name in capitals.
  const facts = COMMAND_TABLE[name];
  if (facts === undefined) return undefined;
  let spec = specs.get(name);
  if (spec === undefined) {
    spec = parse(name, facts);
    specs.set(name, spec);
  }
  return spec;
}

function parse(name: string, facts: string): CommandSpec {
  const [arity, letters = '', keys = '-', request, response] = facts.split(' ');
  const words = name.includes(' ') ? 2 : 1;
  let flags = keys === '-' ? KEYLESS : 0;
  for (let i = 0; i < letters.length; i++) flags |= FLAGS[letters.charAt(i)] ?? 0;
  if (BYTES_REPLY.has(name)) flags |= BYTES;
  const { firstKey, lastKey, keyStep, keySpecs } = keyFacts(keys, words);
  const state = CONNECTION_STATE[name]?.[0] ?? 'none';
  if ((flags & BLOCKING) !== 0 || request !== '-' || state !== 'none') flags |= SPECIAL;
  if ((flags & MOVABLE_KEYS) !== 0 && /^(EVAL|FCALL)/.test(name)) flags |= SCRIPT;
  return Object.freeze({
    name,
    words,
    head: head(name, words),
    arity: Number(arity),
    flags,
    firstKey,
    lastKey,
    keyStep,
    keySpecs,
    // The generated table holds only the words of these types; its test proves it.
    request: (request === '-' ? 'default' : request) as RequestPolicy,
    response: (response === '-' ? 'default' : response) as ResponsePolicy,
    state,
  });
}

function head(name: string, words: number): Uint8Array {
  const space = words === 2 ? name.indexOf(' ') : -1;
  return Buffer.from(space < 0 ? bulk(name) : bulk(name.slice(0, space)) + bulk(name.slice(space + 1)));
}

function bulk(word: string): string {
  return `$${Buffer.byteLength(word)}\r\n${word}\r\n`;
}

/** Key facts by their form in the table; each form is parsed once, because most commands have one key behind the name. */
function keyFacts(form: string, words: number): KeyFacts {
  const id = words === 1 ? form : `${words} ${form}`;
  let facts = keyFactsCache.get(id);
  if (facts === undefined) {
    facts = parseKeys(form, words);
    keyFactsCache.set(id, facts);
  }
  return facts;
}

function parseKeys(form: string, words: number): KeyFacts {
  if (form === '-') return { firstKey: -1, lastKey: -1, keyStep: 0, keySpecs: NO_KEYS };
  if (form.includes(':')) return { firstKey: -2, lastKey: -1, keyStep: 0, keySpecs: Object.freeze(form.split('|').map(keySpec)) };
  const [first = 0, last = 0, step = 0] = form.split(',').map(Number);
  // A key spec counts a last key that is not negative from the first one.
  const spec: KeySpec = { begin: { index: first }, find: { last: last < 0 ? last : last - first, step, limit: 0 } };
  return {
    firstKey: first - words,
    lastKey: last < 0 ? last : last - words,
    keyStep: step,
    keySpecs: Object.freeze([Object.freeze(spec)]),
  };
}

function keySpec(form: string): KeySpec {
  const [begin = '?', find = '?'] = form.split(':');
  return Object.freeze({ begin: beginOf(begin), find: findOf(find) });
}

function beginOf(form: string): KeySpec['begin'] {
  if (form === '?') return 'unknown';
  if (form.startsWith('i')) return { index: Number(form.slice(1)) };
  const [keyword = '', from] = form.slice(1).split(',');
  return { keyword, from: Number(from) };
}

function findOf(form: string): KeySpec['find'] {
  if (form === '?') return 'unknown';
  const [a = 0, b = 0, c = 0] = form.slice(1).split(',').map(Number);
  return form.startsWith('r') ? { last: a, step: b, limit: c } : { keynum: a, first: b, step: c };
}

function isContainer(name: string): boolean {
  containers ??= new Set(Object.keys(COMMAND_TABLE).flatMap((key) => (key.includes(' ') ? [key.slice(0, key.indexOf(' '))] : [])));
  return containers.has(name);
}
