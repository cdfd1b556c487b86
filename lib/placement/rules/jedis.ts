import { md5 } from '../hashes/md5.js';
import { murmur64a } from '../hashes/murmur64a.js';
import type { JedisPlacement, PlacedMember } from '../placement.js';
import { Points, WidePoints } from '../points.js';
import type { KeyRule } from './key-rule.js';

/** Points of a shard, for each unit of its weight. */
const POINTS = 160;
/** Turns the order of numbers with a sign into that of numbers without. */
const SIGN = 0x80000000;

/**
 * https://github.com/redis/jedis/blob/v3.10.0/src/main/java/redis/clients/jedis/util/Sharded.java: of two shards with one point the later has
 * it. Hashes of MD5 are its first four bytes, never negative; those of MurmurHash are compared with their sign.
 */
export function jedisRule({ hash, version }: JedisPlacement, members: readonly PlacedMember[]): KeyRule {
  const texts = members.map((member) => pointTexts(member, version));
  return hash === 'md5' ? byMd5(texts) : byMurmur(texts);
}

function byMurmur(texts: readonly (readonly Buffer[])[]): KeyRule {
  const out = new Int32Array(2);
  const owners = new Map<bigint, number>();
  for (const [index, ofMember] of texts.entries()) {
    for (const text of ofMember) {
      murmur64a(text, 0, text.length, out);
      owners.set((BigInt(((out[0] as number) ^ SIGN) >>> 0) << 32n) | BigInt((out[1] as number) >>> 0), index);
    }
  }
  const points = new WidePoints(owners);
  return ({ bytes, start, end }) => {
    murmur64a(bytes, start, end, out);
    return points.ownerAbove(((out[0] as number) ^ SIGN) >>> 0, (out[1] as number) >>> 0);
  };
}

function byMd5(texts: readonly (readonly Buffer[])[]): KeyRule {
  const out = new Int32Array(4);
  const owners = new Map<number, number>();
  for (const [index, ofMember] of texts.entries()) {
    for (const text of ofMember) {
      md5(text, 0, text.length, out);
      owners.set((out[0] as number) >>> 0, index);
    }
  }
  const points = new Points(owners);
  return ({ bytes, start, end }) => {
    md5(bytes, start, end, out);
    return points.ownerAbove((out[0] as number) >>> 0);
  };
}

/** What is hashed for the points of a shard. One without a name is called by its position, which is hashed otherwise than a name. */
function pointTexts({ name, weight, position }: PlacedMember, version: 2 | 3): readonly Buffer[] {
  const unnamed = name === `SHARD-${position}`;
  // 2: before 2.10, where the number came right behind the weight.
  const stem = unnamed ? `${name}-NODE-` : version === 2 ? `${name}*${weight}` : `${name}*`;
  return Array.from({ length: POINTS * weight }, (_, i) => Buffer.from(`${stem}${i}`));
}
