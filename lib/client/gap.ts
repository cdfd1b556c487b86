import type { ChannelKind } from '../connection/channel-subscription.js';

/**
 * Why messages may have been missed.
 *
 * | reason | what happened |
 * |---|---|
 * | `connection` | the connection to the server broke |
 * | `silence` | the server said nothing for too long and was given up |
 * | `failover` | another server is the primary now, or the cluster calls the node failed |
 * | `moved` | the slot of the sharded channel went to another shard |
 * | `removed` | the node left the topology |
 * | `overflow` | messages came faster than they were taken: the buffer dropped `dropped` of them |
 */
export type GapReason = 'connection' | 'silence' | 'failover' | 'moved' | 'removed' | 'overflow';

/** Span of time in which messages may have been missed. It is reported when messages come again, before the first of them. */
export interface Gap {
  readonly type: 'gap';
  readonly kind: ChannelKind;
  /** The channel or pattern. */
  readonly name: string;
  readonly reason: GapReason;
  /** Node of the old subscription, as `host:port`; null for an overflow. */
  readonly from: string | null;
  /** Node of the subscription now; null for an overflow. */
  readonly to: string | null;
  /** Begin in ms since 1970. All messages published before have been delivered. */
  readonly sinceMs: number;
  /** End in ms since 1970. All messages published from then on are delivered. */
  readonly untilMs: number;
  /** How many messages the buffer dropped; 0 for all other reasons, because messages lost on the way cannot be counted. */
  readonly dropped: number;
}

/**
 * Two gaps without a message between them are one: of the same name, and the second goes on where the first led to. Whoever loads anew by
 * `name`, or by the node whose keyspace events are missing, would otherwise miss what only the second tells of.
 */
export function isOneGap(first: Gap, second: Gap): boolean {
  if (first.name !== second.name || first.kind !== second.kind) return false;
  if ((first.reason === 'overflow') !== (second.reason === 'overflow')) return false;
  return first.to === second.from || first.to === second.to;
}

/** Merges two gaps that are one. */
export function mergeGaps(first: Gap, second: Gap): Gap {
  return {
    ...first,
    to: second.to,
    sinceMs: Math.min(first.sinceMs, second.sinceMs),
    untilMs: Math.max(first.untilMs, second.untilMs),
    dropped: first.dropped + second.dropped,
  };
}
