import { ArgumentError } from '../errors.js';
import { specOf } from '../protocol/catalog/specs.js';
import type { Arg, CommandSpec } from '../protocol/command-spec.js';
import { typeText } from '../util/type-text.js';

const BY_THEMSELVES = "words stand by themselves, in the server's order: ";

/** The command of `call` and its arguments. Throws for what is no word, by its place as the caller counts it; `method` names the call. */
export function commandOf(words: readonly unknown[], method: string): { readonly spec: CommandSpec; readonly args: readonly Arg[] } {
  for (let at = 0; at < words.length; at++) if (!isWord(words[at])) refuseWord(words[at], at + 1, method);
  const [name, second] = words;
  if (!isText(name)) refuseName(name, method);
  const command = specOf(words as readonly Arg[]); // as checked
  if (command.spec.words === 2 && command.args.length === words.length - 2 && !isText(second)) refuseWord(second, 2, method);
  if (command.spec.arity === 0) refuseSpaces(command.spec, method);
  return command;
}

/** Whether a value can be sent as it is: a key, or another word of a command. */
export function isWord(word: unknown): boolean {
  switch (typeof word) {
    case 'string':
    case 'bigint':
      return true;
    case 'number':
      return word - word === 0;
    default:
      return ArrayBuffer.isView(word);
  }
}

function isText(word: unknown): boolean {
  return typeof word === 'string' ? word !== '' : ArrayBuffer.isView(word) && word.byteLength > 0;
}

function refuseName(name: unknown, method: string): never {
  throw new ArgumentError(`${method}: argument 1 (command) must be the name of a command, got ${typeText(name)}`);
}

/**
 * Refuses `call('GET k')`. No command has white space in its name, which logs and traces show:
 * https://github.com/redis/redis/blob/7.2/src/module.c (`isCommandNameValid`)
 */
function refuseSpaces({ name, words }: CommandSpec, method: string): void {
  if (name.split(/\s/).length === words) return;
  const place = words === 1 ? '1 (command)' : '2 (subcommand)';
  throw new ArgumentError(`${method}: argument ${place} must be one word, got several; ${BY_THEMSELVES}${method}('MGET', 'a', 'b')`);
}

function refuseWord(word: unknown, place: number, method: string): never {
  if (place === 1 && !Array.isArray(word)) refuseName(word, method);
  const advice = Array.isArray(word)
    ? `; ${BY_THEMSELVES}${method}('MGET', 'a', 'b')`
    : typeof word === 'function'
      ? '; callbacks are not called'
      : typeof word === 'object' && word !== null
        ? `; ${BY_THEMSELVES}${method}('SET', 'a', '1', 'EX', 60)`
        : '';
  const got = typeof word === 'number' ? String(word) : typeText(word);
  throw new ArgumentError(`${method}: argument ${place} must be a string, a finite number, a bigint or bytes, got ${got}${advice}`);
}
