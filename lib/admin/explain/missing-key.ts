import { keyIndexes } from '../../protocol/catalog/keys.js';
import { specOf } from '../../protocol/catalog/specs.js';
import { KEYLESS } from '../../protocol/command-spec.js';

/** Name of the command if it always has a key, and none is among these words: it goes nowhere. Null: it can be explained. */
export function commandWithoutKey(words: readonly string[]): string | null {
  const { spec, args } = specOf(words);
  if (spec.arity === 0 || (spec.flags & KEYLESS) !== 0 || keyIndexes(spec, args).some((index) => index < args.length)) return null;
  // Scripts may have no keys; without the words that are needed nobody can tell.
  const isShort = spec.words + args.length < Math.abs(spec.arity);
  return spec.firstKey >= 0 || isShort ? spec.name : null;
}
