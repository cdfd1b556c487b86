import type { RingSlotting } from '../../routing/keys/ring-slotting.js';
import type { Client } from '../client.js';
import { type Scan, scanOne } from '../scan/scan.js';
import type { View } from '../view.js';

/**
 * The keys of all members of a ring, one member after another; of those that come meanwhile, too. Keys that the placement puts elsewhere are
 * among them, left over from other members or from an ejection.
 */
export async function* scanRing<Item>(
  client: Client,
  view: View,
  scan: Scan<Item>,
  ring: RingSlotting,
): AsyncGenerator<Item, void, undefined> {
  const done = new Set<number>();
  for (;;) {
    const next = ring.topology.members.find(({ name }) => !done.has(ring.slotOfMember(name)));
    if (next === undefined) return;
    const slot = ring.slotOfMember(next.name);
    done.add(slot);
    try {
      yield* scanOne(client, view, scan, { slot });
    } catch (error) {
      // What it has left is of no member any more.
      if (ring.slotOfMember(next.name) !== -1) throw error;
    }
  }
}
