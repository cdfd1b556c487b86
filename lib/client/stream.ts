import { OptionsError } from '../errors.js';
import type { Options } from '../options/defaults.js';
import type { QueueUsage } from '../protocol/call.js';
import { Fifo } from '../util/queue.js';

export type Source<Item> = Iterable<Item> | AsyncIterable<Item>;

export interface StreamOptions {
  /** Commands that wait for their reply, or for the caller to take it, at most. Default 1,000. */
  readonly window?: number;
  /** `reject`: the first error ends the stream. `inline`: it stands in its place. Default `reject`. */
  readonly errors?: 'reject' | 'inline';
}

/** What a stream looks at besides its window, so as not to fill the client's queue for everybody else. */
interface Room {
  readonly usage: QueueUsage;
  readonly options: Pick<Options, 'queue'>;
}

const WINDOW = 1_000;
/** The arguments of all commands of the client that wait for replies: beyond this a stream only keeps one more on its way. */
const MAX_BYTES = 16 * 1024 * 1024;
const ignore = (): void => {};

/**
 * Issues commands as their items come and gives their replies in order. The source is read ahead by the window, no further; replies that are
 * there are given also while the source keeps us waiting.
 */
export async function* stream<Item, Reply>(
  source: Source<Item>,
  issue: (item: Item) => Promise<Reply>,
  room: Room,
  options: StreamOptions,
): AsyncGenerator<Reply | Error, void, undefined> {
  const feed = new Feed(source, issue, room, windowOf(options));
  try {
    for (;;) {
      const reply = feed.next();
      if (reply === null) {
        if (feed.ended) return;
        await feed.news();
      } else if (options.errors === 'inline') {
        let outcome: Reply | Error;
        try {
          outcome = await reply;
        } catch (error) {
          outcome = error instanceof Error ? error : new Error(String(error), { cause: error });
        }
        yield outcome;
      } else yield await reply;
    }
  } finally {
    await feed.close();
  }
}

function windowOf({ window = WINDOW }: StreamOptions): number {
  if (Number.isSafeInteger(window) && window > 0) return window;
  throw new OptionsError('stream.window', 'how many commands may wait, 1 or more', window);
}

/** Reads the source as far ahead as there is room, and issues a command for each item. */
class Feed<Item, Reply> {
  /** Nothing more will be issued. */
  ended = false;
  /** The source has not ended by itself. */
  #open = true;
  readonly #items:
    | { readonly from: 'sync'; readonly iterator: Iterator<Item> }
    | { readonly from: 'async'; readonly iterator: AsyncIterator<Item> };
  readonly #replies = new Fifo<Promise<Reply>>();
  /** The source was asked for an item and has not answered. */
  #asking = false;
  #tell: (() => void) | null = null;

  constructor(
    source: Source<Item>,
    private readonly issue: (item: Item) => Promise<Reply>,
    private readonly room: Room,
    private readonly window: number,
  ) {
    this.#items =
      Symbol.asyncIterator in source
        ? { from: 'async', iterator: source[Symbol.asyncIterator]() }
        : { from: 'sync', iterator: source[Symbol.iterator]() };
  }

  /** The next reply to wait for, null if none is on its way. */
  next(): Promise<Reply> | null {
    this.#fill();
    return this.#replies.shift() ?? null;
  }

  /** Resolves when the source has given an item, or has ended. */
  news(): Promise<void> {
    return new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  /** Lets go of the source, as `for await` does. One that we wait for cannot be waited for: it may never answer. */
  async close(): Promise<void> {
    this.ended = true;
    if (!this.#open) return;
    this.#open = false;
    const closing = this.#items.iterator.return?.();
    if (this.#asking) Promise.resolve(closing).catch(ignore);
    else await closing;
  }

  #fill(): void {
    const { from, iterator } = this.#items;
    while (!this.ended && !this.#asking && this.#hasRoom()) {
      if (from === 'sync') this.#takeNext(iterator);
      else {
        this.#asking = true;
        iterator.next().then(
          (result) => this.#arrived(() => this.#take(result)),
          (error: unknown) => this.#arrived(() => this.#broke(error)),
        );
      }
    }
  }

  #arrived(take: () => void): void {
    this.#asking = false;
    if (this.ended) return;
    take();
    this.#fill();
    this.#tell?.();
    this.#tell = null;
  }

  #takeNext(iterator: Iterator<Item>): void {
    let result: IteratorResult<Item>;
    try {
      result = iterator.next();
    } catch (error) {
      this.#broke(error);
      return;
    }
    this.#take(result);
  }

  #take(result: IteratorResult<Item>): void {
    if (result.done === true) {
      this.ended = true;
      this.#open = false;
      return;
    }
    try {
      this.#expect(this.issue(result.value));
    } catch (error) {
      this.#fail(error);
    }
  }

  #broke(error: unknown): void {
    this.#open = false;
    this.#fail(error);
  }

  /** An error that is no reply comes behind the replies to what was issued before. */
  #fail(error: unknown): void {
    this.ended = true;
    this.#expect(Promise.reject(error));
  }

  #expect(reply: Promise<Reply>): void {
    // It may fail before its turn comes.
    reply.catch(ignore);
    this.#replies.push(reply);
  }

  #hasRoom(): boolean {
    if (this.#replies.length === 0) return true;
    const { usage, options } = this.room;
    return this.#replies.length < this.window && usage.bytes < MAX_BYTES && usage.commands < options.queue.maxCommands;
  }
}
