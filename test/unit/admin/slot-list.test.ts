import assert from 'node:assert/strict';
import { parseSlotsText, slotsText } from '../../../lib/admin/slot-list.js';

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
});
