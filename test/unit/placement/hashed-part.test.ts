import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { compilePlacement } from '../../../lib/placement/compile.js';
import type { KeyPlacement, PlacementOptions } from '../../../lib/placement/placement.js';
import type { Arg } from '../../../lib/protocol/command-spec.js';

const members = ['a', 'b', 'c'].map((name, position) => ({ name, weight: 1, position }));
const compiled = (options: PlacementOptions): KeyPlacement => compilePlacement(options, members);

const twemproxy = { as: 'twemproxy', hash: 'fnv1a_64', distribution: 'ketama' } as const;
const jedis = { as: 'jedis', hash: 'murmur', version: 3 } as const;
const redisRb = { as: 'redis-rb', version: 5 } as const;
const without = compiled(twemproxy);
const between: Readonly<Record<string, KeyPlacement>> = {
  'twemproxy "{}"': compiled({ ...twemproxy, hashTag: '{}' }),
  'predixy "{}"': compiled({ as: 'predixy', hash: 'crc16', hashTag: '{}' }),
  'go-redis': compiled({ as: 'go-redis' }),
  'a function "{}"': compiled({ place: () => 0, hashTag: '{}' }),
};
const jedisTag = compiled({ ...jedis, tag: '{}' } as const);
const redisRbTag = compiled(redisRb);

/** What is hashed of a key; null: the whole. */
const CASES: readonly (readonly [key: string, between: string | null, jedis: string | null, redisRb: string | null])[] = [
  ['{a}b', 'a', 'a', 'a'],
  ['x{a}b', 'a', 'a', null],
  ['{a', null, null, null],
  ['}a{', null, null, null],
  ['a}b{c', null, null, null],
  ['{}a', null, null, null],
  ['{}{a}', null, '}{a', '}{a'],
  ['{}}a', null, '}', '}'],
  ['{{a}}', '{a', '{a', '{a'],
  ['a{b}c{d}', 'b', 'b', null],
  ['a{}b{c}', null, '}b{c', null],
  ['', null, null, null],
  ['{}', null, null, null],
  ['{ü}b', 'ü', 'ü', 'ü'],
  ['ü{a}', 'a', 'a', null],
  ['{a\nb}c', 'a\nb', null, null],
  ['{a\rb}c', 'a\rb', null, 'a\rb'],
  ['{a\u2028b}c', 'a\u2028b', null, 'a\u2028b'],
  ['{a\u0085b}c', 'a\u0085b', null, 'a\u0085b'],
  // In Ruby every line has a start.
  ['x\n{a}', 'a', 'a', 'a'],
  ['x\r{a}', 'a', 'a', null],
  [`{${'t'.repeat(60)}}x`, 't'.repeat(60), 't'.repeat(60), 't'.repeat(60)],
  [`{${'ü'.repeat(60)}}x`, 'ü'.repeat(60), 'ü'.repeat(60), 'ü'.repeat(60)],
];

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

describe('the part of a key that is hashed', () => {
  for (const [key, expected, ofJedis, ofRedisRb] of CASES) {
    it(`is right of ${JSON.stringify(key.slice(0, 12))}`, () => {
      for (const given of [key, Buffer.from(key)]) {
        for (const [name, placement] of Object.entries(between)) assert.equal(placement.hashedPart(given), latin1(expected ?? key), name);
        assert.equal(jedisTag.hashedPart(given), latin1(ofJedis ?? key), 'jedis');
        assert.equal(redisRbTag.hashedPart(given), latin1(ofRedisRb ?? key), 'redis-rb');
        for (const placement of [without, compiled(jedis)]) assert.equal(placement.hashedPart(given), latin1(key));
      }
    });
  }

  it('is between two characters that are the same, or between any', () => {
    assert.equal(compiled({ ...twemproxy, hashTag: '$$' }).hashedPart('a$b$c$'), 'b');
    assert.equal(compiled({ ...twemproxy, hashTag: '$$' }).hashedPart('a$$c$'), 'a$$c$');
    assert.equal(compiled({ ...twemproxy, hashTag: '<>' }).hashedPart(Buffer.from('a<b>c')), 'b');
  });

  it('is the first group of a pattern that was given, which may be empty or missing', () => {
    const dots = compiled({ ...jedis, tag: /^([^.]*)\./ });
    assert.deepEqual(
      ['a.b', '.b', 'ab'].map((key) => dots.hashedPart(key)),
      ['a', '', 'ab'],
    );
    assert.equal(compiled({ ...redisRb, tag: /x(y)?/ }).hashedPart('ax'), 'ax');
    assert.equal(compiled({ ...redisRb, tag: /<(.)>/ }).hashedPart('a{b}<c>'), 'c');
  });

  it('of bytes that are no text has no tag in Jedis, and is matched byte by byte in Ruby', () => {
    const key = Buffer.from('7b61ff7d62', 'hex');
    assert.equal(jedisTag.hashedPart(key), key.toString('latin1'));
    assert.equal(redisRbTag.hashedPart(key), 'a\xff');
    assert.equal(between['go-redis']?.hashedPart(key), 'a\xff');
  });

  // As the encoder sends them.
  const sent: readonly (readonly [key: Arg, bytes: string])[] = [
    ['', ''],
    [5, '5'],
    [-1.5, '-1.5'],
    [1e21, '1e+21'],
    [12345678901234567890n, '12345678901234567890'],
    ['\ud800', '\xef\xbf\xbd'],
    ['a\udc00b', 'a\xef\xbf\xbdb'],
    [`${'x'.repeat(100)}\ud800`, `${'x'.repeat(100)}\xef\xbf\xbd`],
    ['€', '\xe2\x82\xac'],
    ['😀', '\xf0\x9f\x98\x80'],
    [Buffer.from('abc'), 'abc'],
    [Buffer.from('xabcx').subarray(1, 4), 'abc'],
    [new Uint8Array([0, 255]), '\x00\xff'],
    [new Uint16Array([0x6261, 0x6463]), 'abcd'],
    [new DataView(Uint8Array.of(97, 98, 99).buffer, 1), 'bc'],
    ['y'.repeat(5_000), 'y'.repeat(5_000)],
    ['ü'.repeat(20_000), '\xc3\xbc'.repeat(20_000)],
  ];
  for (const [key, bytes] of sent) {
    it(`is the bytes that are sent of ${inspect(key).slice(0, 40)}`, () => {
      assert.equal(without.hashedPart(key), bytes);
      const asBytes = Buffer.from(bytes, 'latin1');
      for (const placement of [without, jedisTag, redisRbTag, ...Object.values(between)]) {
        assert.equal(placement.indexOf(key), placement.indexOf(asBytes));
      }
    });
  }

  it('does not depend on the keys before', () => {
    for (const key of ['a', 'ü'.repeat(30), 'z'.repeat(2_000), 'b', Buffer.from('c'), 'd'.repeat(40_000), '']) {
      assert.equal(without.hashedPart(key), typeof key === 'string' ? latin1(key) : 'c');
    }
  });
});
