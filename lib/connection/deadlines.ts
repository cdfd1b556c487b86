import type Denque from 'denque';
import { type Executed, TimeoutError, withoutStack } from '../errors.js';
import { type Call, NO_DEADLINE, SETTLED, WRITTEN } from '../protocol/call.js';
import { clock, TICK_MS } from '../util/clock.js';
import { visitCalls } from './call-queues.js';

/** Hands the overdue calls to `reject`, and leaves them in their places. Returns the earliest deadline that is left. */
export function expire(calls: Denque<Call>, now: number, reject: (call: Call, index: number) => void): number {
  let earliest = Number.POSITIVE_INFINITY;
  visitCalls(calls, (call, index) => {
    if (call.state === SETTLED) return;
    if (call.isDue(now)) reject(call, index);
    else if (call.deadline < earliest && call.deadline !== NO_DEADLINE) earliest = call.deadline;
  });
  return earliest;
}

/** Where the time of a call went, as far as it was measured. */
interface TimeSpent {
  /** When the last attempt was written, on the clock in ms; null: it was not, or nobody knows. */
  readonly writtenAt?: number | null;
  /** Time for which no byte has come from the node that owes a reply, in ms. */
  readonly silentMs?: number;
}

/**
 * Error of a call whose deadline has passed. `where`: what the call was waiting for, and where its time went. `node`: the node that had it,
 * if any.
 */
export function timeoutError(call: Call, where: string, node?: string, executed: Executed = call.executed): TimeoutError {
  const { spec, firstError } = call;
  const first = firstError === null ? '' : `; first failure: ${firstError.message}`;
  const facts = { node, command: spec.name, executed, attempts: call.attempts + 1, cause: firstError ?? undefined };
  return withoutStack(() => new TimeoutError(`${spec.name} timed out: ${where}${first}`, facts));
}

/** Error of a call whose deadline has passed on a connection. */
export function connectionTimeout(call: Call, { node, connecting, tls = false }: Place, spent: TimeSpent = {}): TimeoutError {
  const unwritten = connecting ? `${node} has not finished the connection's handshake` : `not yet written to ${node}`;
  const hint = connecting && tls ? '; does this port speak TLS?' : '';
  if (call.state !== WRITTEN) return timeoutError(call, `${unwritten}${timeSpent(call, {})}${hint}`, node);
  return timeoutError(call, `no reply from ${node}${timeSpent(call, spent)}`, node);
}

interface Place {
  readonly node: string;
  /** The connection is not past its handshake. */
  readonly connecting: boolean;
  /** The connection is to be encrypted: a server that does not know TLS waits for more of what it takes for a command. */
  readonly tls?: boolean;
}

/** Where the time of a call went, in words: what was measured, and nothing where that is nothing. */
export function timeSpent(call: Call, { writtenAt = null, silentMs = 0 }: TimeSpent): string {
  const timeoutMs = call.owner.timeoutMs ?? 0;
  if (timeoutMs === 0 || call.deadline === NO_DEADLINE) return '';
  const now = clock.now();
  const issuedAt = call.deadline - timeoutMs - (call.extras?.exclusive?.blocking?.ms ?? 0);
  const ms = (from: number, to = now): string => `${Math.max(0, Math.round(to - from))} ms`;
  // A tick that follows a time for which this process stood still does not tell when the call was written.
  const isCertain = writtenAt !== null && clock.stalledMs(writtenAt - 3 * TICK_MS, writtenAt) === 0;
  const isUnsent = writtenAt === null && call.state !== WRITTEN && call.attempts === 0;
  const parts = isCertain
    ? [`sent after ${ms(issuedAt, writtenAt)}`, `unanswered for ${ms(writtenAt)}`]
    : [`${ms(issuedAt)} ${isUnsent ? 'unsent' : 'since it was issued'}`];
  if (call.attempts > 0) parts.push(`${call.attempts} failed ${call.attempts === 1 ? 'attempt' : 'attempts'} before`);
  if (writtenAt !== null && silentMs > 0) parts.push(`no byte came for ${silentMs} ms`);
  const stalledMs = Math.round(clock.stalledMs(issuedAt));
  if (stalledMs > 0) parts.push(`this process stood still for ${stalledMs} ms`);
  return ` (${parts.join(', ')})`;
}

/** Takes a call out of its client's queue bound: its last holder is done with it. */
export function releaseUsage(call: Call): void {
  const usage = call.owner.usage;
  usage.commands--;
  usage.bytes -= call.bytes;
}
