import { internalOwner } from '../../connection/internal-calls.js';
import type { Call } from '../../protocol/call.js';
import { type Handover, lossesOf } from './slot-barriers.js';

/**
 * Takes from nodes that have lost slots what waits there unwritten and has keys of those: the nodes would only refuse it, and one that is
 * stalled would do so late. In the order in which it was issued.
 */
export function takeLeftBehind(handover: Handover): Call[] {
  const { slotOf } = handover;
  return [...lossesOf(handover)].flatMap(({ node, isLost }) =>
    node.takeUnwritten((call) => {
      if (call.owner === internalOwner || call.extras?.target?.node !== undefined) return false;
      const slot = slotOf(call);
      return slot >= 0 && isLost(slot);
    }),
  );
}
