import type Denque from 'denque';
import { type Executed, TimeoutError, withoutStack } from '../errors.js';
import { type Call, NO_DEADLINE, SETTLED, WRITTEN } from '../protocol/call.js';
import { visitCalls } from './call-queues.js';

/** Hands the overdue calls to `reject`, and leaves them in their places. Returns the earliest deadline that is left. */
export function expire(calls: Denque<Call>, now: number, reject: (call: Call) => void): number {
  let earliest = Number.POSITIVE_INFINITY;
  visitCalls(calls, (call) => {
    if (call.state === SETTLED) return;
    if (call.isDue(now)) reject(call);
    else if (call.deadline < earliest && call.deadline !== NO_DEADLINE) earliest = call.deadline;
  });
  return earliest;
}

/** Error of a call whose deadline has passed. `where`: what the call was waiting for. `node`: the node that had it, if any. */
export function timeoutError(call: Call, where: string, node?: string, executed: Executed = call.executed): TimeoutError {
  const { spec, firstError } = call;
  const first = firstError === null ? '' : `; first failure: ${firstError.message}`;
  const facts = { node, command: spec.name, executed, attempts: call.attempts + 1, cause: firstError ?? undefined };
  return withoutStack(() => new TimeoutError(`${spec.name} timed out: ${where}${first}`, facts));
}

/** Error of a call whose deadline has passed on a connection. */
export function connectionTimeout(call: Call, node: string, connecting: boolean): TimeoutError {
  const unwritten = connecting ? `${node} has not finished the connection's handshake` : `not yet written to ${node}`;
  return timeoutError(call, call.state === WRITTEN ? `no reply from ${node}` : unwritten, node);
}

/** Takes a call out of its client's queue bound: its last holder is done with it. */
export function releaseUsage(call: Call): void {
  const usage = call.owner.usage;
  usage.commands--;
  usage.bytes -= call.bytes;
}
