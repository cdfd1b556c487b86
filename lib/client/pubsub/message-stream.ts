import type { Payload } from '../../connection/subscriber.js';
import { AbortError, type ListenerError, OverflowError, type SlotwiseError } from '../../errors.js';
import type { Gap } from '../gap.js';
import { callOnGap } from './callback-listener.js';
import type { ChannelState } from './channel.js';
import { MessageQueue, type Overflow } from './message-queue.js';
import type { SubscriptionHandle, SubscriptionHandler } from './subscription.js';

/** Messages as they come, for `for await`. It subscribes when it is first asked for one, or by `ready()`; leaving the loop unsubscribes. */
export interface Messages<Item> extends AsyncIterableIterator<Item, undefined> {
  /** Subscribes, and resolves when the servers have confirmed: what is published from then on comes. */
  ready(): Promise<void>;
  /** The servers deliver at the moment. */
  readonly live: boolean;
  return(): Promise<IteratorResult<Item, undefined>>;
  [Symbol.asyncIterator](): Messages<Item>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface StreamSettings {
  /** Null: it is not for the consumer. */
  readonly itemOf: (payload: Payload, channel: Payload, topic: ChannelState) => Item | null;
  readonly bytes: boolean;
  /** Gaps come among the messages. */
  readonly gaps: boolean;
  readonly onGap: ((gap: Gap) => unknown) | null;
  readonly maxBuffered: number;
  readonly overflow: Overflow;
}

export interface StreamHost {
  /** Subscribes. */
  open(handler: SubscriptionHandler): SubscriptionHandle;
  report(error: ListenerError): void;
  /** A full buffer dropped one more message; `first` since the consumer was told of the last ones. */
  dropped(first: boolean): void;
  /** An overflow is told. */
  gap(gap: Gap): void;
}

/** What a consumer gets: what is made of a message. */
export interface Item {
  readonly type: 'message' | 'event';
}

type Result = IteratorResult<unknown, undefined>;

interface Waiter {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * | state | means | `next()` |
 * |---|---|---|
 * | new | nobody has asked for a message | subscribes |
 * | open | subscribed, or on the way | gives the oldest entry of the buffer, or waits |
 * | ended | left, failed, or the client ended | gives what is in the buffer, then the error once, then the end |
 */
export class MessageStream implements SubscriptionHandler {
  readonly bytes: boolean;
  #state: 'new' | 'open' | 'ended' = 'new';
  readonly #settings: StreamSettings;
  readonly #host: StreamHost;
  readonly #queue: MessageQueue<Item>;
  #waiters: Waiter[] = [];
  #group: SubscriptionHandle | null = null;
  #error: SlotwiseError | null = null;
  #overflows = 0;
  /** Whose messages overflowed last. */
  #overflowed = '';

  constructor(settings: StreamSettings, host: StreamHost) {
    this.bytes = settings.bytes;
    this.#settings = settings;
    this.#host = host;
    this.#queue = new MessageQueue(settings.maxBuffered, settings.overflow, (sinceMs, untilMs) => this.#overflowGap(sinceMs, untilMs));
  }

  // --- the consumer's side

  ready(): Promise<void> {
    this.#open();
    return this.#group?.begun ?? Promise.reject(new AbortError('the subscription was ended before it began'));
  }

  get live(): boolean {
    return this.#state === 'open' && this.#group?.live === true;
  }

  next(): Promise<Result> {
    this.#open();
    for (let entry = this.#queue.shift(); entry !== undefined; entry = this.#queue.shift()) {
      if (entry.type !== 'gap' || this.#tell(entry as Gap)) return Promise.resolve({ value: entry, done: false });
    }
    if (this.#state !== 'ended') return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
    const error = this.#error;
    this.#error = null;
    return error === null ? Promise.resolve(DONE) : Promise.reject(error);
  }

  async return(): Promise<Result> {
    if (this.#state === 'new') this.#state = 'ended';
    const ended = this.#group?.end();
    this.#queue.clear();
    this.#error = null;
    await ended;
    return DONE;
  }

  async throw(error?: unknown): Promise<Result> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #open(): void {
    if (this.#state !== 'new') return;
    this.#state = 'open';
    this.#group = this.#host.open(this);
  }

  // --- the servers' side

  message(payload: Payload, channel: Payload, topic: ChannelState): void {
    if (this.#state === 'ended') return;
    const item = this.#settings.itemOf(payload, channel, topic);
    if (item === null) return;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) waiter.resolve({ value: item, done: false });
    else {
      this.#overflowed = topic.text;
      if (!this.#queue.push(item)) this.#overflow();
    }
  }

  gap(gap: Gap): void {
    if (this.#state === 'ended') return;
    // Somebody waits: there is nothing before it.
    if (this.#waiters.length === 0) this.#queue.gap(gap);
    else if (this.#tell(gap)) this.#waiters.shift()?.resolve({ value: gap, done: false });
  }

  ended(error: SlotwiseError | null): void {
    this.#state = 'ended';
    this.#error ??= error;
    for (const { resolve, reject } of this.#waiters.splice(0)) {
      const own = this.#error;
      this.#error = null;
      if (own === null) resolve(DONE);
      else reject(own);
    }
  }

  #overflow(): void {
    this.#host.dropped(this.#overflows++ === 0);
    if (this.#settings.overflow !== 'error') return;
    const { maxBuffered } = this.#settings;
    this.#error = new OverflowError(`${maxBuffered} messages wait to be taken from ${this.#overflowed}, and more come`);
    void this.#group?.end();
  }

  #overflowGap(sinceMs: number, untilMs: number): Gap {
    return {
      type: 'gap',
      kind: this.#kind,
      name: this.#overflowed,
      reason: 'overflow',
      from: null,
      to: null,
      sinceMs,
      untilMs,
      dropped: 1,
    };
  }

  /** It is the consumer's turn to know. True: as an entry. */
  #tell(gap: Gap): boolean {
    if (gap.dropped > 0) {
      this.#overflows = 0;
      this.#host.gap(gap);
    }
    const { gaps, onGap } = this.#settings;
    if (gaps) return true;
    if (onGap !== null) callOnGap(onGap, gap, (error) => this.#host.report(error));
    return false;
  }

  get #kind(): Gap['kind'] {
    return this.#group?.kind ?? 'channel';
  }
}

const DONE: Result = { value: undefined, done: true };
