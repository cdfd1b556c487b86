import assert from 'node:assert/strict';
import { CrossSlotError } from '../../../../lib/errors.js';
import { ring } from '../../../../lib/options/ring.js';
import type { RingTopology } from '../../../../lib/options/topology.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
import { CallPlace, PartedKeysError } from '../../../../lib/routing/keys/call-place.js';
import { RingSlotting } from '../../../../lib/routing/keys/ring-slotting.js';

let asked = 0;
/** A key is on the member of its first byte: `0…` on the first. */
const place = (key: Uint8Array, names: readonly string[]): number => {
  asked++;
  return ((key[0] ?? 48) - 48) % names.length;
};
const topologyOf = (names: readonly string[]): RingTopology =>
  ring(Object.fromEntries(names.map((name) => [name, `${name}:1`])), { place, sameMember: true }) as RingTopology;

describe('the place of a call that waits', () => {
  let slotting: RingSlotting;
  beforeEach(() => {
    slotting = new RingSlotting(topologyOf(['a', 'b', 'c']));
    asked = 0;
  });

  it('stays while keys are placed as they were, and nobody is asked', () => {
    const of = CallPlace.ofKeys(slotting, 'EXEC', ['1', '1x']);
    assert.equal(of.slotNow(1), 1);
    assert.equal(of.slotNow(1), 1);
    assert.equal(asked, 0);
  });

  it('is that of its keys when members have come, left or been ejected', () => {
    const of = CallPlace.ofKeys(slotting, 'EXEC', ['1', '1x']);
    slotting.setTopology(topologyOf(['a', 'd', 'b', 'c']));
    assert.equal(of.slotNow(1), 3);
    slotting.setTopology(topologyOf(['a', 'c']));
    assert.equal(of.slotNow(3), 2);
    assert.equal(slotting.setEjected(new Set(['c'])), true);
    assert.equal(of.slotNow(2), 0);
    assert.equal(slotting.setEjected(new Set(['c'])), false);
    asked = 0;
    assert.equal(of.slotNow(0), 0);
    assert.equal(asked, 0);
  });

  it('is none where its keys have parted', () => {
    const of = CallPlace.ofKeys(slotting, 'EXEC', ['1', '4']);
    const part = CallPlace.ofPart(slotting, command('MSET'), ['1', 'x', '4', 'y']);
    slotting.setTopology(topologyOf(['a', 'b', 'c', 'd']));
    assert.throws(() => of.slotNow(1), CrossSlotError);
    assert.throws(
      () => part.slotNow(1),
      (error) => error instanceof PartedKeysError && error.executed === 'no' && error.command === 'MSET',
    );
  });

  it('is that of a part whose keys are still together', () => {
    const part = CallPlace.ofPart(slotting, command('MSET'), ['1', 'x', '1y', 'y']);
    slotting.setTopology(topologyOf(['c', 'a']));
    assert.equal(part.slotNow(1), 0);
  });
});
