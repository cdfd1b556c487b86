import { createHash } from 'node:crypto';

/* The hashes once more, slowly: with big numbers, straight from their definitions. What the library has is compared with them. */

const MASK_32 = 0xffffffffn;
const MASK_64 = 0xffffffffffffffffn;

/** A byte as x86 reads a `char`. */
const signed = (byte: number): bigint => BigInt(byte < 128 ? byte : byte - 256);
const unsigned = (byte: number): bigint => BigInt(byte);
const u32 = (value: bigint): bigint => value & MASK_32;
const u64 = (value: bigint): bigint => value & MASK_64;
const rotate = (value: bigint, by: bigint, width: bigint): bigint => ((value << by) | (value >> (width - by))) & ((1n << width) - 1n);
const littleEndian = (bytes: Uint8Array): bigint => bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);

function fnv(key: Uint8Array, { bits, alternative }: { bits: 32 | 64; alternative: boolean }): bigint {
  let hash = bits === 32 ? 2166136261n : 0xcbf29ce484222325n;
  const prime = bits === 32 ? 16777619n : 0x100000001b3n;
  for (const byte of key) {
    // A negative char is extended to the width of the hash; that of FNV-1a with 64 bits is 32 in twemproxy.
    if (alternative) hash = u64((hash ^ u64(signed(byte))) * prime);
    else hash = u64(u64(hash * prime) ^ u64(signed(byte)));
    if (bits === 32) hash = u32(hash);
  }
  return u32(hash);
}

function crc16(key: Uint8Array): bigint {
  let crc = 0n;
  for (const byte of key) {
    // The entry of the table, bit by bit.
    let entry = (((crc >> 8n) & 0xffn) ^ unsigned(byte)) << 8n;
    for (let bit = 0; bit < 8; bit++) entry = (entry & 0x8000n) === 0n ? (entry << 1n) & 0xffffn : ((entry << 1n) ^ 0x1021n) & 0xffffn;
    crc = u32(crc << 8n) ^ entry;
  }
  return crc;
}

export function crc32(key: Uint8Array): bigint {
  let crc = MASK_32;
  for (const byte of key) {
    crc ^= unsigned(byte);
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1n) === 0n ? crc >> 1n : (crc >> 1n) ^ 0xedb88320n;
  }
  return crc ^ MASK_32;
}

function hsieh(key: Uint8Array): bigint {
  const two = (at: number): bigint => littleEndian(key.subarray(at, at + 2));
  let hash = 0n;
  let at = 0;
  for (; at + 4 <= key.length; at += 4) {
    hash = u32(hash + two(at));
    hash = u32(hash << 16n) ^ u32((two(at + 2) << 11n) ^ hash);
    hash = u32(hash + (hash >> 11n));
  }
  const rest = key.length - at;
  if (rest === 3) {
    hash = u32(hash + two(at));
    hash ^= u32(hash << 16n);
    hash ^= u32(u32(signed(key[at + 2] ?? 0)) << 18n);
    hash = u32(hash + (hash >> 11n));
  }
  if (rest === 2) {
    hash = u32(hash + two(at));
    hash ^= u32(hash << 11n);
    hash = u32(hash + (hash >> 17n));
  }
  if (rest === 1) {
    hash = u32(hash + unsigned(key[at] ?? 0));
    hash ^= u32(hash << 10n);
    hash = u32(hash + (hash >> 1n));
  }
  hash ^= u32(hash << 3n);
  hash = u32(hash + (hash >> 5n));
  hash ^= u32(hash << 4n);
  hash = u32(hash + (hash >> 17n));
  hash ^= u32(hash << 25n);
  return u32(hash + (hash >> 6n));
}

function jenkins(key: Uint8Array): bigint {
  const word = (at: number): bigint => littleEndian(key.subarray(at, Math.min(at + 4, key.length)));
  const rot = (value: bigint, by: bigint): bigint => rotate(value, by, 32n);
  let a = u32(0xdeadbeefn + BigInt(key.length) + 13n);
  let b = a;
  let c = a;
  const take = (at: number): void => {
    a = u32(a + word(at));
    b = u32(b + word(at + 4));
    c = u32(c + word(at + 8));
  };
  let at = 0;
  for (; key.length - at > 12; at += 12) {
    take(at);
    for (const by of [4n, 16n]) {
      a = u32(u32(a - c) ^ rot(c, by));
      c = u32(c + b);
      b = u32(u32(b - a) ^ rot(a, by === 4n ? 6n : 19n));
      a = u32(a + c);
      c = u32(u32(c - b) ^ rot(b, by === 4n ? 8n : 4n));
      b = u32(b + a);
    }
  }
  if (key.length === at) return c;
  take(at);
  c = u32((c ^ b) - rot(b, 14n));
  a = u32((a ^ c) - rot(c, 11n));
  b = u32((b ^ a) - rot(a, 25n));
  c = u32((c ^ b) - rot(b, 16n));
  a = u32((a ^ c) - rot(c, 4n));
  b = u32((b ^ a) - rot(a, 14n));
  return u32((c ^ b) - rot(b, 24n));
}

