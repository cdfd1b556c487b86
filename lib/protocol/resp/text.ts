import { isAscii } from 'node:buffer';
import type { Arg } from '../command-spec.js';
import { SHORT_TEXT, shortText } from './short-text.js';

/** From here on two native calls (is it ASCII? then copy) beat the one that decodes UTF-8: 1.8 against 4.4 µs for 64 KiB. */
const LONG_TEXT = 2048;

/** The readers that `Buffer.toString` calls after it has looked up the encoding; in every Node, Bun and Deno, though not in the types. */
interface Slices {
  utf8Slice(start: number, end: number): string;
  latin1Slice(start: number, end: number): string;
}

/** The UTF-8 text of `length` bytes at `at`. Throws `ERR_STRING_TOO_LONG` where a string cannot hold it. */
export function decodeText(b: Buffer, at: number, length: number): string {
  if (length <= SHORT_TEXT) {
    const text = shortText(b, at, length);
    if (text !== null) return text;
  } else if (length >= LONG_TEXT && isAscii(b.subarray(at, at + length))) {
    return (b as Buffer & Slices).latin1Slice(at, at + length);
  }
  return (b as Buffer & Slices).utf8Slice(at, at + length);
}

/** An argument as text. */
export function argText(arg: Arg): string {
  return ArrayBuffer.isView(arg) ? Buffer.from(arg.buffer, arg.byteOffset, arg.byteLength).toString() : String(arg);
}
