import { type Blocking, type Exclusive, NO_DEADLINE } from '../protocol/command.js';
import { clock } from '../util/clock.js';

/** What a call that may block brings along. A node may say nothing for as long as the caller would wait for any reply. */
export function blockingCall(blocking: Blocking | null, { timeoutMs }: { readonly timeoutMs: number }): Exclusive {
  return { kind: 'blocking', blocking, silenceMs: timeoutMs, since: 0, giveUp: null };
}

/** The server may take as long as the call lets it, and `timeoutMs` more. Where that is for ever there is no deadline. */
export function exclusiveDeadline({ blocking }: Exclusive, timeoutMs: number): number {
  if (timeoutMs === 0 || blocking?.ms === 0) return NO_DEADLINE;
  return clock.deadlineIn(timeoutMs + (blocking?.ms ?? 0));
}
