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

/** The hash functions of twemproxy, by its names. */
export const TWEMPROXY_HASHES = [
  'fnv1a_64',
  'fnv1_64',
  'fnv1a_32',
  'fnv1_32',
  'md5',
  'murmur',
  'crc16',
  'crc32',
  'crc32a',
  'hsieh',
  'jenkins',
  'one_at_a_time',
] as const;
export type TwemproxyHash = (typeof TWEMPROXY_HASHES)[number];

/** The rule of go-redis' Ring: rendezvous over the members' names. */
export interface GoRedisPlacement {
  readonly as: 'go-redis';
}

export interface TwemproxyPlacement {
  readonly as: 'twemproxy';
  readonly hash: TwemproxyHash;
  readonly distribution: 'ketama' | 'modula';
  readonly hashTag?: string;
}

export interface JedisPlacement {
  readonly as: 'jedis';
  readonly hash: 'murmur' | 'md5';
  readonly tag?: '{}' | RegExp;
  /** 2: named members as Jedis hashes them before 2.10. */
  readonly version: 2 | 3;
}

export interface RedisRbPlacement {
  readonly as: 'redis-rb';
  readonly version: 4 | 5;
  readonly tag?: RegExp;
}

export interface PredixyPlacement {
  readonly as: 'predixy';
  readonly hash: 'crc16' | 'atol';
  readonly hashTag?: string;
}

/** Places keys by a rule of the user's own. */
export interface OwnPlacement {
  readonly as?: never;
  /** Gives the index of the member in `members`, the names of those that take part, in order. */
  place(key: Uint8Array, members: readonly string[]): number;
  readonly hashTag?: string;
}

/** Rule by which the keys of a ring are placed, as data, with its defaults. */
export type PlacementOptions = GoRedisPlacement | TwemproxyPlacement | JedisPlacement | RedisRbPlacement | PredixyPlacement | OwnPlacement;

/** What should be known of a placement that works; null: nothing. */
export function placementWarning(options: PlacementOptions): string | null {
  const isLopsided = options.as === 'twemproxy' && options.distribution === 'ketama' && options.hash === 'crc32';
  return isLopsided ? 'ketama with crc32 has every key on one member: hashes of 15 bits are all below the first point of the ring' : null;
}
