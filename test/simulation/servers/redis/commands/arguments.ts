import { Failure } from '../../resp.js';

export const SYNTAX = new Failure('ERR syntax error');
const NOT_INTEGER = new Failure('ERR value is not an integer or out of range');
const NOT_FLOAT = new Failure('ERR value is not a valid float');
export const NO_SUCH_KEY = new Failure('ERR no such key');

const INTEGER = /^(?:0|-?[1-9]\d{0,18})$/;

/** A whole number as Redis reads it. Beyond 2^53 the model would lose digits, and refuses. */
export function integer(word: string | undefined, failure = NOT_INTEGER): number {
  if (word === undefined || !INTEGER.test(word)) throw failure;
  const value = Number(word);
  if (!Number.isSafeInteger(value)) throw failure;
  return value;
}

export function float(word: string | undefined, failure = NOT_FLOAT): number {
  const text = word ?? '';
  if (/^[-+]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const value = Number(text);
  if (text === '' || text.trim() !== text || Number.isNaN(value) || !Number.isFinite(value)) throw failure;
  return value;
}

/** A number as a reply of RESP2 and as text has it: https://github.com/redis/redis/blob/7.2/src/util.c (`ld2string`, `d2string`) */
export function floatText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  if (value === Number.NEGATIVE_INFINITY) return '-inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Seconds, whole or not, of a blocking command; in ms. */
export function timeout(word: string | undefined): number {
  const seconds = float(word, new Failure('ERR timeout is not a float or out of range'));
  if (seconds < 0) throw new Failure('ERR timeout is negative');
  return Math.ceil(seconds * 1_000);
}
