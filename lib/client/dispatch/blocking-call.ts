import { type Blocking, type Exclusive, NO_DEADLINE } from '../../protocol/call.js';
import { clock } from '../../util/clock.js';

/** What a call that may block brings along. `silenceMs`: the caller's `timeoutMs`, which is how long it would wait for any reply. */
export function blockingCall(blocking: Blocking | null, silenceMs = 0): Exclusive {
  return { kind: 'blocking', blocking, silenceMs, since: 0, cancel: null };
}

/** The server may take as long as the call lets it, and `timeoutMs` more. Where that is for ever there is no deadline. */
export function exclusiveDeadline({ blocking }: Exclusive, timeoutMs: number): number {
  if (timeoutMs === 0 || blocking?.ms === 0) return NO_DEADLINE;
  return clock.deadlineIn(timeoutMs + (blocking?.ms ?? 0));
}
