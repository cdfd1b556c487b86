import { int32At, int32Before } from './little-endian.js';

const M = 0x5bd1e995;

/** MurmurHash2 with the seed that twemproxy gives it: https://github.com/twitter/twemproxy/blob/master/src/hashkit/nc_murmur.c */
export function murmur2(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  let hash = Math.imul(0xdeadbeef, length) ^ length;
  let at = start;
  for (; end - at >= 4; at += 4) {
    let word = Math.imul(int32At(bytes, at), M);
    word ^= word >>> 24;
    hash = Math.imul(hash, M) ^ Math.imul(word, M);
  }
  if (at < end) hash = Math.imul(hash ^ int32Before(bytes, at, end), M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return (hash ^ (hash >>> 15)) >>> 0;
}
