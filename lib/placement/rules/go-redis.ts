import { multiplyHigh } from '../hashes/word64.js';
import { xxhash64 } from '../hashes/xxhash64.js';
import type { PlacedMember } from '../placement.js';
import { type KeyRule, theOnlyOne } from './key-rule.js';

/** 2685821657736338717, the multiplier of xorshift*. */
const M_HIGH = 0x2545f491;
const M_LOW = 0x4f6cdd1d;

/**
 * Rendezvous over the hashes of names: a key belongs to the member for which both hashes together are mixed to the highest number, the first
 * of equal ones. https://github.com/dgryski/go-rendezvous/blob/master/rdv.go
 */
export function goRedisRule(members: readonly PlacedMember[]): KeyRule {
  if (members.length === 1) return theOnlyOne;
  const out = new Int32Array(2);
  const highs = new Int32Array(members.length);
  const lows = new Int32Array(members.length);
  for (const [index, { name }] of members.entries()) {
    const text = Buffer.from(name);
    xxhash64(text, 0, text.length, out);
    highs[index] = out[0] as number;
    lows[index] = out[1] as number;
  }
  return ({ bytes, start, end }) => {
    xxhash64(bytes, start, end, out);
    const keyHigh = out[0] as number;
    const keyLow = out[1] as number;
    let best = 0;
    let bestHigh = -1;
    let bestLow = -1;
    for (let index = 0; index < highs.length; index++) {
      let high = keyHigh ^ (highs[index] as number);
      let low = keyLow ^ (lows[index] as number);
      low ^= (low >>> 12) | (high << 20);
      high ^= high >>> 12;
      high ^= (high << 25) | (low >>> 7);
      low ^= low << 25;
      low ^= (low >>> 27) | (high << 5);
      high ^= high >>> 27;
      const mixedHigh = multiplyHigh(high, low, M_HIGH, M_LOW) >>> 0;
      const mixedLow = Math.imul(low, M_LOW) >>> 0;
      if (mixedHigh > bestHigh || (mixedHigh === bestHigh && mixedLow > bestLow)) {
        best = index;
        bestHigh = mixedHigh;
        bestLow = mixedLow;
      }
    }
    return best;
  };
}
