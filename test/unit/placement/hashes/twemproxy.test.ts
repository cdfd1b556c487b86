import assert from 'node:assert/strict';
import { TWEMPROXY_HASH_FUNCTIONS } from '../../../../lib/placement/hashes/twemproxy.js';
import { TWEMPROXY_HASHES } from '../../../../lib/placement/placement.js';
import { references } from '../reference.js';
import { sampleKeys } from '../sample-keys.js';

describe('the hash functions of twemproxy', () => {
  it('are twelve', () => assert.deepEqual(Object.keys(TWEMPROXY_HASH_FUNCTIONS), [...TWEMPROXY_HASHES]));

  for (const name of TWEMPROXY_HASHES) {
    it(`have ${name} as it is defined, for bytes of every length, anywhere in memory`, () => {
      for (const key of sampleKeys(1)) {
        const expected = Number(references[name]?.(key));
        assert.equal(TWEMPROXY_HASH_FUNCTIONS[name](key, 0, key.length), expected, key.toString('hex'));
        const within = Buffer.concat([Buffer.from('ab«'), key, Buffer.from('xyz')]);
        assert.equal(TWEMPROXY_HASH_FUNCTIONS[name](within, 4, 4 + key.length), expected, key.toString('hex'));
      }
    });
  }

  // By other programs: CRC-32, MD5 of RFC 1321, and FNV, https://www.isthe.com/chongo/src/fnv/test_fnv.c.
  const known: readonly (readonly [name: (typeof TWEMPROXY_HASHES)[number], key: string, hash: number])[] = [
    ['crc32a', '123456789', 0xcbf43926],
    ['crc32', '123456789', 0x4bf4],
    ['md5', 'abc', 0x98500190],
    ['fnv1a_32', 'foobar', 0xbf9cf968],
    ['fnv1_32', 'foobar', 0x31f0b262],
    ['fnv1a_64', 'foobar', 0xf73967e8],
  ];
  for (const [name, key, hash] of known) {
    it(`have ${name} of ${key}`, () => assert.equal(TWEMPROXY_HASH_FUNCTIONS[name](Buffer.from(key), 0, key.length), hash));
  }
});
