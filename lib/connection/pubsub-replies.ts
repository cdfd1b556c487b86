import type { ReplyError } from '../errors.js';
import type { Call } from '../protocol/call.js';
import { command } from '../protocol/catalog/specs.js';
import { PUBSUB, type Raw } from '../protocol/command-spec.js';
import { classify } from '../protocol/resp/reply-error.js';

const PING = command('PING');

/** Kinds of what RESP2 sends to subscribers by itself: https://redis.io/docs/latest/develop/pubsub/#format-of-pushed-messages */
const PUSH_KINDS: ReadonlySet<string> = new Set(
  ['', 'p', 's'].flatMap((prefix) => [`${prefix}message`, `${prefix}subscribe`, `${prefix}unsubscribe`]),
);

/** Whether a reply of RESP2 is a message or a confirmation. */
export function isPubsubPush(value: Raw): value is Raw[] {
  return Array.isArray(value) && value.length >= 3 && PUSH_KINDS.has(kindOf(value[0]));
}

/** The kind of a push: text in RESP3, and in RESP2 whatever the mode makes of it. */
export function kindOf(kind: Raw | undefined): string {
  return typeof kind === 'string' ? kind : String(kind);
}

/** Whether a push answers the first call in flight. SUBSCRIBE and its like name one channel each, so that one push answers them. */
export function isConfirmation([kind]: Raw[], next: Call | undefined): boolean {
  return next !== undefined && (next.spec.flags & PUBSUB) !== 0 && kindOf(kind) === next.spec.name.toLowerCase();
}

/**
 * Whether an error is the reply to a SUNSUBSCRIBE that was settled before. A sharded channel that the server ends by itself looks like the
 * answer to SUNSUBSCRIBE; a SUNSUBSCRIBE that was on its way is refused then, because the slot has left. The first call in flight is a
 * PING, which is about no slot, or none is written yet.
 */
export function isLateRefusal(error: ReplyError, next: Call | undefined): boolean {
  if (next !== undefined && next.spec !== PING) return false;
  const kind = classify(error);
  return kind === 'moved' || kind === 'clusterdown';
}
