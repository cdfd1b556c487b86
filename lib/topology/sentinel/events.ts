import { type Address, addressKey } from '../../options/address.js';
import { backoffMs } from '../../util/backoff.js';
import type { Hint, SubscriptionChannel } from '../resolver-api.js';
import { EVENTS, groupOfEvent, PROMOTION_EVENTS } from './view.js';

const RETRY = { minMs: 100, maxMs: 5_000 };

interface Subscription {
  /** Of the connection, or of the wait for the next one. */
  end: () => void;
  failures: number;
}

/**
 * Subscribed to all sentinels of a group, because not each of them hears of everything. What they publish are hints to look, never facts.
 * https://redis.io/docs/latest/develop/reference/sentinel-clients/#using-pubsub-to-get-notified-of-failover
 */
export class SentinelEvents {
  readonly #watcher: SubscriptionChannel;
  readonly #name: string;
  readonly #hint: Hint;
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(watcher: SubscriptionChannel, name: string, hint: Hint) {
    this.#watcher = watcher;
    this.#name = name;
    this.#hint = hint;
  }

  /** From now on these sentinels and no others. */
  follow(addresses: readonly Address[]): void {
    const keys = new Set(addresses.map(addressKey));
    for (const [key, subscription] of this.#subscriptions) {
      if (keys.has(key)) continue;
      this.#subscriptions.delete(key);
      subscription.end();
    }
    for (const address of addresses) {
      const key = addressKey(address);
      if (this.#subscriptions.has(key)) continue;
      const subscription: Subscription = { end: () => {}, failures: 0 };
      this.#subscriptions.set(key, subscription);
      this.#subscribe(address, subscription);
    }
  }

  stop(): void {
    this.follow([]);
  }

  #subscribe(address: Address, subscription: Subscription): void {
    const key = addressKey(address);
    const isCurrent = (): boolean => this.#subscriptions.get(key) === subscription;
    subscription.end = this.#watcher.subscribe(address, EVENTS, 'sentinel', {
      ready: () => {
        if (!isCurrent()) return;
        subscription.failures = 0;
        // What happened while nobody listened is found by looking.
        this.#hint(`subscribed to sentinel ${key}`);
      },
      message: (channel, payload) => {
        const group = groupOfEvent(channel, payload);
        if (isCurrent() && (group === null || group === this.#name))
          this.#hint(`${channel} from sentinel ${key}`, PROMOTION_EVENTS.has(channel));
      },
      lost: () => {
        if (!isCurrent()) return;
        if (subscription.failures === 0) this.#hint(`lost sentinel ${key}`);
        const timer = setTimeout(() => this.#subscribe(address, subscription), backoffMs(subscription.failures++, RETRY)).unref();
        subscription.end = () => clearTimeout(timer);
      },
    });
  }
}
