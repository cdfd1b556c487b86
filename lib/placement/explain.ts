import { wideCrc16 } from './hashes/crc16.js';
import { crc32 } from './hashes/crc32.js';
import { md5 } from './hashes/md5.js';
import { murmur64a } from './hashes/murmur64a.js';
import { TWEMPROXY_HASH_FUNCTIONS } from './hashes/twemproxy.js';
import { xxhash64 } from './hashes/xxhash64.js';
import type { PlacedMember, PlacementOptions } from './placement.js';

/** How a placement finds the member of a key, for people. */
export interface PlacedKey {
  /** What is hashed of the key: its tag, or all of it. */
  readonly hashed: string;
  /** The hash function and its value; null: none that is known here. */
  readonly hash: string | null;
  /** The rule that leads from the hash to the member. */
  readonly why: string;
}

/** `members`: those that take part; `part`: what is hashed of the key, as latin1 text of its bytes; `index`: the member that it has been given. */
export function explainPlacement(
  options: PlacementOptions,
  members: readonly PlacedMember[],
  { part, index }: { readonly part: string; readonly index: number },
): PlacedKey {
  const bytes = Buffer.from(part, 'latin1');
  return { hashed: bytes.toString(), hash: hashText(options, bytes), why: `${ruleName(options)}: ${ruleText(options, members, index)}` };
}

function hashText(options: PlacementOptions, bytes: Buffer): string | null {
  const end = bytes.length;
  switch (options.as) {
    case 'go-redis':
      return `xxhash64 ${wide((out) => xxhash64(bytes, 0, end, out))}`;
    case 'twemproxy':
      return `${options.hash} ${hex(end === 0 ? 0 : TWEMPROXY_HASH_FUNCTIONS[options.hash](bytes, 0, end))}`;
    case 'jedis':
      if (options.hash === 'murmur') return `murmur64a ${wide((out) => murmur64a(bytes, 0, end, out))}`;
      return `md5 ${hex(firstOfMd5(bytes))}`;
    case 'redis-rb':
      return `crc32 ${hex(crc32(bytes, 0, end))}`;
    case 'predixy':
      return options.hash === 'crc16' ? `crc16 ${hex(wideCrc16(bytes, 0, end) & 0xffff, 4)}` : 'atol, the number at its start';
    default:
      return null;
  }
}

function ruleName(options: PlacementOptions): string {
  switch (options.as) {
    case 'twemproxy':
      return `twemproxy ${options.distribution}`;
    case 'redis-rb':
      return `redis-rb ${options.version}`;
    case undefined:
      return 'a function';
    default:
      return options.as;
  }
}

function ruleText(options: PlacementOptions, members: readonly PlacedMember[], index: number): string {
  const count = members.length;
  if (count === 1) return 'it is the only member';
  switch (options.as) {
    case 'go-redis':
      return `of ${count} names, mixed with the hash, its own gives the highest number`;
    case 'twemproxy':
      if (options.distribution === 'ketama') return `of the points of ${count} members, the first that is not below the hash is its own`;
      return `the hash modulo ${total(members)} places, shorter names first, is a place of its own`;
    case 'jedis':
      return `of the points of ${count} members, the first that is not below the hash is its own`;
    case 'redis-rb':
      return `of the points of ${count} members, the last that is not above the hash is its own`;
    case 'predixy':
      return `the hash modulo ${count} members is ${index}, its place in their list`;
    default:
      return `it gives ${index}, its place in the list of ${count} members`;
  }
}

function total(members: readonly PlacedMember[]): number {
  return members.reduce((sum, { weight }) => sum + weight, 0);
}

function firstOfMd5(bytes: Buffer): number {
  const digest = new Int32Array(4);
  md5(bytes, 0, bytes.length, digest);
  return (digest[0] as number) >>> 0;
}

/** A hash of 64 bits, of which the upper half comes first. */
function wide(hash: (out: Int32Array) => void): string {
  const out = new Int32Array(2);
  hash(out);
  return `${hex(out[0] as number)}${hex(out[1] as number).slice(2)}`;
}

function hex(value: number, digits = 8): string {
  return `0x${(value >>> 0).toString(16).padStart(digits, '0')}`;
}
