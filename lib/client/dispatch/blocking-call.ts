import { NO_DEADLINE } from '../../protocol/call.js';
import type { Blocking, Exclusive } from '../../protocol/exclusive.js';
import { clock } from '../../util/clock.js';

/** Extras of a call that may block. `silenceMs`: the caller's `timeoutMs`, the longest wait for any reply. */
export function blockingCall(blocking: Blocking | null, silenceMs = 0): Exclusive {
  return { kind: 'blocking', blocking, silenceMs, since: 0, sentAt: 0, processEpoch: 0, cancel: null };
}

/** Extras of a call that gets a connection for itself because connections are lost at it. */
export function aloneCall(silenceMs: number): Exclusive {
  return { ...blockingCall(null, silenceMs), kind: 'alone' };
}

/**
 * Deadline of a call that may block: the server may take as long as the call lets it, and `timeoutMs` more. Where that is for ever there is
 * none.
 */
export function exclusiveDeadline({ blocking }: Exclusive, timeoutMs: number): number {
  if (timeoutMs === 0 || blocking?.ms === 0) return NO_DEADLINE;
  return clock.deadlineIn(timeoutMs + (blocking?.ms ?? 0));
}
