import assert from 'node:assert/strict';
import { murmur64a } from '../../../../lib/placement/hashes/murmur64a.js';
import * as reference from '../reference.js';
import { sampleKeys } from '../sample-keys.js';

function hashOf(bytes: Uint8Array, start = 0, end = bytes.length): bigint {
  const out = new Int32Array(2);
  murmur64a(bytes, start, end, out);
  return (BigInt((out[0] ?? 0) >>> 0) << 32n) | BigInt((out[1] ?? 0) >>> 0);
}

describe('MurmurHash64A', () => {
  it('is as it is defined, for bytes of every length, anywhere in memory', () => {
    for (const key of sampleKeys(3)) {
      const expected = reference.murmur64a(key);
      assert.equal(hashOf(key), expected, key.toString('hex'));
      assert.equal(hashOf(Buffer.concat([Buffer.from('xyz'), key, Buffer.from('xyz')]), 3, 3 + key.length), expected);
    }
  });
});
