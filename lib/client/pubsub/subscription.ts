import type { ChannelKind } from '../../connection/channel-subscription.js';
import { COMMANDS } from '../../connection/subscriber.js';
import type { SlotwiseError } from '../../errors.js';
import type { ChannelListener, ChannelState } from './channel.js';
import { SubscriptionLifecycle, type SubscriptionState, type Unconfirmed } from './lifecycle.js';
import type { SubscribeLimits } from './subscribe-request.js';
import type { SubscriptionHandler } from './subscription-handler.js';

/** A subscription, from SUBSCRIBE to its end. */
export interface SubscriptionHandle {
  readonly kind: ChannelKind;
  /** Resolves when the servers have confirmed everything. */
  readonly confirmed: Promise<void>;
  /** Everything is delivered at the moment. */
  readonly live: boolean;
  /** Resolves when the servers have confirmed that, where nothing else listens. */
  end(): Promise<void>;
}

export interface GroupHost {
  /** The last listener of this channel has left. */
  abandoned(channel: ChannelState): Promise<void>;
  ended(group: SubscriptionGroup): void;
}

/** The channels of one `subscribe()` call, with its handler. */
export class SubscriptionGroup implements SubscriptionHandle, ChannelListener {
  readonly #channels: readonly ChannelState[];
  /** Channels that the server has not confirmed since the group came. */
  readonly #unconfirmed: Set<ChannelState>;
  readonly #host: GroupHost;
  readonly #lifecycle: SubscriptionLifecycle;

  constructor(
    readonly kind: ChannelKind,
    channels: readonly ChannelState[],
    readonly handler: SubscriptionHandler,
    limits: SubscribeLimits,
    host: GroupHost,
  ) {
    this.#channels = channels;
    this.#unconfirmed = new Set(channels);
    this.#host = host;
    this.#lifecycle = new SubscriptionLifecycle(handler, limits, {
      command: COMMANDS[kind].subscribe.name,
      unconfirmed: () => this.#firstUnconfirmed(),
      release: () => this.#release(),
    });
  }

  /** Adds itself to its channels, unless it has ended: its signal has fired, or the client has ended (`closed`). */
  start(closed: SlotwiseError | null): void {
    if (!this.#lifecycle.start(closed)) return;
    for (const channel of this.#channels) channel.add(this);
  }

  get state(): SubscriptionState {
    return this.#lifecycle.state;
  }

  get confirmed(): Promise<void> {
    return this.#lifecycle.confirmed;
  }

  get live(): boolean {
    return this.state === 'active' && this.#channels.every(({ state }) => state === 'live');
  }

  end(): Promise<void> {
    return this.#lifecycle.end(null);
  }

  /** The client ends: an error only for those that still wait for the first confirmation. */
  close(error: SlotwiseError): void {
    this.#lifecycle.close(error);
  }

  // --- events of the channels

  isConfirmed(channel: ChannelState): boolean {
    return !this.#unconfirmed.has(channel);
  }

  channelConfirmed(channel: ChannelState): void {
    this.#unconfirmed.delete(channel);
    if (this.#unconfirmed.size === 0 && this.state === 'subscribing') this.#lifecycle.activate();
  }

  channelRefused(channel: ChannelState, error: SlotwiseError): void {
    if (this.#unconfirmed.has(channel)) void this.#lifecycle.end(error);
  }

  #firstUnconfirmed(): Unconfirmed {
    const [channel] = this.#unconfirmed;
    return { what: channel?.text ?? '', node: channel?.node ?? null, cause: channel?.whyNotLive ?? null };
  }

  #release(): Promise<unknown> {
    for (const channel of this.#channels) channel.remove(this);
    this.#host.ended(this);
    const abandoned = this.#channels.filter((channel) => !channel.hasListeners && channel.state !== 'ended');
    return Promise.all(abandoned.map((channel) => this.#host.abandoned(channel)));
  }
}
