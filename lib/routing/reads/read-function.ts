import { ReadFunctionError, show } from '../../errors.js';
import type { ReadCandidate, ReadFunction, ReadRequest } from '../../options/reads.js';
import { disregard } from '../../util/user-function.js';

/**
 * Has a function choose among the candidates. Returns the index of the one it chose. Throws a `ReadFunctionError` that says what is wrong
 * with the function: a mistake of the program, which another attempt would not mend.
 */
export function askFunction(choose: ReadFunction, request: ReadRequest): number {
  const { command, candidates } = request;
  let answer: unknown;
  try {
    answer = choose(Object.freeze(request));
  } catch (error) {
    throw new ReadFunctionError(`${command}: the function in reads threw ${show(error)}`, { command, cause: error });
  }
  const at = candidates.findIndex((candidate) => candidate === answer || candidate.key === answer);
  if (at !== -1) return at;
  disregard(answer);
  const allowed = candidates.map(({ key }: ReadCandidate) => key).join(', ');
  const what = answer instanceof Promise ? 'a promise' : show(answer);
  throw new ReadFunctionError(`${command}: the function in reads returned ${what}, not one of the candidates or its key (${allowed})`, {
    command,
  });
}
