import type { ChannelKind, Payload } from '../../connection/channel-subscription.js';
import type { SlotwiseError } from '../../errors.js';
import type { Placement } from '../../routing/pubsub/channel-placement.js';
import type { Gap } from '../gap.js';

/** The channel or pattern that a message came by. */
export interface SubscribedChannel {
  readonly kind: ChannelKind;
  readonly name: Buffer;
  /** The name as text. */
  readonly text: string;
  readonly placement: Placement;
}

/** Callbacks of one `subscribe()` call: messages, gaps, confirmation (once), end (once). None of them throws. */
export interface SubscriptionHandler {
  /** Messages are to come as Buffers. */
  readonly bytes: boolean;
  /** What the server sent, as text or bytes by `bytes`. */
  message(payload: Payload, channel: Payload, source: SubscribedChannel): void;
  gap(gap: Gap): void;
  /** The servers have confirmed every channel. */
  confirmed?(): void;
  /** The subscription was left, aborted or refused, or the client ends. `error` is null for an end that was asked for. */
  ended(error: SlotwiseError | null): void;
}
