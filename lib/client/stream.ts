import Denque from 'denque';
import { ArgumentError, show } from '../errors.js';
import type { Options } from '../options/defaults.js';
import type { QueueUsage } from '../protocol/call.js';
import { typeText } from '../util/type-text.js';
import { asError, isThenable } from '../util/user-function.js';

export type Source<Item> = Iterable<Item> | AsyncIterable<Item>;

export interface StreamOptions {
  /** Commands that wait for their reply, or for the caller to take it, at most. Default 1,000. */
  readonly window?: number;
  /** `reject`: the first error ends the stream. `inline`: it stands in its place. Default `reject`. */
  readonly errors?: 'reject' | 'inline';
}

/** The queue of the client: a stream must not fill it for all other callers. */
interface ClientQueue {
  readonly usage: QueueUsage;
  readonly options: Pick<Options, 'queue'>;
}

const WINDOW = 1_000;
/** Bytes of arguments of all the client's unanswered commands, beyond which a stream keeps only one command in flight. */
const MAX_BYTES = 16 * 1024 * 1024;
const ignore = (): void => {};

/**
 * The replies to the commands of a source's items, in the order of the items. The source is read ahead by the window, no further. A reply
 * is given as soon as it has come, also while the source has not answered.
 */
export async function* stream<Item, Reply>(
  source: Source<Item>,
  issue: (item: Item) => Promise<Reply>,
  queue: ClientQueue,
  options: StreamOptions,
): AsyncGenerator<Reply | Error, void, undefined> {
  const reader = new ReadAhead(source, issue, queue, options.window ?? WINDOW);
  try {
    for (;;) {
      const reply = reader.next();
      if (reply === null) {
        if (reader.ended) return;
        await reader.sourceAnswered();
      } else if (options.errors === 'inline') {
        let outcome: Reply | Error;
        try {
          outcome = await reply;
        } catch (error) {
          outcome = asError(error);
        }
        yield outcome;
      } else yield await reply;
    }
  } catch (error) {
    // What ended the stream says more than that its source could not be closed.
    await reader.close().catch(ignore);
    throw error;
  } finally {
    await reader.close();
  }
}

/** What `issue` returned. Without the promise of its command nobody would wait for the command, nor hear of its failure. */
function promised<Reply>(returned: Promise<Reply>): Promise<Reply> {
  if (isThenable(returned)) return Promise.resolve(returned);
  throw new ArgumentError(`stream: issue must return the promise of a command, got ${typeText(returned)}`);
}

/** Reader of a source: reads as far ahead as window and queue allow, and issues a command for each item. */
class ReadAhead<Item, Reply> {
  /** Nothing more will be issued. */
  ended = false;
  /** The source has neither ended nor thrown, and must be closed by us. */
  #sourceOpen = true;
  readonly #source:
    | { readonly from: 'sync'; readonly iterator: Iterator<Item> }
    | { readonly from: 'async'; readonly iterator: AsyncIterator<Item> };
  readonly #replies = new Denque<Promise<Reply>>();
  /** An async source was asked for an item and has not answered. */
  #sourcePending = false;
  #resolveAnswered: (() => void) | null = null;

  constructor(
    source: Source<Item>,
    private readonly issue: (item: Item) => Promise<Reply>,
    private readonly queue: ClientQueue,
    private readonly window: number,
  ) {
    this.#source =
      Symbol.asyncIterator in source
        ? { from: 'async', iterator: source[Symbol.asyncIterator]() }
        : { from: 'sync', iterator: source[Symbol.iterator]() };
  }

  /** The oldest reply that was not taken; null if no command is in flight. */
  next(): Promise<Reply> | null {
    this.#readAhead();
    return this.#replies.shift() ?? null;
  }

  /** Resolves when an async source has given an item, has ended, or has thrown. */
  sourceAnswered(): Promise<void> {
    return new Promise((resolve) => {
      this.#resolveAnswered = resolve;
    });
  }

  /** Closes the source, as `for await` does. The closing of a source that has not answered is not awaited: it may never end. */
  async close(): Promise<void> {
    this.ended = true;
    if (!this.#sourceOpen) return;
    this.#sourceOpen = false;
    const closing = this.#source.iterator.return?.();
    if (this.#sourcePending) Promise.resolve(closing).catch(ignore);
    else await closing;
  }

  #readAhead(): void {
    const { from, iterator } = this.#source;
    while (!this.ended && !this.#sourcePending && this.#mayIssue()) {
      if (from === 'sync') this.#readSync(iterator);
      else {
        this.#sourcePending = true;
        askAsync(iterator).then(
          (result) => this.#onAnswer(() => this.#onResult(result)),
          (error: unknown) => this.#onAnswer(() => this.#onSourceError(error)),
        );
      }
    }
  }

  #onAnswer(handle: () => void): void {
    this.#sourcePending = false;
    if (this.ended) return;
    handle();
    this.#readAhead();
    this.#resolveAnswered?.();
    this.#resolveAnswered = null;
  }

  #readSync(iterator: Iterator<Item>): void {
    let result: IteratorResult<Item>;
    try {
      result = checked(iterator.next());
    } catch (error) {
      this.#onSourceError(error);
      return;
    }
    this.#onResult(result);
  }

  #onResult(result: IteratorResult<Item>): void {
    if (result.done === true) {
      this.ended = true;
      this.#sourceOpen = false;
      return;
    }
    try {
      this.#enqueue(promised(this.issue(result.value)));
    } catch (error) {
      this.#endWith(error);
    }
  }

  #onSourceError(error: unknown): void {
    this.#sourceOpen = false;
    this.#endWith(error);
  }

  /** Ends the stream. The error comes behind the replies to what was issued before. */
  #endWith(error: unknown): void {
    this.ended = true;
    this.#enqueue(Promise.reject(error));
  }

  #enqueue(reply: Promise<Reply>): void {
    // A reply that fails before its turn is no unhandled rejection.
    reply.catch(ignore);
    this.#replies.push(reply);
  }

  #mayIssue(): boolean {
    if (this.#replies.length === 0) return true;
    const { usage, options } = this.queue;
    return this.#replies.length < this.window && usage.bytes < MAX_BYTES && usage.commands < options.queue.maxCommands;
  }
}

/** Asks for the next item. Rejects where the source throws at once, or gives no promise of a result. */
async function askAsync<Item>(iterator: AsyncIterator<Item>): Promise<IteratorResult<Item>> {
  return checked(await iterator.next());
}

/** Throws for what is no result of an iterator. */
function checked<Item>(result: IteratorResult<Item>): IteratorResult<Item> {
  if (typeof result === 'object' && result !== null) return result;
  throw new TypeError(`the source of a stream gave ${show(result)}, not an iterator's result`);
}
