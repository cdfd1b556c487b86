import type { HashFunction } from '../hashes/hash-function.js';
import { md5 } from '../hashes/md5.js';
import { TWEMPROXY_HASH_FUNCTIONS } from '../hashes/twemproxy.js';
import type { PlacedMember, TwemproxyPlacement } from '../placement.js';
import { Points } from '../points.js';
import { type KeyRule, theOnlyOne } from './key-rule.js';

/** Points of a server in a ring of equal weights. */
const POINTS = 160;

/** https://github.com/twitter/twemproxy/blob/master/src/nc_server.c, `server_pool_idx`: of an empty key the hash is 0, whatever hashes. */
export function twemproxyRule({ hash, distribution }: TwemproxyPlacement, members: readonly PlacedMember[]): KeyRule {
  if (members.length === 1) return theOnlyOne;
  const hashOf = TWEMPROXY_HASH_FUNCTIONS[hash];
  return distribution === 'ketama' ? ketama(hashOf, members) : modula(hashOf, members);
}

function ketama(hashOf: HashFunction, members: readonly PlacedMember[]): KeyRule {
  const points = ketamaPoints(members);
  return ({ bytes, start, end }) => points.ownerAbove(start === end ? 0 : hashOf(bytes, start, end));
}

/** https://github.com/twitter/twemproxy/blob/master/src/hashkit/nc_ketama.c. To whom a point of two servers belongs is not determined there. */
function ketamaPoints(members: readonly PlacedMember[]): Points {
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  const owners = new Map<number, number>();
  const digest = new Int32Array(4);
  for (const index of sortedIndexes(members)) {
    const { name, weight } = members[index] as PlacedMember; // one of theirs
    const digests = digestsOf(weight, total, members.length);
    for (let i = 0; i < digests; i++) {
      const text = Buffer.from(`${name}-${i}`);
      md5(text, 0, text.length, digest);
      for (const word of digest) owners.set(word >>> 0, index);
    }
  }
  return new Points(owners);
}

/** How many MD5s, of four points each, a server gets for its weight. The arithmetic has the 32 bits of `float`. */
export function digestsOf(weight: number, total: number, servers: number): number {
  const share = Math.fround(Math.fround(Math.fround(Math.fround(Math.fround(weight) / Math.fround(total)) * POINTS) / 4) * servers);
  return Math.floor(Math.fround(share + 1e-10));
}

/** https://github.com/twitter/twemproxy/blob/master/src/hashkit/nc_modula.c: a server has as many places as its weight. */
function modula(hashOf: HashFunction, members: readonly PlacedMember[]): KeyRule {
  const order = sortedIndexes(members);
  const ends: number[] = [];
  let places = 0;
  for (const index of order) {
    places += (members[index] as PlacedMember).weight; // one of theirs
    ends.push(places);
  }
  return ({ bytes, start, end }) => {
    const place = (start === end ? 0 : hashOf(bytes, start, end)) % places;
    let at = 0;
    while ((ends[at] as number) <= place) at++; // the last end is beyond all places
    return order[at] as number;
  };
}

/** Shorter names come first, then by their bytes: `string_compare` in https://github.com/twitter/twemproxy/blob/master/src/nc_string.c */
function sortedIndexes(members: readonly PlacedMember[]): readonly number[] {
  return members
    .map(({ name }, index) => ({ bytes: Buffer.from(name), index }))
    .sort((a, b) => a.bytes.length - b.bytes.length || Buffer.compare(a.bytes, b.bytes))
    .map(({ index }) => index);
}