function murmur2(key: Uint8Array): bigint {
  const m = 0x5bd1e995n;
  let hash = u32(0xdeadbeefn * BigInt(key.length)) ^ BigInt(key.length);
  let at = 0;
  for (; key.length - at >= 4; at += 4) {
    let word = u32(littleEndian(key.subarray(at, at + 4)) * m);
    word = u32((word ^ (word >> 24n)) * m);
    hash = u32(hash * m) ^ word;
  }
  if (at < key.length) hash = u32((hash ^ littleEndian(key.subarray(at))) * m);
  hash = u32((hash ^ (hash >> 13n)) * m);
  return hash ^ (hash >> 15n);
}

function oneAtATime(key: Uint8Array): bigint {
  let hash = 0n;
  for (const byte of key) {
    hash = u32(hash + u32(signed(byte)));
    hash = u32(hash + (hash << 10n));
    hash ^= hash >> 6n;
  }
  hash = u32(hash + (hash << 3n));
  hash ^= hash >> 11n;
  return u32(hash + (hash << 15n));
}

export function md5(key: Uint8Array | string): Buffer {
  return createHash('md5').update(key).digest();
}

export const references: Readonly<Record<string, (key: Uint8Array) => bigint>> = {
  fnv1a_64: (key) => fnv(key, { bits: 64, alternative: true }),
  fnv1_64: (key) => fnv(key, { bits: 64, alternative: false }),
  fnv1a_32: (key) => fnv(key, { bits: 32, alternative: true }),
  fnv1_32: (key) => fnv(key, { bits: 32, alternative: false }),
  md5: (key) => BigInt(md5(key).readUInt32LE()),
  murmur: murmur2,
  crc16,
  crc32: (key) => (crc32(key) >> 16n) & 0x7fffn,
  crc32a: crc32,
  hsieh,
  jenkins,
  one_at_a_time: oneAtATime,
};

export function murmur64a(key: Uint8Array, seed = 0x1234abcdn): bigint {
  const m = 0xc6a4a7935bd1e995n;
  let hash = u64(seed ^ u64(BigInt(key.length) * m));
  let at = 0;
  for (; key.length - at >= 8; at += 8) {
    let word = u64(littleEndian(key.subarray(at, at + 8)) * m);
    word = u64((word ^ (word >> 47n)) * m);
    hash = u64((hash ^ word) * m);
  }
  if (at < key.length) hash = u64((hash ^ littleEndian(key.subarray(at))) * m);
  hash = u64((hash ^ (hash >> 47n)) * m);
  return hash ^ (hash >> 47n);
}

export function xxhash64(key: Uint8Array): bigint {
  const [p1, p2, p3, p4, p5] = [
    11400714785074694791n,
    14029467366897019727n,
    1609587929392839161n,
    9650029242287828579n,
    2870177450012600261n,
  ] as const;
  const rot = (value: bigint, by: bigint): bigint => rotate(value, by, 64n);
  const round = (lane: bigint, word: bigint): bigint => u64(rot(u64(lane + word * p2), 31n) * p1);
  let hash: bigint = p5;
  let at = 0;
  if (key.length >= 32) {
    const lanes = [u64(p1 + p2), p2, 0n, u64(-p1)];
    for (; key.length - at >= 32; at += 32) {
      for (let i = 0; i < 4; i++) lanes[i] = round(lanes[i] ?? 0n, littleEndian(key.subarray(at + 8 * i, at + 8 * i + 8)));
    }
    hash = u64(lanes.reduce((sum, lane, i) => sum + rot(lane, [1n, 7n, 12n, 18n][i] ?? 0n), 0n));
    for (const lane of lanes) hash = u64((hash ^ round(0n, lane)) * p1 + p4);
  }
  hash = u64(hash + BigInt(key.length));
  for (; key.length - at >= 8; at += 8) hash = u64(rot(hash ^ round(0n, littleEndian(key.subarray(at, at + 8))), 27n) * p1 + p4);
  if (key.length - at >= 4) {
    hash = u64(rot(hash ^ u64(littleEndian(key.subarray(at, at + 4)) * p1), 23n) * p2 + p3);
    at += 4;
  }
  for (; at < key.length; at++) hash = u64(rot(hash ^ u64(BigInt(key[at] ?? 0) * p5), 11n) * p1);
  hash = u64((hash ^ (hash >> 33n)) * p2);
  hash = u64((hash ^ (hash >> 29n)) * p3);
  return hash ^ (hash >> 32n);
}
