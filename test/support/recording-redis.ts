import type { Raw, Redis, Script } from '../../lib/index.js';

/** A call that was issued: the words with the view's mark before them. */
export type Recorded = readonly [how: string, ...words: unknown[]];

/** What the shapes of other clients use of a client, without servers: it keeps what is issued, and replies as it is told. */
export class RecordingRedis {
  readonly calls: Recorded[] = [];
  /** Options of the connections of one's own. */
  readonly dedicated: unknown[] = [];
  /** Listeners of `error`. */
  readonly listeners: ((error: unknown) => void)[] = [];
  /** Reply to the next calls; an error rejects them. */
  reply: Raw | ((words: readonly unknown[]) => Raw) = null;
  /** Replies of the next batch; an error in place of one. */
  replies: unknown[] = [];
  /** What `connect` does. */
  connects: () => Promise<void> = () => Promise.resolve();
  topology: unknown = null;
  slotOf: (key: string) => number | null = () => null;
  /** What stands before keys on the server: EVAL gives its first key, and is not kept. */
  keyPrefix = '';
  ended = '';

  get redis(): Redis {
    return this.#view('') as Redis;
  }

  #answer(how: string, words: readonly unknown[]): Promise<Raw> {
    if (words[0] === 'EVAL') return Promise.resolve(`${this.keyPrefix}${String(words[3])}`);
    this.calls.push([how, ...words]);
    const reply = typeof this.reply === 'function' ? this.reply(words) : this.reply;
    return reply instanceof Error ? Promise.reject(reply) : Promise.resolve(reply);
  }

  #batch(how: string): unknown {
    const steps: unknown[] = [];
    return {
      call: (...words: unknown[]) => steps.push(words),
      script: (script: Script, keys: unknown[], args: unknown[]) => steps.push(['script', script.lua, ...keys, ...args]),
      exec: () => {
        this.calls.push([how, ...steps]);
        return Promise.resolve(this.replies);
      },
    };
  }

  #view(how: string): unknown {
    const recorder = this;
    return {
      get topology() {
        return recorder.topology;
      },
      call: (...words: unknown[]) => this.#answer(how, words),
      script: (script: Script, keys: unknown[], args: unknown[]) => this.#answer(`${how}script`, [script.lua, ...keys, ...args]),
      multi: () => this.#batch(`${how}multi`),
      pipeline: () => this.#batch(`${how}pipeline`),
      duplicate: () => this.#view(how),
      with: ({ idempotent = false }) => this.#view(idempotent ? 'again ' : how),
      dedicated: (options: unknown) => {
        this.dedicated.push(options);
        return this.#view('own ');
      },
      explain: (_command: string, key: string) => ({ slot: this.slotOf(key) }),
      connect: () => this.connects(),
      on: (_name: string, listener: (error: unknown) => void) => this.listeners.push(listener),
      close: () => this.#end('closed'),
      destroy: () => void this.#end('destroyed'),
    };
  }

  #end(how: string): Promise<void> {
    this.ended = how;
    return Promise.resolve();
  }
}
