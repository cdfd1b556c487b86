import assert from 'node:assert/strict';
import { xxhash64 } from '../../../../lib/placement/hashes/xxhash64.js';
import * as reference from '../reference.js';
import { sampleKeys } from '../sample-keys.js';

function hashOf(bytes: Uint8Array, start = 0, end = bytes.length): bigint {
  const out = new Int32Array(2);
  xxhash64(bytes, start, end, out);
  return (BigInt((out[0] ?? 0) >>> 0) << 32n) | BigInt((out[1] ?? 0) >>> 0);
}

describe('XXH64', () => {
  const known: readonly (readonly [text: string, hash: bigint])[] = [
    ['', 0xef46db3751d8e999n],
    ['a', 0xd24ec4f1a98c6e5bn],
    ['abc', 0x44bc2cf5ad770999n],
    ['Nobody inspects the spammish repetition', 0xfbcea83c8a378bf1n],
  ];
  for (const [text, hash] of known) it(`of ${JSON.stringify(text)} is what is known`, () => assert.equal(hashOf(Buffer.from(text)), hash));

  it('is as it is defined, for bytes of every length, anywhere in memory', () => {
    for (const key of sampleKeys(2)) {
      const expected = reference.xxhash64(key);
      assert.equal(hashOf(key), expected, key.toString('hex'));
      assert.equal(hashOf(Buffer.concat([Buffer.from('xyz'), key, Buffer.from('xyz')]), 3, 3 + key.length), expected);
    }
  });
});
