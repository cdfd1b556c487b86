/*
 * FNV-1 and FNV-1a as twemproxy has them: https://github.com/twitter/twemproxy/blob/master/src/hashkit/nc_fnv.c
 * It reads keys as `char`, which has a sign on x86: of a byte from 0x80 on, all bits above are set.
 */

const PRIME_32 = 0x01000193;
const BASIS_32 = 0x811c9dc5;
/** Lower halves of the prime and the basis of 64 bits: of the result the lower half is all that is used, and the upper one never gets into it. */
const PRIME_64 = 0x000001b3;
const BASIS_64 = 0x84222325;

export function fnv1a64(bytes: Uint8Array, start: number, end: number): number {
  return fnv1a(bytes, start, end, BASIS_64, PRIME_64);
}

export function fnv1a32(bytes: Uint8Array, start: number, end: number): number {
  return fnv1a(bytes, start, end, BASIS_32, PRIME_32);
}

export function fnv164(bytes: Uint8Array, start: number, end: number): number {
  return fnv1(bytes, start, end, BASIS_64, PRIME_64);
}

export function fnv132(bytes: Uint8Array, start: number, end: number): number {
  return fnv1(bytes, start, end, BASIS_32, PRIME_32);
}

function fnv1a(bytes: Uint8Array, start: number, end: number, basis: number, prime: number): number {
  let hash = basis | 0;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (((bytes[at] as number) << 24) >> 24), prime);
  return hash >>> 0;
}

function fnv1(bytes: Uint8Array, start: number, end: number, basis: number, prime: number): number {
  let hash = basis | 0;
  for (let at = start; at < end; at++) hash = Math.imul(hash, prime) ^ (((bytes[at] as number) << 24) >> 24);
  return hash >>> 0;
}
