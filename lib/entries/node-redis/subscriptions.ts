import type { Redis, Subscription } from '../../index.js';
import { mapError } from './error-mapping.js';

export type PubSubType = 'CHANNELS' | 'PATTERNS' | 'SHARDED';
export type PubSubListener<Buffers extends boolean = boolean> = (
  message: Buffers extends true ? Buffer : string,
  channel: Buffers extends true ? Buffer : string,
) => unknown;

/** Listeners of one channel or pattern, and the subscription that serves them. */
interface Entry {
  readonly strings: Set<PubSubListener<false>>;
  readonly buffers: Set<PubSubListener<true>>;
  /** Null: the client is closed; the subscription is made when it opens. */
  subscription: Promise<Subscription> | null;
}

type Names = string | readonly string[];

const METHODS = { CHANNELS: 'subscribe', PATTERNS: 'psubscribe', SHARDED: 'ssubscribe' } as const;

/** The listeners of a client by channel, pattern and sharded channel. They stay from one `connect()` to the next. */
export class Subscriptions {
  readonly #entries: Readonly<Record<PubSubType, Map<string, Entry>>> = { CHANNELS: new Map(), PATTERNS: new Map(), SHARDED: new Map() };
  /** Null while the client is closed. */
  #engine: Redis | null = null;
  readonly #opened: (() => void)[] = [];
  readonly #onError: (error: unknown) => void;

  /** `onError`: called with what listeners throw. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  get isActive(): boolean {
    return Object.values(this.#entries).some(({ size }) => size > 0);
  }

  /** Subscribes again to what has listeners. */
  opened(engine: Redis): void {
    this.#engine = engine.with({ buffers: true, timeoutMs: 0 }) as unknown as Redis; // messages as bytes, which each listener gets as it wants
    for (const type of Object.keys(this.#entries) as PubSubType[]) {
      for (const [name, entry] of this.#entries[type]) this.#begin(type, name, entry).catch(this.#onError);
    }
    for (const resolve of this.#opened.splice(0)) resolve();
  }

  closed(): void {
    this.#engine = null;
    for (const entries of Object.values(this.#entries)) for (const entry of entries.values()) entry.subscription = null;
  }

  /** Resolves when the servers have confirmed; while the client is closed, after it opens. */
  async subscribe<Buffers extends boolean>(
    type: PubSubType,
    names: Names,
    listener: PubSubListener<Buffers>,
    buffers?: Buffers,
  ): Promise<void> {
    if (typeof listener !== 'function') throw new TypeError(`expected a function as the listener, got ${typeof listener}`);
    const list = listOf(names);
    for (const name of list) setOf(this.#entry(type, name), buffers).add(listener);
    if (this.#engine === null) await new Promise<void>((resolve) => this.#opened.push(resolve));
    await Promise.all(list.map((name) => this.#confirmed(type, name, listener, buffers)));
  }

  async #confirmed(type: PubSubType, name: string, listener: PubSubListener, buffers: boolean | undefined): Promise<void> {
    const entry = this.#entries[type].get(name);
    if (entry === undefined) return;
    try {
      await this.#begin(type, name, entry);
    } catch (error) {
      setOf(entry, buffers).delete(listener);
      this.#dropIfUnheard(type, name, entry);
      throw mapError(error);
    }
  }

  /** Without names: all; without a listener: all of these names. */
  async unsubscribe(type: PubSubType, names?: Names, listener?: PubSubListener, buffers?: boolean): Promise<void> {
    const entries = this.#entries[type];
    const ended = (names === undefined ? [...entries.keys()] : listOf(names)).map((name) => {
      const entry = entries.get(name);
      if (entry === undefined) return undefined;
      if (listener === undefined) {
        entry.strings.clear();
        entry.buffers.clear();
      } else setOf(entry, buffers).delete(listener);
      return this.#dropIfUnheard(type, name, entry);
    });
    await Promise.all(ended);
  }

  /** The listeners of each channel of a kind. */
  listeners(type: PubSubType): ReadonlyMap<string, Pick<Entry, 'strings' | 'buffers'>> {
    return this.#entries[type];
  }

  #entry(type: PubSubType, name: string): Entry {
    const entries = this.#entries[type];
    const known = entries.get(name);
    if (known !== undefined) return known;
    const entry: Entry = { strings: new Set(), buffers: new Set(), subscription: null };
    entries.set(name, entry);
    return entry;
  }

  async #dropIfUnheard(type: PubSubType, name: string, entry: Entry): Promise<void> {
    if (entry.strings.size + entry.buffers.size > 0 || this.#entries[type].get(name) !== entry) return;
    this.#entries[type].delete(name);
    const subscription = await entry.subscription?.catch(() => undefined);
    await subscription?.unsubscribe();
  }

  #begin(type: PubSubType, name: string, entry: Entry): Promise<Subscription> {
    if (this.#engine === null) return Promise.reject(new Error('the client was closed before it had subscribed'));
    const deliver = (message: unknown, channel: unknown): void => this.#deliver(entry, message as Buffer, channel as Buffer); // as the view has them
    entry.subscription ??= this.#engine[METHODS[type]](name, deliver);
    return entry.subscription;
  }

  #deliver(entry: Entry, message: Buffer, channel: Buffer): void {
    for (const listener of entry.buffers) this.#call(() => listener(message, channel));
    if (entry.strings.size === 0) return;
    const [text, name] = [message.toString(), channel.toString()];
    for (const listener of entry.strings) this.#call(() => listener(text, name));
  }

  /** A listener that throws harms nobody else. */
  #call(listener: () => unknown): void {
    try {
      listener();
    } catch (error) {
      this.#onError(error);
    }
  }
}

function listOf(names: Names): readonly string[] {
  return typeof names === 'string' ? [names] : names;
}

function setOf(entry: Entry, buffers: boolean | undefined): Set<PubSubListener> {
  return (buffers === true ? entry.buffers : entry.strings) as Set<PubSubListener>; // the caller says which
}
