import assert from 'node:assert/strict';
import { specOf } from '../../../../lib/protocol/catalog/specs.js';
import { affinityTo, isAffinity, slotOfAffinity } from '../../../../lib/routing/keys/affinity-slot.js';
import { HASH_SLOTS, slotOfCommand, slotOfKey } from '../../../../lib/routing/keys/slots.js';

describe('an affinity to a slot', () => {
  for (const slot of [0, 1, 3_300, 16_383]) {
    it(`to ${slot} is told from a slot and from none, and gives it back`, () => {
      assert.deepEqual([isAffinity(slot), isAffinity(-1), isAffinity(affinityTo(slot))], [false, false, true]);
      assert.equal(slotOfAffinity(affinityTo(slot)), slot);
    });
  }

  for (const [text, affinity] of [
    ['PUBLISH b x', true],
    ['SPUBLISH b x', false],
    ['SET b x', false],
    ['PING', false],
    ['PUBLISH', false],
  ] as const) {
    it(`is ${affinity ? '' : 'not '}what routes ${text}`, () => {
      const { spec, args } = specOf(text.split(' '));
      const slot = slotOfCommand(HASH_SLOTS, spec, args);
      assert.equal(isAffinity(slot), affinity);
      if (affinity) assert.equal(slotOfAffinity(slot), slotOfKey('b'));
    });
  }
});
