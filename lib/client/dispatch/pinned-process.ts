import type { Node } from '../../pool/node.js';
import type { PinnedProcess } from '../../protocol/call-target.js';
import type { Role } from '../../topology/snapshot.js';

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
