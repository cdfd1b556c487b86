import { Reconnector } from '../../connection/reconnector.js';
import type { ReplyError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import { isNotPermitted } from '../probe-error.js';
import type { Hint, SubscriptionChannel } from '../resolver-api.js';

/**
 * https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#pubsub-messages — events that may change the primary, its
 * replicas or the sentinels.
 */
const EVENTS: readonly string[] = [
  '+switch-master',
  '+selected-slave',
  '+failover-state-send-slaveof-noone',
  '+failover-state-wait-promotion',
  '-failover-abort-slave-timeout',
  '+promoted-slave',
  '+failover-state-reconf-slaves',
  '+failover-end',
  '+failover-end-for-timeout',
  '+sdown',
  '-sdown',
  '+odown',
  '-odown',
  '+slave',
  '+slave-reconf-done',
  '+convert-to-slave',
  '+role-change',
  '-role-change',
  '+reboot',
  '+sentinel',
  '+sentinel-address-switch',
  '+reset-master',
  '+monitor',
  '-monitor',
];

/**
 * Events after which a replica becomes a primary within milliseconds, or is one: what the old primary acknowledges from then on is lost.
 */
const PROMOTION_EVENTS: ReadonlySet<string> = new Set([
  '+selected-slave',
  '+failover-state-send-slaveof-noone',
  '+failover-state-wait-promotion',
  '+promoted-slave',
  '+switch-master',
]);

/**
 * The group that an event is about; null where it names none. Events are `<type> <name> <ip> <port> @ <master> …`, without the part from
 * `@` on if `name` is the master's itself; `+switch-master` has `<master> <old ip> <old port> <new ip> <new port>`.
 */
export function groupOfEvent(channel: string, payload: string): string | null {
  const words = payload.split(' ');
  if (channel === '+switch-master') return words[0] ?? null;
  const at = words.indexOf('@');
  if (at !== -1) return words[at + 1] ?? null;
  return words[0] === 'master' ? (words[1] ?? null) : null;
}

/** Limits of the delay before a lost subscription is made again, in ms. */
const RECONNECT = { minMs: 100, maxMs: 5_000 };

interface Subscription {
  /** Ends the connection. */
  end: () => void;
  readonly reconnector: Reconnector;
}

/**
 * Subscriptions to all sentinels of a group, because not every sentinel notices every event. What they publish are hints to probe, never
 * facts.
 * https://redis.io/docs/latest/develop/reference/sentinel-clients/#using-pubsub-to-get-notified-of-failover
 */
export class SentinelEvents {
  readonly #sentinels: SubscriptionChannel;
  readonly #name: string;
  readonly #hint: Hint;
  readonly #subscriptions = new Map<string, Subscription>();

  /** `notPermitted`: the ACL of a sentinel refused the subscription. */
  constructor(
    sentinels: SubscriptionChannel,
    name: string,
    hint: Hint,
    private readonly notPermitted: (sentinel: string, refusal: ReplyError) => void,
  ) {
    this.#sentinels = sentinels;
    this.#name = name;
    this.#hint = hint;
  }

  /** Subscribes to these sentinels and to no others. */
  follow(addresses: readonly Address[]): void {
    const keys = new Set(addresses.map(addressKey));
    for (const [key, subscription] of this.#subscriptions) {
      if (keys.has(key)) continue;
      this.#subscriptions.delete(key);
      subscription.reconnector.stop();
      subscription.end();
    }
    for (const address of addresses) {
      const key = addressKey(address);
      if (this.#subscriptions.has(key)) continue;
      const reconnector = new Reconnector(RECONNECT, () => this.#subscribe(address, subscription), false);
      const subscription: Subscription = { end: () => {}, reconnector };
      this.#subscriptions.set(key, subscription);
      this.#subscribe(address, subscription);
    }
  }

  stop(): void {
    this.follow([]);
  }

  #subscribe(address: Address, subscription: Subscription): void {
    const key = addressKey(address);
    const { reconnector } = subscription;
    reconnector.opened();
    const isCurrent = (): boolean => this.#subscriptions.get(key) === subscription;
    subscription.end = this.#sentinels.subscribe(address, EVENTS, {
      ready: () => {
        if (!isCurrent()) return;
        reconnector.ready();
        // A probe finds what happened while there was no subscription.
        this.#hint(`subscribed to sentinel ${key}`);
      },
      message: (channel, payload) => {
        const group = groupOfEvent(channel, payload);
        if (isCurrent() && (group === null || group === this.#name))
          this.#hint(`${channel} from sentinel ${key}`, PROMOTION_EVENTS.has(channel));
      },
      lost: (error) => {
        if (!isCurrent()) return;
        const refusal = error instanceof Error ? error.cause : null;
        if (isNotPermitted(refusal)) this.notPermitted(key, refusal);
        if (reconnector.isReady || reconnector.failures === 0) this.#hint(`lost sentinel ${key}`);
        subscription.end = () => {};
        reconnector.failed();
      },
    });
  }
}
