/** 32 bits of four bytes, the first of which are the lowest. */
export function int32At(bytes: Uint8Array, at: number): number {
  // The caller's bounds.
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
}

/** 32 bits of what there is of four bytes before `end`; those that are missing are 0. */
export function int32Before(bytes: Uint8Array, at: number, end: number): number {
  let word = 0;
  for (let i = Math.min(end, at + 4) - 1; i >= at; i--) word = (word << 8) | (bytes[i] as number);
  return word;
}
