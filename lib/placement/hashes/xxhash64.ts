import { int32At } from './little-endian.js';
import { addHigh, multiplyHigh } from './word64.js';

const P1_HIGH = 0x9e3779b1 | 0;
const P1_LOW = 0x85ebca87 | 0;
const P2_HIGH = 0xc2b2ae3d | 0;
const P2_LOW = 0x27d4eb4f;
const P3_HIGH = 0x165667b1;
const P3_LOW = 0x9e3779f9 | 0;
const P4_HIGH = 0x85ebca77 | 0;
const P4_LOW = 0xc2b2ae63 | 0;
const P5_HIGH = 0x27d4eb2f;
const P5_LOW = 0x165667c5;

/** What the accumulators of four lanes begin with, upper halves first: sum of two primes, the second, 0, minus the first. */
const BEGIN: readonly number[] = [0x60ea27ee, 0xadc0b5d6, P2_HIGH, P2_LOW, 0, 0, ~P1_HIGH, -P1_LOW];
/** How far they are rotated in the end. */
const ROTATIONS: readonly number[] = [1, 7, 12, 18];
/** The lanes of keys of 32 bytes or more. */
const lanes = new Int32Array(8);

/** XXH64 with seed 0: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md. `out` gets the upper and the lower half. */
export function xxhash64(bytes: Uint8Array, start: number, end: number, out: Int32Array): void {
  let at = start;
  out[0] = P5_HIGH;
  out[1] = P5_LOW;
  if (end - start >= 32) at = ofStripes(bytes, start, end, out);
  let high = out[0];
  let low = (out[1] + (end - start)) | 0;
  high = addHigh(high, 0, low, out[1]);
  for (; end - at >= 8; at += 8) {
    // What `round` does to an accumulator that is 0.
    const word = int32At(bytes, at);
    const wordLow = Math.imul(word, P2_LOW);
    const wordHigh = multiplyHigh(int32At(bytes, at + 4), word, P2_HIGH, P2_LOW);
    const turned = (wordLow << 31) | (wordHigh >>> 1);
    low ^= Math.imul(turned, P1_LOW);
    high ^= multiplyHigh((wordHigh << 31) | (wordLow >>> 1), turned, P1_HIGH, P1_LOW);
    const rotated = (low << 27) | (high >>> 5);
    high = (high << 27) | (low >>> 5);
    const product = Math.imul(rotated, P1_LOW);
    high = multiplyHigh(high, rotated, P1_HIGH, P1_LOW);
    low = (product + P4_LOW) | 0;
    high = addHigh(high, P4_HIGH, low, product);
  }
  if (end - at >= 4) {
    const word = int32At(bytes, at);
    low ^= Math.imul(word, P1_LOW);
    high ^= multiplyHigh(0, word, P1_HIGH, P1_LOW);
    const rotated = (low << 23) | (high >>> 9);
    high = (high << 23) | (low >>> 9);
    const product = Math.imul(rotated, P2_LOW);
    high = multiplyHigh(high, rotated, P2_HIGH, P2_LOW);
    low = (product + P3_LOW) | 0;
    high = addHigh(high, P3_HIGH, low, product);
    at += 4;
  }
  for (; at < end; at++) {
    const byte = bytes[at] as number; // before the end
    low ^= Math.imul(byte, P5_LOW);
    high ^= multiplyHigh(0, byte, P5_HIGH, P5_LOW);
    const rotated = (low << 11) | (high >>> 21);
    high = multiplyHigh((high << 11) | (low >>> 21), rotated, P1_HIGH, P1_LOW);
    low = Math.imul(rotated, P1_LOW);
  }
  // Shifted by 33, by 29 and by 32.
  low ^= high >>> 1;
  high = multiplyHigh(high, low, P2_HIGH, P2_LOW);
  low = Math.imul(low, P2_LOW);
  low ^= (low >>> 29) | (high << 3);
  high ^= high >>> 29;
  high = multiplyHigh(high, low, P3_HIGH, P3_LOW);
  low = Math.imul(low, P3_LOW);
  out[0] = high;
  out[1] = low ^ high;
}

/** Takes a word into the accumulator that is at `at`. */
function round(accumulators: Int32Array, at: number, wordHigh: number, wordLow: number): void {
  const product = Math.imul(wordLow, P2_LOW);
  const low = ((accumulators[at + 1] as number) + product) | 0;
  const high = addHigh(accumulators[at] as number, multiplyHigh(wordHigh, wordLow, P2_HIGH, P2_LOW), low, product);
  // Rotated by 31.
  const rotatedLow = (low << 31) | (high >>> 1);
  const rotatedHigh = (high << 31) | (low >>> 1);
  accumulators[at] = multiplyHigh(rotatedHigh, rotatedLow, P1_HIGH, P1_LOW);
  accumulators[at + 1] = Math.imul(rotatedLow, P1_LOW);
}

/** Takes the stripes of 32 bytes; `out` gets what comes of them. Returns where they end. */
function ofStripes(bytes: Uint8Array, start: number, end: number, out: Int32Array): number {
  lanes.set(BEGIN);
  let at = start;
  for (; end - at >= 32; at += 32) {
    for (let lane = 0; lane < 8; lane += 2) round(lanes, lane, int32At(bytes, at + 4 * lane + 4), int32At(bytes, at + 4 * lane));
  }
  let high = 0;
  let low = 0;
  for (let lane = 0; lane < 8; lane += 2) {
    const bits = ROTATIONS[lane >> 1] as number; // one a lane
    const laneHigh = lanes[lane] as number;
    const laneLow = lanes[lane + 1] as number;
    const rotatedLow = (laneLow << bits) | (laneHigh >>> (32 - bits));
    low = (low + rotatedLow) | 0;
    high = addHigh(high, (laneHigh << bits) | (laneLow >>> (32 - bits)), low, rotatedLow);
  }
  for (let lane = 0; lane < 8; lane += 2) {
    out[0] = 0;
    out[1] = 0;
    round(out, 0, lanes[lane] as number, lanes[lane + 1] as number);
    low ^= out[1] as number;
    high ^= out[0] as number;
    const product = Math.imul(low, P1_LOW);
    high = multiplyHigh(high, low, P1_HIGH, P1_LOW);
    low = (product + P4_LOW) | 0;
    high = addHigh(high, P4_HIGH, low, product);
  }
  out[0] = high;
  out[1] = low;
  return at;
}
