import assert from 'node:assert/strict';
import { keyOfSlot } from '../../../../lib/entries/node-redis/slot-keys.js';
import { slotOfKey } from '../../../../lib/routing/keys/slots.js';

describe('a key of a slot', () => {
  it('is of that slot', () => {
    for (const slot of [0, 1, 5_461, 12_182, 16_383]) assert.equal(slotOfKey(keyOfSlot(slot)), slot);
  });
});
