import { int32At, int32Before } from './little-endian.js';

/** Jenkins' lookup3 with the start that twemproxy gives it: https://github.com/twitter/twemproxy/blob/master/src/hashkit/nc_jenkins.c */
export function jenkins(bytes: Uint8Array, start: number, end: number): number {
  let a = (0xdeadbeef + (end - start) + 13) | 0;
  let b = a;
  let c = a;
  let at = start;
  for (; end - at > 12; at += 12) {
    a = (a + int32At(bytes, at)) | 0;
    b = (b + int32At(bytes, at + 4)) | 0;
    c = (c + int32At(bytes, at + 8)) | 0;
    a = (a - c) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  if (at === end) return c >>> 0;
  a = (a + int32Before(bytes, at, end)) | 0;
  b = (b + int32Before(bytes, at + 4, end)) | 0;
  c = (c + int32Before(bytes, at + 8, end)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  return ((c ^ b) - rotate(b, 24)) >>> 0;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
