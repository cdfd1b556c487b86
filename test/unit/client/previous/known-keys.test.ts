import assert from 'node:assert/strict';
import { KnownKeys, keyName } from '../../../../lib/client/previous/known-keys.js';
import type { Arg } from '../../../../lib/protocol/command-spec.js';

describe('names of keys', () => {
  const same: readonly (readonly [what: string, a: Arg, b: Arg])[] = [
    ['text and its bytes', 'key', Buffer.from('key')],
    ['text beyond ASCII and its bytes', 'schlüssel', Buffer.from('schlüssel')],
    ['a number and its text', 7, '7'],
    ['a bigint and its text', 7n, '7'],
    ['bytes and a view of them', Buffer.from([0xff, 0]), new DataView(new Uint8Array([1, 0xff, 0]).buffer, 1)],
  ];
  for (const [what, a, b] of same) it(`are the same: ${what}`, () => assert.equal(keyName(a), keyName(b)));

  it('differ where the bytes do', () => {
    assert.notEqual(keyName(Buffer.from([0xff])), keyName('ÿ'));
    assert.notEqual(keyName(Buffer.from([0xff])), keyName(Buffer.from([0xfe])));
  });
});

describe('known keys', () => {
  it('remembers at least half of the most, the last ones asked for', () => {
    const known = new KnownKeys(10);
    for (let i = 0; i < 100; i++) {
      known.add(`${i}`);
      assert.equal(known.has('0'), true);
    }
    for (let i = 97; i < 100; i++) assert.equal(known.has(`${i}`), true, `${i}`);
    const left = Array.from({ length: 100 }, (_, i) => `${i}`).filter((name) => known.has(name)).length;
    assert.ok(left <= 10, `${left}`);
  });

  it('does not remember keys that are too long', () => {
    const known = new KnownKeys(10);
    known.add('k'.repeat(257));
    assert.equal(known.has('k'.repeat(257)), false);
  });
});
