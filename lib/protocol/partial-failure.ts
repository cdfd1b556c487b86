import { type Executed, PartialFailureError, SlotwiseError } from '../errors.js';

type Failures = PartialFailureError['failures'];

/** A whole of several parts. */
interface Whole {
  /** Name of the whole in the message. */
  readonly name: string;
  /** Command that the error is of, if it is not the name. */
  readonly command?: string | undefined;
  /** How many parts there are, and what they are called. */
  readonly count: number;
  readonly parts?: string;
  /** The one reply that holds the failures. */
  readonly reply?: unknown;
}

/**
 * The error of a whole of which parts failed. Where all of them failed in one way it is that error itself. Only where all parts say that
 * nothing was executed does the whole say so.
 */
export function failureOfParts({ name, command = name, count, parts = 'parts', reply }: Whole, failures: Failures): unknown {
  const errors = failures.map(({ error }) => error);
  const [first] = errors;
  const all = failures.length === count;
  if (all && errors.every((error) => isSame(error, first))) return first;
  const message = first instanceof Error ? first.message : String(first);
  const names = failures.flatMap(({ node, keys }) => (node === undefined ? keys : [node]));
  const shown = names.length === 0 ? '' : ` (${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''})`;
  const facts = {
    command,
    executed: all && errors.every((error) => executedOf(error) === 'no') ? 'no' : 'unknown',
    cause: first,
  } as const;
  return new PartialFailureError(
    `${name}: ${failures.length} of ${count} ${parts} failed${shown}; the first: ${message}`,
    failures,
    facts,
    reply,
  );
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (!(one instanceof SlotwiseError) || !(other instanceof SlotwiseError)) return false;
  if (one instanceof PartialFailureError) return false;
  return one.code === other.code && one.message === other.message && one.executed === other.executed;
}

function executedOf(error: unknown): Executed {
  return error instanceof SlotwiseError ? error.executed : 'unknown';
}
