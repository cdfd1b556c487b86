import type { HashedPart } from '../hashed-part.js';

/** Gives the index of the member to which a part of a key belongs. */
export type KeyRule = (part: HashedPart) => number;

/** Where there is one member, nothing is hashed. */
export const theOnlyOne: KeyRule = () => 0;
