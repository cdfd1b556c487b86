import { ProtocolError, show } from '../../errors.js';
import { DECODE_BIGINT, DECODE_INTEGER_TEXT } from '../command-spec.js';

const INTEGER = /^[+-]?\d{1,19}$/;
const DOUBLE = /^[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?$/;
const BIG_NUMBER = /^[+-]?\d+$/;
const NOT_FINITE: ReadonlyMap<string, number> = new Map([
  ['inf', Number.POSITIVE_INFINITY],
  ['+inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['nan', Number.NaN],
  // What C's printf makes of a negative NaN; servers before 7.2 passed it on.
  ['-nan', Number.NaN],
]);

/**
 * `:` — 64 bits with a sign. A bigint in the number mode says that a number could not hold it; the caller decides what comes of that.
 * https://redis.io/docs/latest/develop/reference/protocol-spec/#integers
 */
export function integer(text: string, mode: number): number | bigint | string {
  if (!INTEGER.test(text)) throw malformed('integer', text);
  const exact = BigInt(text);
  if (BigInt.asIntN(64, exact) !== exact) throw malformed('integer', text);
  if (mode & DECODE_BIGINT) return exact;
  if (mode & DECODE_INTEGER_TEXT) return exact.toString();
  const value = Number(exact);
  return Number.isSafeInteger(value) ? value : exact;
}

/** `,` — https://redis.io/docs/latest/develop/reference/protocol-spec/#doubles */
export function double(text: string): number {
  if (DOUBLE.test(text)) return Number(text);
  const value = NOT_FINITE.get(text);
  if (value === undefined) throw malformed('double', text);
  return value;
}

const MINUS = 45;
const POINT = 46;
const LONGEST_DECIMAL = 16;
const POWERS_OF_TEN = Array.from({ length: LONGEST_DECIMAL }, (_, power) => 10 ** power);

/**
 * The bytes [start, end) as a number where they are a plain decimal of at most 15 digits, with or without a fraction, else NaN. Both the
 * digits as one integer and the power of ten are exact in a double, so their quotient is rounded once, as `Number` does it; it takes a
 * fifth of the time.
 */
export function decimal(b: Uint8Array, start: number, end: number, fraction: boolean): number {
  const first = b[start] === MINUS ? start + 1 : start;
  let point = end;
  let value = 0;
  for (let at = first; at < end; at++) {
    const byte = b[at] as number;
    if (byte >= 48 && byte <= 57) value = value * 10 + byte - 48;
    else if (byte === POINT && fraction && point === end && at > first) point = at;
    else return Number.NaN;
  }
  const digits = end - first - (point < end ? 1 : 0);
  if (digits === 0 || digits >= LONGEST_DECIMAL) return Number.NaN;
  if (point < end) value /= POWERS_OF_TEN[end - point - 1] as number;
  return first > start ? -value : value;
}

/** `(` — https://redis.io/docs/latest/develop/reference/protocol-spec/#big-numbers */
export function bigNumber(text: string, mode: number): bigint | string {
  if (!BIG_NUMBER.test(text)) throw malformed('big number', text);
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return mode & DECODE_INTEGER_TEXT ? value.toString() : value;
}

/** `#` — https://redis.io/docs/latest/develop/reference/protocol-spec/#booleans */
export function boolean(text: string): boolean {
  if (text !== 't' && text !== 'f') throw malformed('boolean', text);
  return text === 't';
}

export function malformed(what: string, text: string): ProtocolError {
  return new ProtocolError(`malformed ${what} ${show(text)}`);
}
