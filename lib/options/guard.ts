import { OptionsError } from '../errors.js';
import { arrayOf, type Check, type ChecksOf, nonEmptyString, oneOrList, shape } from './validate.js';
import { sizeProblem } from './wildcard.js';

/** The keys that commands of a domain may touch: key patterns as in `keys`, before the key prefix is added. */
export interface GuardOptions {
  /** Default: the domain's `keys`. An empty list: nothing. */
  readonly read?: readonly string[] | string;
  /** Default: the domain's `keys`. An empty list: nothing. */
  readonly write?: readonly string[] | string;
}

/** A guard after validation. */
export interface Guard {
  readonly read: readonly string[];
  readonly write: readonly string[];
}

/** Most patterns of one list, and of all domains together. */
export const MOST_PATTERNS = 2_000;

const checkKeyPattern: Check<string> = (value, path) => {
  const text = nonEmptyString(value, path);
  const problem = sizeProblem(text);
  if (problem !== null) throw new OptionsError(path, `expected ${problem}`);
  return text;
};

const checkPatternList = arrayOf(checkKeyPattern, 'a key pattern or a list of them');

/** Checks one pattern or a list. Every key is compared with them, so there may not be any number. */
export const checkKeyPatterns = oneOrList(checkKeyPattern, (value, path) => {
  if (Array.isArray(value) && value.length > MOST_PATTERNS) {
    throw new OptionsError(path, `expected at most ${MOST_PATTERNS} patterns, got ${value.length}`);
  }
  return checkPatternList(value, path);
});

export const checkGuard = shape(
  { read: checkKeyPatterns, write: checkKeyPatterns } satisfies ChecksOf<GuardOptions>,
  'a guard such as { write: "video:*" }',
);

/** The guard of a domain with these keys of its own. A side that is left out has the domain's keys: it does not let everything through. */
export function resolveGuard(given: ReturnType<typeof checkGuard>, own: readonly string[] | undefined, path: string): Guard {
  const side = (name: 'read' | 'write'): readonly string[] => {
    const patterns = given[name] ?? own;
    if (patterns === undefined) throw new OptionsError(`${path}.${name}`, 'expected key patterns, for the domain has no keys of its own');
    return patterns;
  };
  return { read: side('read'), write: side('write') };
}
