import { crc32 } from '../hashes/crc32.js';
import { md5 } from '../hashes/md5.js';
import type { PlacedMember, RedisRbPlacement } from '../placement.js';
import { Points } from '../points.js';
import type { KeyRule } from './key-rule.js';

/** Points of a node. */
const POINTS = 160;

/**
 * https://github.com/redis/redis-rb/blob/v5.0.0/lib/redis/hash_ring.rb: a key belongs to the point at or below its hash. Of two nodes with one
 * point the later has it.
 */
export function redisRbRule({ version }: RedisRbPlacement, members: readonly PlacedMember[]): KeyRule {
  const owners = new Map<number, number>();
  for (const [index, { name }] of members.entries()) {
    for (let i = 0; i < POINTS; i++) owners.set(pointOf(Buffer.from(`${name}:${i}`), version), index);
  }
  const points = new Points(owners);
  return ({ bytes, start, end }) => points.ownerBelow(crc32(bytes, start, end));
}

/** Up to 4.x the CRC-32, since 5.0 the first four bytes of the MD5, the first of which is the highest. */
function pointOf(text: Buffer, version: 4 | 5): number {
  if (version === 4) return crc32(text, 0, text.length);
  const digest = new Int32Array(4);
  md5(text, 0, text.length, digest);
  return new DataView(Uint32Array.of(digest[0] as number).buffer).getUint32(0);
}
