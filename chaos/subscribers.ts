import type { Driver } from './driver.js';
import { Inbox } from './pubsub/inbox.js';
import type { Received } from './pubsub/messages.js';

/** What one subscriber listens to, and where its messages are published. */
export interface ChannelSubscriber {
  readonly kind: 'channel' | 'pattern';
  readonly name: string;
  readonly channel: string;
}

/** Half of them to channels, half to patterns; nobody's messages reach another. */
export function channelSubscribers(count: number): ChannelSubscriber[] {
  return Array.from({ length: count }, (_, i) => {
    const channel = `chaos:${i}:news`;
    return i % 2 === 0 ? { kind: 'channel', name: channel, channel } : { kind: 'pattern', name: `chaos:${i}:*`, channel };
  });
}

/** Subscribers of the client under load, beside everything else that it does. */
export class Subscribers {
  readonly #inboxes = new Map<string, Inbox>();

  /** Resolves when the servers have confirmed all. */
  async listen({ subscribe }: Driver, channels: readonly ChannelSubscriber[]): Promise<void> {
    if (channels.length === 0) return;
    if (subscribe === undefined) throw new Error('the client has no subscribers');
    await Promise.all(
      channels.map(({ kind, name, channel }) => {
        const inbox = new Inbox();
        this.#inboxes.set(channel, inbox);
        return subscribe(
          kind,
          name,
          (message) => inbox.take(message),
          (gap) => inbox.tell(gap),
        );
      }),
    );
  }

  /** Messages by channel. */
  get received(): Record<string, Received> {
    return Object.fromEntries([...this.#inboxes].map(([channel, { received }]) => [channel, received]));
  }
}
