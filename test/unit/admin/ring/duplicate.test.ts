import assert from 'node:assert/strict';
import { isSame } from '../../../../lib/admin/ring/duplicate.js';

describe('two copies of a key', () => {
  /** A dump: a value, two bytes of version, eight of checksum. */
  const dump = (value: string, version = '09', sum = '12345678'): Buffer => Buffer.from(`${value}${version}${sum}`);
  const cases: readonly (readonly [what: string, one: readonly [Buffer, number], other: readonly [Buffer, number], same: boolean])[] = [
    ['with one value', [dump('v'), -1], [dump('v'), -1], true],
    ['of servers of two versions', [dump('v'), -1], [dump('v', '11', '87654321'), -1], true],
    ['with two values', [dump('v'), -1], [dump('w'), -1], false],
    ['with ends near to each other', [dump('v'), 5_000], [dump('v'), 5_900], true],
    ['with two ends', [dump('v'), 5_000], [dump('v'), 7_000], false],
    ['of which one has an end', [dump('v'), 500], [dump('v'), -1], false],
  ];
  for (const [what, [a, aEnds], [b, bEnds], same] of cases) {
    it(`${what} are ${same ? 'the same' : 'not the same'}`, () => {
      assert.equal(isSame({ dump: a, endsMs: aEnds }, { dump: b, endsMs: bEnds }), same);
      assert.equal(isSame({ dump: b, endsMs: bEnds }, { dump: a, endsMs: aEnds }), same);
    });
  }
});
