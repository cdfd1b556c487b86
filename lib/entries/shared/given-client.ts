import type { Redis } from '../../index.js';

/** By what a client of this library has and options have not; of another copy of this package, too. */
export function isClient(given: unknown): given is Redis {
  return (
    typeof given === 'object' &&
    given !== null &&
    ['duplicate', 'dedicated', 'pipeline'].every((name) => typeof Reflect.get(given, name) === 'function')
  );
}
