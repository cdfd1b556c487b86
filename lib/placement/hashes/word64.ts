/**
 * Upper half of the lower 64 bits of a product of two numbers of 64 bits, given by their halves. The lower half is `Math.imul` of the lower
 * ones. With these, no BigInt is needed.
 */
export function multiplyHigh(aHigh: number, aLow: number, bHigh: number, bLow: number): number {
  const a0 = aLow & 0xffff;
  const a1 = aLow >>> 16;
  const b0 = bLow & 0xffff;
  const b1 = bLow >>> 16;
  // Neither sum leaves its 32 bits: Hacker's Delight, 8-2.
  const middle = (Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16)) | 0;
  const other = (Math.imul(a0, b1) + (middle & 0xffff)) | 0;
  return (Math.imul(a1, b1) + (middle >>> 16) + (other >>> 16) + Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh)) | 0;
}

/** Upper half of a sum whose lower half is `low`, of which `part` is one of the lower halves. */
export function addHigh(aHigh: number, bHigh: number, low: number, part: number): number {
  return (aHigh + bHigh + (low >>> 0 < part >>> 0 ? 1 : 0)) | 0;
}
