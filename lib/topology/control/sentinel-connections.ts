import type { Credentials } from '../../options/access.js';
import { type Address, addressKey } from '../../options/address.js';
import type { Raw } from '../../protocol/command-spec.js';
import { queueMicrotask } from '../../runtime/runtime.js';
import type { SendOptions, SentinelChannel, SubscriptionEvents } from '../resolver-api.js';
import { ControlConnections, type ControlOptions } from './control-connections.js';

/** One subscription on a server, and everything that listens to it. */
interface SharedSubscription {
  readonly key: string;
  readonly end: () => void;
  readonly listeners: Set<SubscriptionEvents>;
  isReady: boolean;
}

/**
 * Connections to one set of sentinels: to each of them one for requests and one for events, however many groups are asked about. Listeners
 * to the same channels of the same sentinel share one subscription; it ends with the last of them.
 */
export class SentinelConnections implements SentinelChannel {
  readonly #control: ControlConnections;
  readonly #subscriptions = new Map<string, SharedSubscription>();

  constructor(options: ControlOptions) {
    this.#control = new ControlConnections(options);
  }

  send(address: Address, commands: readonly (readonly string[])[], options?: SendOptions): Promise<Raw[]> {
    return this.#control.send(address, commands, options);
  }

  reauthenticate(credentials: Credentials): Promise<void> {
    return this.#control.reauthenticate(credentials);
  }

  /** Subscribes as `ControlConnections.subscribe` does, on a connection that equal subscriptions share. */
  subscribe(address: Address, channels: readonly string[], events: SubscriptionEvents): () => void {
    const key = [addressKey(address), ...channels].join(' ');
    const shared = this.#subscriptions.get(key) ?? this.#open(key, address, channels);
    shared.listeners.add(events);
    // A listener that comes later gets its `ready` as well, and not before `subscribe` has returned.
    if (shared.isReady) {
      queueMicrotask(() => {
        if (shared.isReady && shared.listeners.has(events)) events.ready();
      });
    }
    return () => {
      if (shared.listeners.delete(events) && shared.listeners.size === 0 && this.#drop(shared)) shared.end();
    };
  }

  #open(key: string, address: Address, channels: readonly string[]): SharedSubscription {
    const listeners = new Set<SubscriptionEvents>();
    const end = this.#control.subscribe(address, channels, {
      ready: () => {
        shared.isReady = true;
        for (const one of [...listeners]) one.ready();
      },
      message: (channel, payload) => {
        for (const one of [...listeners]) one.message(channel, payload);
      },
      lost: (error) => {
        this.#drop(shared);
        shared.isReady = false;
        const left = [...listeners];
        listeners.clear();
        for (const one of left) one.lost(error);
      },
    });
    const shared: SharedSubscription = { key, end, listeners, isReady: false };
    this.#subscriptions.set(key, shared);
    return shared;
  }

  /** Forgets a subscription. False: another one has taken its place. */
  #drop(shared: SharedSubscription): boolean {
    return this.#subscriptions.get(shared.key) === shared && this.#subscriptions.delete(shared.key);
  }

  destroy(): void {
    this.#subscriptions.clear();
    this.#control.destroy();
  }
}
