import { type Dedicated, PartialFailureError, type Raw, type Redis } from '../../index.js';
import type { RedisArgument } from './command-parser.js';
import { mapError } from './error-mapping.js';
import { WatchError } from './errors.js';
import type { Queued } from './multi.js';

type Words = readonly [string, ...RedisArgument[]];

/**
 * Connection that a client has for itself, from its first command that concerns the connection (SELECT, WATCH, CLIENT TRACKING …) to its
 * end. Its replies are read as bytes: which of them are wanted as text, each command says.
 */
export class OwnConnection {
  readonly #kept: Dedicated<Buffer>;
  #watching = false;

  /** `key`: the connection is to the primary that has it. */
  constructor(engine: Redis, key?: RedisArgument) {
    this.#kept = engine.with({ buffers: true }).dedicated(key === undefined ? {} : { key });
  }

  /** Whether keys are watched. */
  get isWatching(): boolean {
    return this.#watching;
  }

  async call(args: readonly RedisArgument[], buffers: boolean): Promise<Raw> {
    const name = String(args[0]).toUpperCase();
    const reply = await this.#kept.call(...wordsOf(args));
    if (name === 'WATCH') this.#watching = true;
    if (name === 'UNWATCH' || name === 'EXEC' || name === 'DISCARD' || name === 'RESET') this.#watching = false;
    return buffers ? reply : asText(reply);
  }

  /** Sends the commands between MULTI and EXEC. Throws `WatchError` where a watched key was changed. */
  async transaction(queue: readonly Queued[], buffers: boolean): Promise<readonly unknown[]> {
    const words: Words[] = [['MULTI'], ...queue.map(({ args }) => wordsOf(args)), ['EXEC']];
    this.#watching = false;
    const outcomes = await Promise.allSettled(words.map((one) => this.#kept.call(...one)));
    const exec = outcomes.pop();
    const refused = outcomes.find((outcome) => outcome.status === 'rejected');
    if (refused?.status === 'rejected') throw mapError(refused.reason);
    const reply = exec === undefined ? null : repliesOf(exec);
    if (!Array.isArray(reply)) throw new WatchError();
    return reply.map((it) => (it instanceof Error ? mapError(it) : buffers ? it : asText(it)));
  }

  /** Sends the commands one after another. */
  async pipeline(queue: readonly Queued[], buffers: boolean): Promise<readonly unknown[]> {
    const outcomes = await Promise.allSettled(queue.map(({ args }) => this.call(args, buffers)));
    return outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : mapError(outcome.reason)));
  }

  close(): Promise<void> {
    return this.#kept.close();
  }

  destroy(): void {
    this.#kept.destroy();
  }
}

/** The replies of EXEC: errors among them stand in their places. */
function repliesOf(exec: PromiseSettledResult<Raw>): unknown {
  if (exec.status === 'fulfilled') return exec.value;
  if (exec.reason instanceof PartialFailureError && Array.isArray(exec.reason.reply)) return exec.reason.reply;
  throw mapError(exec.reason);
}

function wordsOf(args: readonly RedisArgument[]): Words {
  return [String(args[0]), ...args.slice(1)];
}

function asText(reply: Raw): Raw {
  if (Buffer.isBuffer(reply)) return reply.toString();
  return Array.isArray(reply) ? reply.map(asText) : reply;
}
