import type { ConnectionConfig } from '../connection/connection.js';
import { Subscriber } from '../connection/subscriber.js';
import type { SlotwiseError } from '../errors.js';
import type { Credentials } from '../options/access.js';
import { type Address, addressKey } from '../options/address.js';
import { type BackoffLimits, backoffMs } from '../util/backoff.js';

export interface SubscriberPoolConfig {
  readonly connection: Omit<ConnectionConfig, 'address' | 'subscriber'>;
  readonly reconnect: BackoffLimits;
  /** A connection without a topic closes after this. */
  readonly idleMs: number;
}

export interface SubscriberPoolEvents {
  /** Asked for a sign of life, and slow to give one. */
  stalled(key: string): void;
  /** It gave one after all, or shook hands. */
  recovered(key: string): void;
  lost(key: string, error: SlotwiseError): void;
  /** The backoff of this address is over. */
  again(key: string): void;
}

/** A connection that lived this long was a good one: its end does not count with the failures before it. */
const GOOD_MS = 1_000;
/** From so many failures in a row on, others are preferred. The first may be no more than a connection that was cut. */
const FAILURES_DOWN = 2;
/** For so long after the last one. */
const DOWN_MS = 5_000;

/**
 * What we have to do with one address.
 *
 * | state | means | next |
 * |---|---|---|
 * | idle | no connection | open |
 * | open | there is one, or it is coming | idle, waiting |
 * | waiting | it broke or could not be made; the backoff runs | idle |
 */
interface SubscriberSlot {
  state: 'idle' | 'open' | 'waiting';
  subscriber: Subscriber | null;
  /** Past its handshake. */
  ready: boolean;
  openedAt: number;
  failures: number;
  failedAt: number;
  /** Of the backoff, or of the idle time. */
  timer: NodeJS.Timeout | undefined;
}

/** One connection for subscriptions an address, opened by the first topic. */
export class SubscriberPool {
  readonly #config: SubscriberPoolConfig;
  readonly #events: SubscriberPoolEvents;
  readonly #slots = new Map<string, SubscriberSlot>();
  #ended = false;

  constructor(config: SubscriberPoolConfig, events: SubscriberPoolEvents) {
    this.#config = config;
    this.#events = events;
  }

  /** Open connections, those that are coming included. */
  get size(): number {
    return this.all().length;
  }

  all(): Subscriber[] {
    return [...this.#slots.values()].flatMap(({ subscriber }) => subscriber ?? []);
  }

  /** The connection to that address; null while its backoff runs: `again` follows. */
  at(address: Address): Subscriber | null {
    const key = addressKey(address);
    let place = this.#slots.get(key);
    if (place === undefined) {
      place = { state: 'idle', subscriber: null, ready: false, openedAt: 0, failures: 0, failedAt: 0, timer: undefined };
      this.#slots.set(key, place);
    }
    if (place.state === 'waiting' || this.#ended) return null;
    if (place.state === 'open') {
      clearTimeout(place.timer);
      return place.subscriber;
    }
    return this.#open(place, address);
  }

  #open(place: SubscriberSlot, address: Address): Subscriber {
    const subscriber = new Subscriber(
      { ...this.#config.connection, address },
      {
        ready: () => {
          place.ready = true;
          this.#events.recovered(subscriber.key);
        },
        stalled: () => this.#events.stalled(subscriber.key),
        recovered: () => this.#events.recovered(subscriber.key),
        closed: (error) => this.#closed(place, subscriber, error),
      },
    );
    place.state = 'open';
    place.subscriber = subscriber;
    place.openedAt = performance.now();
    return subscriber;
  }

  #closed(place: SubscriberSlot, subscriber: Subscriber, error: SlotwiseError | null): void {
    clearTimeout(place.timer);
    place.subscriber = null;
    place.ready = false;
    if (error === null || this.#ended) {
      place.state = 'idle';
      if (this.#slots.get(subscriber.key) === place) this.#slots.delete(subscriber.key);
      return;
    }
    if (performance.now() - place.openedAt >= GOOD_MS) place.failures = 0;
    const delayMs = backoffMs(place.failures++, this.#config.reconnect);
    if (subscriber.fellSilent) place.failures = Math.max(place.failures, FAILURES_DOWN);
    place.failedAt = performance.now();
    place.state = 'waiting';
    place.timer = setTimeout(() => this.#over(subscriber.key, place), delayMs);
    this.#events.lost(subscriber.key, error);
  }

  #over(key: string, place: SubscriberSlot): void {
    clearTimeout(place.timer);
    place.state = 'idle';
    this.#events.again(key);
  }

  /** It hangs, or failed again and again: other nodes are better, where any will do. */
  isDown(key: string): boolean {
    const place = this.#slots.get(key);
    return place !== undefined && !place.ready && place.failures >= FAILURES_DOWN && performance.now() - place.failedAt < DOWN_MS;
  }

  /** It was reached by other means: does not wait to try again. */
  reopenNow(key: string): void {
    const place = this.#slots.get(key);
    if (place?.state === 'waiting') this.#over(key, place);
  }

  /** The address may lead to another server by now. */
  renew(key: string, error: SlotwiseError): void {
    this.#slots.get(key)?.subscriber?.destroy(error);
  }

  /** A topic has left: without any the connection closes after a while. */
  channelLeft(key: string): void {
    const place = this.#slots.get(key);
    if (place?.state !== 'open' || place.subscriber === null || place.subscriber.size > 0) return;
    const { subscriber } = place;
    clearTimeout(place.timer);
    place.timer = setTimeout(() => {
      if (subscriber.size === 0) subscriber.destroy(null);
    }, this.#config.idleMs).unref();
  }

  /** It left the topology. */
  forget(key: string): void {
    const place = this.#slots.get(key);
    if (place === undefined) return;
    clearTimeout(place.timer);
    this.#slots.delete(key);
    place.subscriber?.destroy(null);
  }

  keys(): string[] {
    return [...this.#slots.keys()];
  }

  /** A connection that is refused closes; the next one logs in by its handshake. */
  async reauthenticate(credentials: Credentials): Promise<void> {
    const subscribers = this.all();
    const results = await Promise.allSettled(subscribers.map((subscriber) => subscriber.reauthenticate(credentials)));
    for (const [at, result] of results.entries())
      if (result.status === 'rejected') subscribers[at]?.destroy(result.reason as SlotwiseError); // what it rejects with
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  destroy(): void {
    this.#ended = true;
    for (const { subscriber, timer } of this.#slots.values()) {
      clearTimeout(timer);
      subscriber?.destroy(null);
    }
    this.#slots.clear();
  }
}
