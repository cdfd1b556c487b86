import type { ChannelKind } from '../../connection/channel-subscription.js';
import type { Life } from '../life.js';

/** What to listen to. */
export interface SubscribeRequest {
  readonly kind: ChannelKind;
  readonly names: readonly Buffer[];
  /** Key of the one node it is for; default none. */
  readonly node?: string;
  /** Slot of the one member of a ring that it is for; default that of each name. */
  readonly slot?: number | undefined;
}

/** How long it may take until the servers have confirmed, and what ends the subscription. */
export interface SubscribeLimits {
  /** Deadline in ms; 0: none. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | null;
  /** The life that it ends with; default that of the client. */
  readonly life?: Life | null;
}
