import assert from 'node:assert/strict';
import { compilePlacement } from '../../../../lib/placement/compile.js';
import { references } from '../reference.js';
import { sampleKeys } from '../sample-keys.js';

const groups = (count: number) => Array.from({ length: count }, (_, position) => ({ name: `g${position}`, weight: 1, position }));

/** Keys, and the number of 64 bits that they are. */
const NUMBERS: readonly (readonly [key: string, number: bigint])[] = [
  ['', 0n],
  ['x', 0n],
  ['12', 12n],
  ['12abc34', 12n],
  ['+12', 12n],
  ['-12', 2n ** 64n - 12n],
  ['-', 0n],
  ['+', 0n],
  ['-0', 0n],
  ['--5', 0n],
  [' 5', 0n],
  ['007', 7n],
  ['user:5', 0n],
  ['999999999999999', 999_999_999_999_999n],
  ['9999999999999999', 9_999_999_999_999_999n],
  ['18446744073709551615', 2n ** 64n - 1n],
  ['18446744073709551616', 0n],
  ['-18446744073709551615', 1n],
  ['123456789012345678901234567890', BigInt.asUintN(64, 123456789012345678901234567890n)],
  ['000000000000000000000000000000000005', 5n],
];

describe('placement as predixy', () => {
  for (const [key, number] of NUMBERS) {
    it(`takes ${JSON.stringify(key)} for ${number}`, () => {
      for (const count of [1, 2, 3, 7, 10]) {
        const placement = compilePlacement({ as: 'predixy', hash: 'atol' }, groups(count));
        for (const given of [key, Buffer.from(key)]) assert.equal(placement.indexOf(given), Number(number % BigInt(count)));
      }
    });
  }

  it('has the CRC-16 of the key modulo the groups', () => {
    const placement = compilePlacement({ as: 'predixy', hash: 'crc16' }, groups(5));
    for (const key of sampleKeys(9)) assert.equal(placement.indexOf(key), Number(((references.crc16?.(key) ?? 0n) & 0xffffn) % 5n));
    assert.equal(placement.indexOf('123456789'), 0x31c3 % 5);
  });

  it('takes what is between the characters of its hash tag', () => {
    const placement = compilePlacement({ as: 'predixy', hash: 'atol', hashTag: '{}' }, groups(10));
    assert.deepEqual(
      ['1{7}', '-{7}', '{-7}', '{}7', '8{}'].map((key) => placement.indexOf(key)),
      [7, 7, Number((2n ** 64n - 7n) % 10n), 0, 8],
    );
  });
});
