import assert from 'node:assert/strict';
import { explainPlacement } from '../../../lib/placement/explain.js';
import type { PlacementOptions } from '../../../lib/placement/placement.js';

const MEMBERS = ['a', 'b', 'c'].map((name, position) => ({ name, weight: position + 1, position }));

describe('what leads from a key to its member', () => {
  // Published values: CRC-32, CRC-16/XMODEM and FNV-1a of 123456789 and a, XXH64 of a, the MD5 of a, which is 0cc175b9…
  const cases: readonly (readonly [options: PlacementOptions, part: string, hash: string | null, why: string])[] = [
    [{ as: 'go-redis' }, 'a', 'xxhash64 0xd24ec4f1a98c6e5b', 'go-redis: of 3 names, mixed with the hash, its own gives the highest number'],
    [
      { as: 'redis-rb', version: 5 },
      '123456789',
      'crc32 0xcbf43926',
      'redis-rb 5: of the points of 3 members, the last that is not above the hash is its own',
    ],
    [
      { as: 'twemproxy', hash: 'fnv1a_32', distribution: 'ketama' },
      'a',
      'fnv1a_32 0xe40c292c',
      'twemproxy ketama: of the points of 3 members, the first that is not below the hash is its own',
    ],
    [
      { as: 'twemproxy', hash: 'md5', distribution: 'modula' },
      'a',
      'md5 0xb975c10c',
      'twemproxy modula: the hash modulo 6 places, shorter names first, is a place of its own',
    ],
    [
      { as: 'twemproxy', hash: 'md5', distribution: 'modula' },
      '',
      'md5 0x00000000',
      'twemproxy modula: the hash modulo 6 places, shorter names first, is a place of its own',
    ],
    [
      { as: 'jedis', hash: 'md5', version: 3 },
      'a',
      'md5 0xb975c10c',
      'jedis: of the points of 3 members, the first that is not below the hash is its own',
    ],
    [{ as: 'predixy', hash: 'crc16' }, '123456789', 'crc16 0x31c3', 'predixy: the hash modulo 3 members is 1, its place in their list'],
    [
      { as: 'predixy', hash: 'atol' },
      '7x',
      'atol, the number at its start',
      'predixy: the hash modulo 3 members is 1, its place in their list',
    ],
    [{ place: () => 1 }, 'a', null, 'a function: it gives 1, its place in the list of 3 members'],
  ];
  for (const [options, part, hash, why] of cases) {
    it(`${why.split(':')[0]}: ${hash ?? 'unknown'}`, () => {
      assert.deepEqual(explainPlacement(options, MEMBERS, { part, index: 1 }), { hashed: part, hash, why });
    });
  }

  it('shows text as text, and hashes its bytes', () => {
    const part = Buffer.from('ä').toString('latin1');
    const { hashed, hash } = explainPlacement({ as: 'redis-rb', version: 4 }, MEMBERS, { part, index: 0 });
    assert.deepEqual([hashed, hash?.length], ['ä', 'crc32 0x'.length + 8]);
  });

  it('is that there is no other', () => {
    const { why } = explainPlacement({ as: 'go-redis' }, MEMBERS.slice(0, 1), { part: 'a', index: 0 });
    assert.equal(why, 'go-redis: it is the only member');
  });
});
