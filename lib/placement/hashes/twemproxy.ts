import type { TwemproxyHash } from '../placement.js';
import { wideCrc16 } from './crc16.js';
import { crc32, crc32of15Bits } from './crc32.js';
import { fnv1a32, fnv1a64, fnv132, fnv164 } from './fnv.js';
import type { HashFunction } from './hash-function.js';
import { hsieh } from './hsieh.js';
import { jenkins } from './jenkins.js';
import { md5 } from './md5.js';
import { murmur2 } from './murmur2.js';
import { oneAtATime } from './one-at-a-time.js';

const digest = new Int32Array(4);

/** The first four bytes of the MD5, the first of which is the lowest. */
function firstOfMd5(bytes: Uint8Array, start: number, end: number): number {
  md5(bytes, start, end, digest);
  return (digest[0] as number) >>> 0;
}

/** The hash functions of twemproxy. */
export const TWEMPROXY_HASH_FUNCTIONS: Readonly<Record<TwemproxyHash, HashFunction>> = {
  fnv1a_64: fnv1a64,
  fnv1_64: fnv164,
  fnv1a_32: fnv1a32,
  fnv1_32: fnv132,
  md5: firstOfMd5,
  murmur: murmur2,
  crc16: wideCrc16,
  crc32: crc32of15Bits,
  crc32a: crc32,
  hsieh,
  jenkins,
  one_at_a_time: oneAtATime,
};
