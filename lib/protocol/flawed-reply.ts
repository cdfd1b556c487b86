/*
 * What becomes of a reply that holds what its caller does not expect in it: an error among the elements, or an integer that a number does
 * not hold exactly. Nothing in here is on the way of other replies.
 */
import { IntegerRangeError, ReplyError } from '../errors.js';
import type { AtomicBatch } from './call-extras.js';
import { keyIndexes } from './catalog/keys.js';
import { findCommand } from './catalog/specs.js';
import { type Arg, type CommandSpec, type Raw, SCRIPT } from './command-spec.js';
import { failureOfParts } from './partial-failure.js';
import { setField } from './resp/map-reply.js';
import { argText } from './resp/text.js';

/** Command that a flawed reply answers. */
interface Asked {
  readonly spec: CommandSpec;
  readonly args: readonly Arg[];
}

interface Flaws {
  /** The first integer that is out of range; null: the reply's bigints are what they should be. */
  readonly outOfRange: bigint | null;
  readonly node: string;
}

/**
 * The reply as its caller gets it; throws what rejects the caller instead.
 * - EXEC: each element is the reply to a command of its own, and fails by itself.
 * - Errors among the elements are values for scripts, whose replies may be anything, and for commands that our table does not have.
 *   Elsewhere a caller takes them for data: a `PartialFailureError`.
 * - Integers of streams are counters, of which servers set some to 2^63 - 1 as a mark: beyond 2^53 they are infinite. Elsewhere an
 *   `IntegerRangeError`, which has the reply.
 */
export function mendReply(reply: Raw, asked: Asked, batch: AtomicBatch | null, flaws: Flaws): Raw {
  const { spec, args } = asked;
  if (spec.name === 'EXEC' && Array.isArray(reply)) return reply.map((part, at) => mendStep(part, batch?.commands[at + 1] ?? null, flaws));
  const { errors, integers, values } = flawsIn(reply);
  const facts = { node: flaws.node, command: spec.name };
  for (const { error } of errors) {
    error.node = flaws.node;
    error.command = spec.name;
    error.attempts = 1;
    // Not the server's error: the text is too long for a string.
    if (error.code === TOO_LONG) throw error;
  }
  if (errors.length > 0 && (spec.flags & SCRIPT) === 0 && findCommand(spec.name) !== undefined) {
    const keys = keyIndexes(spec, args).map((index) => argText(args[index] ?? ''));
    const isByKey = spec.request === 'multi_shard' && Array.isArray(reply) && reply.length === keys.length;
    const failures = errors.map(({ at, error }) => ({ keys: isByKey ? [keys[at] ?? ''] : keys, error }));
    throw failureOfParts({ name: spec.name, count: values, parts: 'values', reply }, failures);
  }
  if (flaws.outOfRange === null || integers.length === 0) return reply;
  // https://redis.io/docs/latest/commands/xnack/: FATAL sets the number of deliveries so high that every limit is reached.
  if (spec.name.startsWith('X')) return withoutBigints(reply);
  throw new IntegerRangeError(integers[0] ?? flaws.outOfRange, facts, reply);
}

/** A reply in that of EXEC; an error in its place where it is rejected. */
function mendStep(reply: Raw, asked: Asked | null, flaws: Flaws): Raw {
  if (asked === null) return reply;
  try {
    return reply instanceof ReplyError && reply.code !== TOO_LONG ? reply : mendReply(reply, asked, null, flaws);
  } catch (error) {
    return error as Error; // `mendReply` throws errors of ours alone
  }
}

const TOO_LONG = 'ERR_STRING_TOO_LONG';

/** What is wrong with a reply, errors with the index of the top-level element that holds them, and how many values it has in all. */
function flawsIn(reply: Raw): { errors: { at: number; error: ReplyError }[]; integers: bigint[]; values: number } {
  const found: ReturnType<typeof flawsIn> = { errors: [], integers: [], values: 0 };
  const look = (raw: Raw, at: number): void => {
    const elements = elementsOf(raw);
    if (elements.length === 0) found.values++;
    if (raw instanceof ReplyError) found.errors.push({ at, error: raw });
    else if (typeof raw === 'bigint') found.integers.push(raw);
    else for (const [index, element] of elements.entries()) look(element, at === -1 ? index : at);
  };
  look(reply, -1);
  return found;
}

function elementsOf(raw: Raw): readonly Raw[] {
  if (typeof raw !== 'object' || raw === null || Buffer.isBuffer(raw) || raw instanceof Error) return [];
  return Array.isArray(raw) ? raw : Object.values(raw);
}

function withoutBigints(raw: Raw): Raw {
  if (typeof raw === 'bigint') return raw > 0n ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  if (Array.isArray(raw)) return raw.map(withoutBigints);
  if (elementsOf(raw).length > 0) {
    const fields = raw as { [field: string]: Raw }; // by `elementsOf`
    for (const [field, value] of Object.entries(fields)) setField(fields, field, withoutBigints(value));
  }
  return raw;
}
