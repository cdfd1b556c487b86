import assert from 'node:assert/strict';
import { joined, parseSlotsText, rangesText, slotsInRanges, slotsText } from '../../../lib/admin/slot-list.js';

describe('lists of slots', () => {
  for (const [text, expected] of [
    ['0-2,5', '0-2,5'],
    ['5, 0-2 ,1', '0-2,5'],
    ['16383', '16383'],
    ['16384', null],
    ['2-1', null],
    ['', null],
    ['a', null],
  ] as const) {
    it(`are read: ${JSON.stringify(text)}`, () => {
      const slots = parseSlotsText(text);
      assert.equal(slots === null ? null : slotsText(slots), expected);
    });
  }

  for (const [what, ranges, expected] of [
    ['in order', ['0-2', '5-5'], '0-2,5'],
    ['in disorder', ['5-6', '0-2'], '0-2,5-6'],
    ['that touch', ['3-4', '0-2'], '0-4'],
    ['that overlap', ['0-5', '2-3', '4-8'], '0-8'],
    ['none', [], ''],
  ] as const) {
    it(`are joined from ranges ${what}`, () => {
      const given = ranges.map((range) => range.split('-').map(Number)).map(([start = 0, end = 0]) => ({ start, end }));
      assert.equal(rangesText(joined(given)), expected);
      assert.equal(slotsText(slotsInRanges(given)), expected);
    });
  }

  it('are told in order, however they are given', () => assert.equal(slotsText([7, 3, 4, 0]), '0,3-4,7'));
});
