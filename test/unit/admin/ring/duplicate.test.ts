import assert from 'node:assert/strict';
import { kinshipOf } from '../../../../lib/admin/ring/duplicate.js';

describe('two copies of a key', () => {
  /** A dump: a value, two bytes of version, eight of checksum. */
  const dump = (value: string, version = '09', sum = '12345678'): Buffer => Buffer.from(`${value}${version}${sum}`);
  const cases: readonly (readonly [what: string, old: readonly [Buffer, number], now: readonly [Buffer, number], kinship: string])[] = [
    ['with one value', [dump('v'), -1], [dump('v'), -1], 'same'],
    ['of servers of two versions', [dump('v'), -1], [dump('v', '11', '87654321'), -1], 'same'],
    ['with two values', [dump('v'), -1], [dump('w'), -1], 'other'],
    ['with ends near to each other', [dump('v'), 5_000], [dump('v'), 5_400], 'same'],
    ['of which the new one ends a little sooner', [dump('v'), 5_400], [dump('v'), 5_000], 'same'],
    ['of which the new one ends much later', [dump('v'), 5_000], [dump('v'), 7_000], 'late'],
    ['of which the new one ends much sooner', [dump('v'), 7_000], [dump('v'), 5_000], 'other'],
    ['of which the old one alone ends', [dump('v'), 500], [dump('v'), -1], 'other'],
    ['of which the new one alone ends', [dump('v'), -1], [dump('v'), 500], 'other'],
  ];
  for (const [what, [old, oldEnds], [now, nowEnds], kinship] of cases) {
    it(`${what}: ${kinship}`, () => assert.equal(kinshipOf({ dump: old, endsMs: oldEnds }, { dump: now, endsMs: nowEnds }), kinship));
  }
});
