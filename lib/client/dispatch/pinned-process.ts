import type { Node } from '../../pool/node.js';
import type { AttemptFailure, Call } from '../../protocol/call.js';
import type { PinnedProcess } from '../../protocol/call-target.js';
import type { Role } from '../../topology/snapshot.js';
import { errorFor, rejectCall } from './call-errors.js';

/** Writes down where an attempt goes, for the calls that must follow it. */
export function recordProcess(
  pinned: PinnedProcess,
  { key, processEpoch }: Node,
  how: Pick<PinnedProcess, 'role' | 'readonly' | 'asking'>,
): void {
  Object.assign(pinned, { node: key, processEpoch, ...how });
}

/** Whether the node is there, is the process that was written down, and has the same role. */
export function isStillThere({ processEpoch, role }: PinnedProcess, node: Node | undefined, roleNow: Role | null): node is Node {
  return node !== undefined && node.unreachableReason === null && node.processEpoch === processEpoch && roleNow === role;
}

/** Fails a call whose cursor means nothing to another node. False: it has none, and goes on. */
export function failIfPinned(call: Call, failure: AttemptFailure): boolean {
  const pinned = call.extras?.target?.pinned;
  if (pinned?.isPinned !== true) return false;
  pinned.isGone = true;
  rejectCall(call, errorFor(call, failure));
  return true;
}
