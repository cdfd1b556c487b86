import { TimeoutError } from '../errors.js';
import { type Call, NO_DEADLINE, SETTLED, WRITTEN } from '../protocol/call.js';
import type { Fifo } from '../util/queue.js';

/** Rejects the overdue calls, which keep their places. Returns the earliest deadline that is left. */
export function expire(calls: Fifo<Call>, now: number, node: string, connecting: boolean, expired?: () => void): number {
  let earliest = Number.POSITIVE_INFINITY;
  calls.forEach((call) => {
    if (call.state === SETTLED) return;
    if (call.isDue(now)) {
      call.fail(timeoutError(call, node, connecting));
      expired?.();
    } else if (call.deadline < earliest && call.deadline !== NO_DEADLINE) earliest = call.deadline;
  });
  return earliest;
}

export function timeoutError(call: Call, node: string | undefined, connecting = false): TimeoutError {
  const unwritten = connecting ? `${node} has not finished the connection's handshake` : `not yet written to ${node}`;
  const where = call.state === WRITTEN ? `no reply from ${node}` : node === undefined ? 'no node to send it to' : unwritten;
  const first = call.firstError === null ? '' : `; first failure: ${call.firstError.message}`;
  return new TimeoutError(`${call.spec.name} timed out: ${where}${first}`, {
    node,
    command: call.spec.name,
    executed: call.executed,
    attempts: call.attempts + 1,
    cause: call.firstError ?? undefined,
  });
}

/** The last holder lets go of the call: its room in the client's bound is free again. */
export function releaseUsage(call: Call): void {
  const usage = call.owner.usage;
  usage.commands--;
  usage.bytes -= call.bytes;
}
