import { OptionsError } from '../errors.js';
import { mask, refuseSecret } from './secrets.js';
import { suggest } from './suggestion.js';

/** Returns the value, copied where it is an array or object, or throws an `OptionsError` that names `path`. */
export type Check<T> = (value: unknown, path: string) => T;

/** A check for every field of `T`: a field that is added to the type cannot be forgotten. */
export type ChecksOf<T> = { readonly [Name in keyof T]-?: Check<unknown> };

/** Longest delay Node's timers take, in ms; a longer one would fire at once. */
const MAX_DELAY_MS = 2_147_483_647;

/** A number, one with a unit, or a word as options have them: `10`, `10s`, `slave`. */
const SHOWN_TEXT = /^(\d{1,10}(\.\d+)?[a-z]{0,3}|[a-z]+([A-Z][a-z]+)*)?$/;

/** Throws. Of text a number or a word is shown, which are most mistakes; other text may be a secret in the wrong place. */
export function refuseValue(path: string, expected: string, got: unknown): never {
  if (typeof got === 'string' && !SHOWN_TEXT.test(got)) refuseSecret(path, expected, got);
  throw new OptionsError(path, expected, got);
}

/** Throws for text that is no secret, save where it is a URL. */
export function refuseText(path: string, expected: string, got: string): never {
  throw new OptionsError(path, expected, mask(got));
}

export const flag: Check<boolean> = (value, path) => (typeof value === 'boolean' ? value : refuseValue(path, 'true or false', value));

export const nonEmptyString: Check<string> = (value, path) =>
  typeof value === 'string' && value !== '' ? value : refuseValue(path, 'a non-empty string', value);

/** Check like `nonEmptyString` whose errors never show the value. */
export const secret: Check<string> = (value, path) => {
  return typeof value === 'string' && value !== '' ? value : refuseSecret(path, 'a non-empty string', value);
};

export function integerBetween(min: number, max: number): Check<number> {
  const expected = `an integer from ${min} to ${max}`;
  return (value, path) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : refuseValue(path, expected, value);
}

/** A duration in ms, fractions allowed: the rest of a time budget rarely is whole. `zero` says what 0 means where it is allowed. */
export function milliseconds(min: number, zero?: string): Check<number> {
  const expected = `a number of milliseconds from ${min} to ${MAX_DELAY_MS}${zero === undefined ? '' : ` (0: ${zero})`}`;
  return (value, path) => (typeof value === 'number' && value >= min && value <= MAX_DELAY_MS ? value : refuseValue(path, expected, value));
}

export function oneOf<const T extends string | number>(...allowed: readonly T[]): Check<T> {
  const expected = `one of ${allowed.join(', ')}`;
  return (value, path) => allowed.find((candidate) => candidate === value) ?? refuseValue(path, expected, value);
}

/** Takes a function as it is: its result is checked where it is called. */
export function func<T extends (...args: never[]) => unknown>(): Check<T> {
  // The arguments and the result of a function cannot be seen from outside.
  return (value, path) => (typeof value === 'function' ? (value as T) : refuseValue(path, 'a function', value));
}

export function arrayOf<T>(check: Check<T>, expected: string): Check<readonly T[]> {
  // Array.from visits holes, which map() would skip.
  return (value, path) =>
    Array.isArray(value) ? Array.from(value, (item, i) => check(item, `${path}[${i}]`)) : refuseValue(path, expected, value);
}

/** Refuses an empty list, which could mean everything as well as nothing. */
export function notEmpty<T>(check: Check<readonly T[]>, expected: string): Check<readonly T[]> {
  return (value, path) => {
    const list = check(value, path);
    return list.length > 0 ? list : refuseValue(path, expected, value);
  };
}

/** Takes one text, or what `list` takes. Returns a list. */
export function oneOrList(one: Check<string>, list: Check<readonly string[]>): Check<readonly string[]> {
  return (value, path) => (typeof value === 'string' ? [one(value, path)] : list(value, path));
}

export function recordOf<T>(check: Check<T>, expected: string): Check<Readonly<Record<string, T>>> {
  // Object.fromEntries defines properties, so that a key named __proto__ stays a key.
  return (value, path) =>
    Object.fromEntries(Object.entries(record(value, path, expected)).map(([name, item]) => [name, check(item, member(path, name))]));
}

/**
 * An object with these names and no other ones, its own or those of its class. A name that is there with the value `undefined` counts as not
 * there. `others`: names that users of other clients have for some of them.
 */
export function shape<S extends Readonly<Record<string, Check<unknown>>>>(
  checks: S,
  expected = 'an object',
  noun = 'option',
  others: Readonly<Record<string, string>> = {},
): Check<{ readonly [Name in keyof S]?: ReturnType<S[Name]> }> {
  return (value, path) => {
    const input = record(value, path, expected);
    const output: Record<string, unknown> = {};
    for (const name of Object.keys(input)) {
      const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
      if (check === undefined) {
        throw new OptionsError(member(path, name), `unknown ${noun}; ${suggest(name, Object.keys(checks), others)}`);
      }
      if (input[name] !== undefined) output[name] = check(input[name], member(path, name));
    }
    for (const name of inheritedNames(input, checks)) output[name] = checks[name]?.(input[name], member(path, name));
    // Every entry was made by the check of its name.
    return output as { readonly [Name in keyof S]?: ReturnType<S[Name]> };
  };
}

/**
 * The known names that an object has from its class, with a value. What all objects have is not the caller's word: other code may have added
 * it.
 */
function inheritedNames(input: Readonly<Record<string, unknown>>, known: object): readonly string[] {
  const owner: object | null = Object.getPrototypeOf(input);
  if (owner === null || owner === Object.prototype) return [];
  const isInherited = (name: string): boolean => {
    for (let above: object | null = owner; above !== null && above !== Object.prototype; above = Object.getPrototypeOf(above)) {
      if (Object.hasOwn(above, name)) return true;
    }
    return false;
  };
  return Object.keys(known).filter((name) => !Object.hasOwn(input, name) && isInherited(name) && input[name] !== undefined);
}

function record(value: unknown, path: string, expected: string): Readonly<Record<string, unknown>> {
  // Refuses arrays, and Map, URL and the like, whose contents are no properties and would be overlooked.
  if (typeof value === 'string') return refuseSecret(path, expected, value);
  if (Object.prototype.toString.call(value) !== '[object Object]') return refuseValue(path, expected, value);
  return value as Readonly<Record<string, unknown>>;
}

export function member(path: string, name: string): string {
  return /^[\w$]+$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(mask(name))}]`;
}

/** Freezes plain objects and arrays all the way down, save the values of the names in `except`, which are the user's own objects. */
export function deepFreeze<T>(value: T, except: readonly string[] = []): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const [name, item] of Object.entries(value)) if (!except.includes(name)) deepFreeze(item, except);
  return Object.freeze(value);
}
