import { int32At, int32Before } from './little-endian.js';
import { multiplyHigh } from './word64.js';

const M_HIGH = 0xc6a4a793 | 0;
const M_LOW = 0x5bd1e995;
/** The seed of Jedis: https://github.com/redis/jedis/blob/v3.10.0/src/main/java/redis/clients/jedis/util/MurmurHash.java */
const SEED = 0x1234abcd;

/** MurmurHash64A as Jedis has it. `out` gets the upper and the lower half. */
export function murmur64a(bytes: Uint8Array, start: number, end: number, out: Int32Array): void {
  const length = end - start;
  let high = multiplyHigh(0, length, M_HIGH, M_LOW);
  let low = Math.imul(length, M_LOW) ^ SEED;
  for (let at = start; at < end; at += 8) {
    const isWhole = end - at >= 8;
    let wordLow = isWhole ? int32At(bytes, at) : int32Before(bytes, at, end);
    let wordHigh = isWhole ? int32At(bytes, at + 4) : int32Before(bytes, at + 4, end);
    if (isWhole) {
      let product = multiplyHigh(wordHigh, wordLow, M_HIGH, M_LOW);
      wordLow = Math.imul(wordLow, M_LOW);
      // The word is combined with itself shifted by 47.
      wordLow ^= product >>> 15;
      wordHigh = product;
      product = multiplyHigh(wordHigh, wordLow, M_HIGH, M_LOW);
      wordLow = Math.imul(wordLow, M_LOW);
      wordHigh = product;
    }
    low ^= wordLow;
    high = multiplyHigh(high ^ wordHigh, low, M_HIGH, M_LOW);
    low = Math.imul(low, M_LOW);
  }
  low ^= high >>> 15;
  high = multiplyHigh(high, low, M_HIGH, M_LOW);
  low = Math.imul(low, M_LOW);
  out[0] = high;
  out[1] = low ^ (high >>> 15);
}
