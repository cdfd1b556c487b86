import assert from 'node:assert/strict';
import { md5 } from '../../../../lib/placement/hashes/md5.js';
import * as reference from '../reference.js';
import { sampleKeys } from '../sample-keys.js';

describe('MD5', () => {
  it('is that of Node, for bytes of every length, anywhere in memory', () => {
    const out = new Int32Array(4);
    for (const key of [...sampleKeys(4), Buffer.alloc(10_000, 'x')]) {
      const expected = reference.md5(key);
      md5(key, 0, key.length, out);
      assert.deepEqual(Buffer.from(out.buffer), expected, key.toString('hex'));
      md5(Buffer.concat([Buffer.from('xyz'), key, Buffer.from('xyz')]), 3, 3 + key.length, out);
      assert.deepEqual(Buffer.from(out.buffer), expected, key.toString('hex'));
    }
  });
});
