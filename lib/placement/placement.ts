import type { Arg } from '../protocol/command-spec.js';

/** Member of a ring, as placements see it. */
export interface PlacedMember {
  /** Name as it is hashed by placements that hash names. */
  readonly name: string;
  /** Share of keys, a whole number of at least 1. */
  readonly weight: number;
  /** Place in the whole list of members, also while others are ejected: some placements hash it. */
  readonly position: number;
}

/** Rule by which keys are placed, compiled for one list of members. */
export interface KeyPlacement {
  /** Index of the key's member in that list. A function of the user's may throw. */
  indexOf(key: Arg): number;
  /** What is hashed of the key, its hash tag or all of it, as latin1 text of its bytes: keys in which it is equal are always together. */
  hashedPart(key: Arg): string;
}
