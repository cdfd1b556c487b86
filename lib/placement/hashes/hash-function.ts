/** A hash of bytes, from `start` up to `end`: 32 bits without a sign. */
export type HashFunction = (bytes: Uint8Array, start: number, end: number) => number;
