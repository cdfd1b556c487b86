import { OptionsError } from '../../errors.js';
import type { ClientOptions } from '../../options/client-options.js';
import { resolveOptions } from '../../options/resolve.js';
import { jsonProblem } from '../json-problem.js';

/** A file of client options: those of `createClient` that JSON can say. */
export interface OptionsFile {
  readonly options: ClientOptions;
  /** All that is wrong with them, each with its path, what was expected and what was got. Empty: nothing is. */
  readonly mistakes: readonly string[];
}

type Container = Record<string, unknown> | unknown[];

/** More would be of no use to a person. */
const MOST_MISTAKES = 50;

/** Reads the text of a file. Its mistakes are found one after the other, because the next one is looked for without the one before. */
export function readOptions(content: string): OptionsFile {
  const text = content.replace(/^\uFEFF/, ''); // some editors write a byte order mark
  const problem = jsonProblem(text);
  if (problem !== null) return { options: {}, mistakes: [`it is not JSON: ${problem}`] };
  const given: unknown = JSON.parse(text);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return { options: {}, mistakes: ['expected an object of options such as { "reads": "replica", "domains": { … } }'] };
  }
  return { options: given, mistakes: mistakesOf(structuredClone(given)) };
}

/** Takes what is wrong out of the options until nothing is. */
function mistakesOf(options: object): string[] {
  const mistakes = new Map<string, string>();
  let hasAllNodes = true;
  while (mistakes.size < MOST_MISTAKES) {
    const error = mistakeOf(options);
    if (error === null) break;
    const path = pathParts(error.path);
    // Tags of a rule that was taken out are not unknown.
    const isKnown = mistakes.has(error.path) || (!hasAllNodes && /no rule of options\.nodes/.test(error.message));
    if (!isKnown) mistakes.set(error.path, error.message.replace(/^options\.?/, ''));
    if (path[0] === 'nodes') hasAllNodes = false;
    const [, meant] = /did you mean (\w+)\?$/.exec(error.message) ?? [];
    if (!removeAt(options as Record<string, unknown>, path, meant)) break;
  }
  return [...mistakes.values()];
}

function mistakeOf(options: object): OptionsError | null {
  try {
    resolveOptions(options);
    return null;
  } catch (error) {
    if (error instanceof OptionsError) return error;
    throw error;
  }
}

/** The names in a path: `options.nodes[0].match` is nodes, 0, match; `options.domains["a b"]` is domains, a b. */
function pathParts(path: string): (string | number)[] {
  return [...path.replace(/^options\b/, '').matchAll(/\.([\w$]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/g)].map(([, name, index, quoted]) =>
    index !== undefined ? Number(index) : (name ?? String(JSON.parse(`"${quoted ?? ''}"`))),
  );
}

/**
 * Takes away what stands at the path, or the nearest thing above it that is there; under the name that is `meant` it stays. False: there is
 * nothing.
 */
function removeAt(options: Record<string, unknown>, path: readonly (string | number)[], meant?: string): boolean {
  const containers: { readonly of: Container; readonly name: string | number }[] = [];
  let at: unknown = options;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) break;
    containers.push({ of: at as Container, name });
    at = (at as Record<string | number, unknown>)[name];
  }
  // An item of a list takes the list with it: the numbers of the others would no longer be those of the file.
  const last = containers.reverse().find(({ of }) => !Array.isArray(of));
  if (last === undefined) return false;
  const of = last.of as Record<string | number, unknown>;
  if (meant !== undefined && !Object.hasOwn(of, meant)) of[meant] = of[last.name];
  delete of[last.name];
  return true;
}
