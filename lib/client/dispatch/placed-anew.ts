import { type Call, SETTLED } from '../../protocol/call.js';
import { rejectCall } from './call-errors.js';

/** Places a call anew that has waited, or was sent in vain: its keys may be elsewhere by now. False: it was rejected, because they are nowhere. */
export function isPlacedAnew(call: Call): boolean {
  const target = call.extras?.target;
  if (call.state === SETTLED || call.extras === null || target?.place === undefined || target.slot === undefined) return true;
  try {
    call.extras.target = { ...target, slot: target.place.slotNow(target.slot) };
    return true;
  } catch (error) {
    rejectCall(call, error);
    return false;
  }
}
