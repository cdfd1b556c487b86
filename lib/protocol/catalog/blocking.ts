import type { Arg, CommandSpec } from '../command-spec.js';
import type { Blocking } from '../exclusive.js';
import { argText } from '../resp/text.js';

/** Where a command says how long the server may let it wait, by its documentation page. Negative: counted from the end. */
const TIMEOUTS: Readonly<Record<string, { readonly at: number; readonly unit: Blocking['unit'] }>> = {
  BLMOVE: { at: -1, unit: 's' },
  BLMPOP: { at: 0, unit: 's' },
  BLPOP: { at: -1, unit: 's' },
  BRPOP: { at: -1, unit: 's' },
  BRPOPLPUSH: { at: -1, unit: 's' },
  BZMPOP: { at: 0, unit: 's' },
  BZPOPMAX: { at: -1, unit: 's' },
  BZPOPMIN: { at: -1, unit: 's' },
  WAIT: { at: 1, unit: 'ms' },
  WAITAOF: { at: 2, unit: 'ms' },
};

/**
 * The words before STREAMS and how many arguments follow each: `[GROUP group consumer] [COUNT n] [BLOCK ms] [CLAIM ms] [NOACK] STREAMS …`
 */
const STREAM_WORDS: ReadonlyMap<string, number> = new Map([
  ['GROUP', 2],
  ['COUNT', 1],
  ['BLOCK', 1],
  ['CLAIM', 1],
  ['NOACK', 0],
]);

/** How long the server may let this call wait. Null: it never waits (XREAD and XREADGROUP without BLOCK), or the table does not know. */
export function blockingOf(spec: CommandSpec, args: readonly Arg[]): Blocking | null {
  if (isStreamRead(spec)) {
    const at = blockOption(args);
    return at === -1 ? null : read(args, at, 'ms');
  }
  const timeout = TIMEOUTS[spec.name];
  if (timeout === undefined) return null;
  return read(args, timeout.at < 0 ? args.length + timeout.at : timeout.at, timeout.unit);
}

/** XREAD and XREADGROUP wait only with BLOCK. */
export function isStreamRead({ name }: CommandSpec): boolean {
  return name === 'XREAD' || name === 'XREADGROUP';
}

/** The same arguments with another timeout. At least 1 ms: 0 would mean for ever. */
export function withTimeout(args: readonly Arg[], { at, unit }: Blocking, ms: number): readonly Arg[] {
  const whole = Math.max(1, Math.ceil(ms));
  return [...args.slice(0, at), unit === 'ms' ? whole : whole / 1_000, ...args.slice(at + 1)];
}

/**
 * Index of the argument after BLOCK, -1 where there is none. A group or consumer may have any name, so that the words are read one by one.
 */
function blockOption(args: readonly Arg[]): number {
  for (let at = 0; at < args.length; ) {
    const word = argText(args[at] ?? '').toUpperCase();
    if (word === 'BLOCK') return at + 1;
    const follow = STREAM_WORDS.get(word);
    if (follow === undefined) return -1;
    at += 1 + follow;
  }
  return -1;
}

/** Timeout in that argument; null for a value that the server will refuse: then it does not wait at all. */
function read(args: readonly Arg[], at: number, unit: Blocking['unit']): Blocking | null {
  const value = argText(args[at] ?? '');
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (!(number >= 0 && number < Number.POSITIVE_INFINITY)) return null;
  return { at, unit, ms: unit === 's' ? number * 1_000 : number };
}
