import { int32At } from './little-endian.js';

/*
 * MD5 by hand, https://www.rfc-editor.org/rfc/rfc1321: the one of Node costs 2 µs a call, most of it for making an object.
 */

const SINES = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32));
/** The words of one block. */
const words = new Int32Array(16);

/** MD5 of bytes. `out` gets four words, of which each has its first byte lowest. */
export function md5(bytes: Uint8Array, start: number, end: number, out: Int32Array): void {
  out[0] = 0x67452301;
  out[1] = 0xefcdab89;
  out[2] = 0x98badcfe;
  out[3] = 0x10325476;
  let at = start;
  for (; end - at >= 64; at += 64) {
    for (let i = 0; i < 16; i++) words[i] = int32At(bytes, at + 4 * i);
    block(out);
  }
  const rest = end - at;
  words.fill(0);
  for (let i = 0; i < rest; i++) words[i >> 2] = (words[i >> 2] as number) | ((bytes[at + i] as number) << (8 * (i & 3)));
  words[rest >> 2] = (words[rest >> 2] as number) | (0x80 << (8 * (rest & 3)));
  if (rest > 55) {
    block(out);
    words.fill(0);
  }
  // The length in bits.
  words[14] = (end - start) << 3;
  words[15] = (end - start) / 2 ** 29;
  block(out);
}

function block(state: Int32Array): void {
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  for (let i = 0; i < 16; i += 4) {
    a = step(b, a + (d ^ (b & (c ^ d))) + constant(i) + word(i), 7);
    d = step(a, d + (c ^ (a & (b ^ c))) + constant(i + 1) + word(i + 1), 12);
    c = step(d, c + (b ^ (d & (a ^ b))) + constant(i + 2) + word(i + 2), 17);
    b = step(c, b + (a ^ (c & (d ^ a))) + constant(i + 3) + word(i + 3), 22);
  }
  for (let i = 16; i < 32; i += 4) {
    a = step(b, a + (c ^ (d & (b ^ c))) + constant(i) + word((5 * i + 1) & 15), 5);
    d = step(a, d + (b ^ (c & (a ^ b))) + constant(i + 1) + word((5 * i + 6) & 15), 9);
    c = step(d, c + (a ^ (b & (d ^ a))) + constant(i + 2) + word((5 * i + 11) & 15), 14);
    b = step(c, b + (d ^ (a & (c ^ d))) + constant(i + 3) + word((5 * i) & 15), 20);
  }
  for (let i = 32; i < 48; i += 4) {
    a = step(b, a + (b ^ c ^ d) + constant(i) + word((3 * i + 5) & 15), 4);
    d = step(a, d + (a ^ b ^ c) + constant(i + 1) + word((3 * i + 8) & 15), 11);
    c = step(d, c + (d ^ a ^ b) + constant(i + 2) + word((3 * i + 11) & 15), 16);
    b = step(c, b + (c ^ d ^ a) + constant(i + 3) + word((3 * i + 14) & 15), 23);
  }
  for (let i = 48; i < 64; i += 4) {
    a = step(b, a + (c ^ (b | ~d)) + constant(i) + word((7 * i) & 15), 6);
    d = step(a, d + (b ^ (a | ~c)) + constant(i + 1) + word((7 * i + 7) & 15), 10);
    c = step(d, c + (a ^ (d | ~b)) + constant(i + 2) + word((7 * i + 14) & 15), 15);
    b = step(c, b + (d ^ (c | ~a)) + constant(i + 3) + word((7 * i + 5) & 15), 21);
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
}

function constant(i: number): number {
  return SINES[i] as number; // 64 of them
}

function word(i: number): number {
  return words[i] as number; // 16 of them
}

/** Takes a sum, which may have left its 32 bits, rotated onto the word before. */
function step(before: number, sum: number, bits: number): number {
  return (((sum << bits) | ((sum | 0) >>> (32 - bits))) + before) | 0;
}
