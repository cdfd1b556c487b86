import type { Payload } from '../../connection/channel-subscription.js';
import { AbortError, OverflowError, type SlotwiseError } from '../../errors.js';
import { checkCalls } from '../../options/call-form.js';
import { type Transitions, transition } from '../../util/state-machine.js';
import type { Gap } from '../gap.js';
import { callOnGap } from './callback-listener.js';
import type { GapReporter } from './gap-reporter.js';
import { MessageQueue, type Overflow } from './message-queue.js';
import type { SubscriptionHandle } from './subscription.js';
import type { SubscribedChannel, SubscriptionHandler } from './subscription-handler.js';

/** Messages as they come, for `for await`. It subscribes when it is first asked for one, or by `ready()`; leaving the loop unsubscribes. */
export interface Messages<Item> extends AsyncIterator<Item, undefined> {
  /** Subscribes, and resolves when the servers have confirmed: what is published from then on comes. */
  ready(): Promise<void>;
  /** The servers deliver at the moment. */
  readonly live: boolean;
  return(): Promise<IteratorResult<Item, undefined>>;
  [Symbol.asyncIterator](): Messages<Item>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface StreamSettings {
  /** Makes what the consumer gets of a message; null: the message is not for the consumer. */
  readonly itemOf: (payload: Payload, channel: Payload, source: SubscribedChannel) => Item | null;
  readonly bytes: boolean;
  /** Gaps come among the messages. */
  readonly gaps: boolean;
  readonly onGap: ((gap: Gap) => unknown) | null;
  readonly maxBuffered: number;
  readonly overflow: Overflow;
}

/** Subscribes, with the stream as the handler. */
type OpenStream = (handler: SubscriptionHandler) => SubscriptionHandle;

/** What the consumer gets for a message. */
export interface Item {
  readonly type: 'message' | 'event';
}

type Result = IteratorResult<unknown, undefined>;

interface Waiter {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

type State = 'new' | 'open' | 'ended';

const TRANSITIONS: Transitions<State> = {
  new: ['open', 'ended'],
  open: ['ended'],
  ended: [],
};

/**
 * Async iterator over the messages of a subscription, with a bounded buffer for a consumer that is slower than they come.
 *
 * | state | means | `next()` | next |
 * |---|---|---|---|
 * | new | no message was asked for | subscribes | open, ended |
 * | open | subscribed, or on the way | gives the oldest entry of the buffer, or waits | ended |
 * | ended | left, failed, or the client ended | gives what is in the buffer, then the error once, then the end | – |
 */
export class MessageStream implements SubscriptionHandler {
  readonly bytes: boolean;
  #state: State = 'new';
  readonly #settings: StreamSettings;
  readonly #reporter: GapReporter;
  readonly #subscribe: OpenStream;
  readonly #queue: MessageQueue<Item>;
  #waiters: Waiter[] = [];
  #subscription: SubscriptionHandle | null = null;
  #error: SlotwiseError | null = null;

  constructor(settings: StreamSettings, reporter: GapReporter, subscribe: OpenStream) {
    this.bytes = settings.bytes;
    this.#settings = settings;
    this.#reporter = reporter;
    this.#subscribe = subscribe;
    this.#queue = new MessageQueue(settings.maxBuffered, settings.overflow, (name, sinceMs, untilMs) =>
      this.#overflowGap(name, sinceMs, untilMs),
    );
  }

  // --- the consumer

  ready(): Promise<void> {
    this.#open();
    return this.#subscription?.confirmed ?? Promise.reject(new AbortError('the subscription was ended before it began'));
  }

  get live(): boolean {
    return this.#state === 'open' && this.#subscription?.live === true;
  }

  next(): Promise<Result> {
    this.#open();
    for (let entry = this.#queue.shift(); entry !== undefined; entry = this.#queue.shift()) {
      if (entry.type !== 'gap' || this.#reach(entry as Gap)) return Promise.resolve({ value: entry, done: false });
    }
    if (this.#state !== 'ended') return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
    const error = this.#error;
    this.#error = null;
    return error === null ? Promise.resolve(DONE) : Promise.reject(error);
  }

  async return(): Promise<Result> {
    if (this.#state === 'new') this.#become('ended');
    const ended = this.#subscription?.end();
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
    this.#become('open');
    this.#subscription = this.#subscribe(this);
  }

  // --- events of the subscription

  message(payload: Payload, channel: Payload, source: SubscribedChannel): void {
    if (this.#state === 'ended') return;
    const item = this.#settings.itemOf(payload, channel, source);
    if (item === null) return;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) waiter.resolve({ value: item, done: false });
    else {
      const pushed = this.#queue.push(item, source.text);
      if (pushed === 'taken') return;
      this.#reporter.dropped(pushed !== 'dropped');
      if (pushed === 'refused') this.#overflow(source.text);
    }
  }

  gap(gap: Gap): void {
    if (this.#state === 'ended') return;
    // A consumer that waits has taken everything before the gap.
    if (this.#waiters.length === 0) this.#queue.gap(gap);
    else if (this.#reach(gap)) this.#waiters.shift()?.resolve({ value: gap, done: false });
  }

  ended(error: SlotwiseError | null): void {
    this.#become('ended');
    this.#error ??= error;
    for (const { resolve, reject } of this.#waiters.splice(0)) {
      const own = this.#error;
      this.#error = null;
      if (own === null) resolve(DONE);
      else reject(own);
    }
  }

  #overflow(name: string): void {
    const { maxBuffered } = this.#settings;
    this.#error = new OverflowError(`${maxBuffered} messages wait to be taken from ${name}, and more come`);
    void this.#subscription?.end();
  }

  #overflowGap(name: string, sinceMs: number, untilMs: number): Gap {
    return { type: 'gap', kind: this.#kind, name, reason: 'overflow', from: null, to: null, sinceMs, untilMs, dropped: 1 };
  }

  /** The consumer has come to this gap. True: it gets the gap as an entry. */
  #reach(gap: Gap): boolean {
    if (gap.reason === 'overflow') this.#reporter.publish(gap);
    const { gaps, onGap } = this.#settings;
    if (gaps) return true;
    if (onGap !== null) callOnGap(onGap, gap, this.#reporter);
    return false;
  }

  #become(next: State): void {
    this.#state = transition(TRANSITIONS, this.#state, next);
  }

  get #kind(): Gap['kind'] {
    return this.#subscription?.kind ?? 'channel';
  }
}

checkCalls(MessageStream, { ready: { form: 'ready()', parameters: [], refuses: 'rejects' } });

const DONE: Result = { value: undefined, done: true };
