import type { Untyped } from './untyped.js';

/** Argument of a command as it is sent. */
export type SentArgument = string | Buffer;

/**
 * The arguments with lists opened one level, as ioredis opens them, and sets with them. Gives the same list where there is nothing to open.
 */
export function openLists(args: readonly unknown[]): readonly unknown[] {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at];
    if (typeof arg === 'object' && (Array.isArray(arg) || arg instanceof Set)) {
      return args.flatMap((item) => (item instanceof Set ? [...item] : item));
    }
  }
  return args;
}

/** The arguments as text and bytes; the same list where they are already. */
export function toSent(args: readonly unknown[]): readonly SentArgument[] {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at];
    if (typeof arg !== 'string' && !Buffer.isBuffer(arg)) return args.map(toText);
  }
  return args as readonly SentArgument[]; // by the loop
}

function toText(arg: unknown): SentArgument {
  if (typeof arg === 'string' || Buffer.isBuffer(arg)) return arg;
  if (arg === null || arg === undefined) return '';
  // 1e21 is no integer to a server.
  if (typeof arg === 'number' && Number.isInteger(arg) && !Number.isSafeInteger(arg)) return BigInt(arg).toString();
  return String(arg);
}

/** Transformer of arguments, by which a map or an object becomes fields and values. */
export type ArgumentTransformer = (args: Untyped[]) => Untyped[];

/** Fields and values of a map or an object; null for what is neither. */
function pairsOf(given: unknown): unknown[] | null {
  if (given instanceof Map) return [...given].flat(1);
  return typeof given === 'object' && given !== null ? Object.entries(given).flat(1) : null;
}

function pairsAt(index: number): ArgumentTransformer {
  return (args) => {
    const pairs = args.length === index + 1 ? pairsOf(args[index]) : null;
    return pairs === null ? args : [...args.slice(0, index), ...pairs];
  };
}

const PAIRS_FIRST = pairsAt(0);
const PAIRS_SECOND = pairsAt(1);

/** What a program may replace with `Command.setArgumentTransformer`. */
export const ARGUMENT_TRANSFORMERS: Readonly<Record<string, ArgumentTransformer>> = {
  mset: PAIRS_FIRST,
  msetnx: PAIRS_FIRST,
  hset: PAIRS_SECOND,
  hmset: PAIRS_SECOND,
};
