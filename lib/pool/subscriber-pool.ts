import type { ConnectionConfig } from '../connection/connection.js';
import { reauthenticateAll } from '../connection/reauthenticate-all.js';
import { Reconnector } from '../connection/reconnector.js';
import { Subscriber } from '../connection/subscriber.js';
import type { SlotwiseError } from '../errors.js';
import type { Credentials } from '../options/access.js';
import { type Address, addressKey } from '../options/address.js';
import { clearTimeout, setTimeout } from '../runtime/runtime.js';
import type { BackoffLimits } from '../util/backoff.js';

export interface SubscriberPoolConfig {
  readonly connection: Omit<ConnectionConfig, 'address' | 'subscriber'>;
  readonly reconnect: BackoffLimits;
  /** A connection without a channel closes after this, in ms. */
  readonly idleMs: number;
}

interface SubscriberPoolEvents {
  /** A connection was asked for a sign of life, and is slow to give one. */
  stalled(key: string): void;
  /** The connection gave a byte after all, or is past its handshake. */
  recovered(key: string): void;
  lost(key: string, error: SlotwiseError): void;
  /** The backoff of this address is over. */
  backoffEnded(key: string): void;
}

/** State of one address. `reconnector`: open while there is a subscriber. */
interface SubscriberSlot {
  subscriber: Subscriber | null;
  readonly reconnector: Reconnector;
  idleTimer: NodeJS.Timeout | undefined;
}

/** Connections for subscriptions, one an address, opened by its first channel. */
export class SubscriberPool {
  readonly #config: SubscriberPoolConfig;
  readonly #events: SubscriberPoolEvents;
  readonly #slots = new Map<string, SubscriberSlot>();
  #destroyed = false;

  constructor(config: SubscriberPoolConfig, events: SubscriberPoolEvents) {
    this.#config = config;
    this.#events = events;
  }

  /** Connections that are open or on their way. */
  get size(): number {
    return this.all().length;
  }

  all(): Subscriber[] {
    return [...this.#slots.values()].flatMap(({ subscriber }) => subscriber ?? []);
  }

  /** The connection to that address; null while its backoff runs: `backoffEnded` follows. */
  at(address: Address): Subscriber | null {
    if (this.#destroyed) return null;
    const key = addressKey(address);
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      const reconnector = new Reconnector(this.#config.reconnect, () => this.#events.backoffEnded(key));
      slot = { subscriber: null, reconnector, idleTimer: undefined };
      this.#slots.set(key, slot);
    }
    if (slot.reconnector.state === 'waiting') return null;
    clearTimeout(slot.idleTimer);
    return slot.subscriber ?? this.#open(slot, address);
  }

  #open(slot: SubscriberSlot, address: Address): Subscriber {
    const subscriber = new Subscriber(
      { ...this.#config.connection, address },
      {
        ready: () => {
          slot.reconnector.ready();
          this.#events.recovered(subscriber.key);
        },
        stalled: () => this.#events.stalled(subscriber.key),
        recovered: () => this.#events.recovered(subscriber.key),
        closed: (error) => {
          // Else this pool has ended it.
          if (slot.subscriber === subscriber) this.#lost(slot, subscriber, error);
        },
      },
    );
    slot.subscriber = subscriber;
    slot.reconnector.opened();
    return subscriber;
  }

  #lost(slot: SubscriberSlot, { key, fellSilent }: Subscriber, error: SlotwiseError | null): void {
    if (error === null) {
      this.forget(key);
      return;
    }
    clearTimeout(slot.idleTimer);
    slot.subscriber = null;
    slot.reconnector.failed(fellSilent);
    this.#events.lost(key, error);
  }

  /** Whether the node hangs, or failed again and again: where any node will do, others are better. */
  isDown(key: string): boolean {
    return this.#slots.get(key)?.reconnector.isDown === true;
  }

  /** The node was reached by other means: its backoff ends. */
  reopenNow(key: string): void {
    this.#slots.get(key)?.reconnector.reopenNow();
  }

  /** The address may lead to another server by now. */
  renew(key: string, error: SlotwiseError): void {
    this.#slots.get(key)?.subscriber?.destroy(error);
  }

  /** A channel has left: a connection that has no other closes after a while. */
  channelLeft(key: string): void {
    const slot = this.#slots.get(key);
    const subscriber = slot?.subscriber ?? null;
    if (slot === undefined || subscriber === null || subscriber.size > 0) return;
    clearTimeout(slot.idleTimer);
    slot.idleTimer = setTimeout(() => {
      if (subscriber.size === 0) this.forget(key);
    }, this.#config.idleMs).unref();
  }

  /** The node left the topology, or no channel needs it. */
  forget(key: string): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    this.#slots.delete(key);
    this.#end(slot);
  }

  keys(): string[] {
    return [...this.#slots.keys()];
  }

  /** Has the connections log in again. A connection that is refused closes; the next one logs in by its handshake. */
  reauthenticate(credentials: Credentials): Promise<void> {
    return reauthenticateAll(this.all(), credentials, (refused, error) => refused.destroy(error as SlotwiseError)); // what it rejects with
  }

  destroy(): void {
    this.#destroyed = true;
    for (const slot of this.#slots.values()) this.#end(slot);
    this.#slots.clear();
  }

  #end(slot: SubscriberSlot): void {
    const { subscriber } = slot;
    slot.subscriber = null;
    clearTimeout(slot.idleTimer);
    slot.reconnector.stop();
    subscriber?.destroy(null);
  }
}
