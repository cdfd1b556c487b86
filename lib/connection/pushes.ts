import type { Raw } from '../protocol/command-spec.js';

/** What RESP2 sends to subscribers by itself: https://redis.io/docs/latest/develop/pubsub/#format-of-pushed-messages */
const OUT_OF_BAND: ReadonlySet<string> = new Set(
  ['', 'p', 's'].flatMap((prefix) => [`${prefix}message`, `${prefix}subscribe`, `${prefix}unsubscribe`]),
);

/** A message or a confirmation, where RESP2 has only replies. */
export function isOutOfBand(value: Raw): value is Raw[] {
  return Array.isArray(value) && value.length >= 3 && OUT_OF_BAND.has(kindOf(value[0]));
}

/** The kind of a push: text in RESP3, and in RESP2 whatever the mode makes of it. */
export function kindOf(kind: Raw | undefined): string {
  return typeof kind === 'string' ? kind : String(kind);
}
