import type { EventEmitter } from 'node:events';
import { ClosedError, type Redis, type Subscription } from '../../index.js';

/** The commands that subscribe, each with the event of its messages. */
const EVENTS = { subscribe: 'message', psubscribe: 'pmessage', ssubscribe: 'smessage' } as const;
/** The commands that end subscriptions, and those that began them. */
const BEGINNINGS = { unsubscribe: 'subscribe', punsubscribe: 'psubscribe', sunsubscribe: 'ssubscribe' } as const;

export type Subscribing = keyof typeof EVENTS;
export type Unsubscribing = keyof typeof BEGINNINGS;

export function isSubscribing(name: string): name is Subscribing {
  return Object.hasOwn(EVENTS, name);
}

export function isUnsubscribing(name: string): name is Unsubscribing {
  return Object.hasOwn(BEGINNINGS, name);
}

type Channel = string | Buffer;

interface Subscribed {
  readonly channel: Channel;
  confirmed: Promise<Subscription>;
}

/** Subscriptions of one object: what SUBSCRIBE and the like have begun, and the events of their messages. */
export class Subscriptions {
  readonly #channels: Record<Subscribing, Map<string, Subscribed>> = { subscribe: new Map(), psubscribe: new Map(), ssubscribe: new Map() };

  /** `engine`: a view whose texts are bytes. */
  constructor(
    private readonly emitter: EventEmitter,
    private readonly engine: () => Redis<Buffer, number>,
  ) {}

  /** Whether there are any, confirmed or not. */
  get isSubscriber(): boolean {
    return Object.values(this.#channels).some(({ size }) => size > 0);
  }

  /** Gives the number of subscriptions that there are with these, as the server counts them. */
  async subscribe(kind: Subscribing, channels: readonly Channel[]): Promise<number> {
    const all = this.#channels[kind];
    const begun: [name: string, Subscribed][] = [];
    const given = channels.map((channel) => {
      const name = nameOf(channel);
      const known = all.get(name);
      if (known !== undefined) return known;
      const subscribed: Subscribed = { channel, confirmed: this.#begin(kind, channel) };
      all.set(name, subscribed);
      begun.push([name, subscribed]);
      return subscribed;
    });
    const count = this.#countOf(kind);
    const outcomes = await Promise.allSettled(given.map(({ confirmed }) => confirmed));
    const refused = outcomes.find((outcome) => outcome.status === 'rejected');
    if (refused === undefined) return count;
    // One command: where the server refuses a channel, it subscribes none of them.
    for (const [name, subscribed] of begun) {
      if (all.get(name) === subscribed) all.delete(name);
      end(subscribed).catch(() => {});
    }
    throw refused.reason;
  }

  /** Ends these, or all of their kind; gives the number of those that are left. */
  async unsubscribe(kind: Unsubscribing, channels: readonly Channel[]): Promise<number> {
    const all = this.#channels[BEGINNINGS[kind]];
    const names = channels.length === 0 ? [...all.keys()] : channels.map(nameOf);
    const ended = names.flatMap((name) => all.get(name) ?? []);
    for (const name of names) all.delete(name);
    const count = this.#countOf(BEGINNINGS[kind]);
    await Promise.all(ended.map(end));
    return count;
  }

  /** Ends them where they are; `reopen` begins them again. */
  suspend(): void {
    for (const all of Object.values(this.#channels)) for (const subscribed of all.values()) end(subscribed).catch(() => {});
  }

  /** Begins them again, on another engine. */
  reopen(): void {
    for (const kind of Object.keys(this.#channels) as Subscribing[]) {
      for (const subscribed of this.#channels[kind].values()) {
        subscribed.confirmed = this.#begin(kind, subscribed.channel);
        // Told by the engine's event.
        subscribed.confirmed.catch(() => {});
      }
    }
  }

  /** Forgets them all. */
  clear(): void {
    this.suspend();
    for (const all of Object.values(this.#channels)) all.clear();
  }

  /** Channels and patterns are counted together, sharded channels by themselves: https://redis.io/docs/latest/develop/pubsub/ */
  #countOf(kind: Subscribing): number {
    const { subscribe, psubscribe, ssubscribe } = this.#channels;
    return kind === 'ssubscribe' ? ssubscribe.size : subscribe.size + psubscribe.size;
  }

  #begin(kind: Subscribing, channel: Channel): Promise<Subscription> {
    const { emitter } = this;
    const text = EVENTS[kind];
    const bytes = `${text}Buffer`;
    const emit = (message: Buffer, from: Buffer, pattern?: Buffer): void => {
      const matched = pattern === undefined ? [] : [pattern.toString()];
      if (emitter.listenerCount(text) > 0) emitter.emit(text, ...matched, from.toString(), message.toString());
      emitter.emit(bytes, ...matched, from, message);
    };
    // As long as it takes, like every command: retries end it.
    return this.engine()[kind](channel, emit, { timeoutMs: 0 });
  }
}

/** Bytes that are no text are names of their own. */
function nameOf(channel: Channel): string {
  return Buffer.from(channel as string).toString('latin1');
}

async function end({ confirmed }: Subscribed): Promise<void> {
  const subscription = await confirmed.catch(() => null);
  await subscription?.unsubscribe().catch((error: unknown) => {
    // With its engine it has ended as well.
    if (!(error instanceof ClosedError)) throw error;
  });
}
