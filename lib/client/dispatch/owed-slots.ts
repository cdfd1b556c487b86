import { internalOwner } from '../../connection/internal-calls.js';
import type { Node } from '../../pool/node.js';
import { type Call, WRITTEN } from '../../protocol/call.js';
import { keepsOrder } from './slot-barriers.js';

/** The nodes, and which of them is the primary of a slot. */
interface Primaries {
  readonly nodes: { all(): readonly Pick<Node, 'unreachableReason' | 'forEachHeld'>[] };
  readonly facts: { primaryOf(slot: number): unknown };
}

/** Slots whose primaries owe answers to calls that keep their order: what was refused before those would be sent behind them. */
export function owedSlots({ nodes, facts }: Primaries, slotOf: (call: Call) => number): ReadonlySet<number> {
  const owed = new Set<number>();
  for (const node of nodes.all()) {
    if (node.unreachableReason !== null) continue;
    node.forEachHeld((call) => {
      if (call.state !== WRITTEN || call.owner === internalOwner) return;
      const slot = slotOf(call);
      if (!owed.has(slot) && keepsOrder(call, slot) && facts.primaryOf(slot) === node) owed.add(slot);
    });
  }
  return owed;
}
