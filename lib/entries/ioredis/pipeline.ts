import { type Callback, nodeify, takeCallback } from './callbacks.js';
import { Command } from './command.js';
import type { CommandTarget } from './command-target.js';
import { Commander, type CommanderOptions } from './commander.js';
import { runQueue } from './pipeline-run.js';
import { asPairs } from './replies.js';

const AS_TEXT = { replyEncoding: 'utf8' } as const;
const AS_IS = { asIs: true } as const;
const USED = 'Pipeline cannot be used to send any commands when the `exec()` has been called on it.';

/** Commands that are collected, and sent together by `exec()`. */
export class Pipeline extends Commander {
  readonly isPipeline = true;
  readonly isCluster: boolean;
  readonly options: CommanderOptions;
  readonly #queue: Command[] = [];
  /** Made by `multi()` of the object: all of it is one transaction, and its replies are those of EXEC. */
  readonly #isTransaction: boolean;
  /** Transactions that are open. */
  #open = 0;
  #results: Promise<unknown> | null = null;
  #isLate = false;

  constructor(
    readonly redis: CommandTarget,
    isTransaction = false,
  ) {
    super();
    this.isCluster = redis.isCluster;
    this.options = redis.options;
    this.#isTransaction = isTransaction;
    if (isTransaction) this.multi();
  }

  /** How many commands it holds, MULTI and EXEC among them. */
  get length(): number {
    return this.#queue.length;
  }

  sendCommand(command: Command): this {
    if (this.#results !== null) {
      // Would never be sent.
      this.#isLate = true;
      command.reject(new Error(USED));
      return this;
    }
    command.inTransaction = this.#open > 0;
    this.#queue.push(command);
    return this;
  }

  /** Adds commands that are given as lists: `[['set', 'a', '1'], ['get', 'a']]`. */
  addBatch(commands: readonly (readonly unknown[])[]): this {
    for (const [name, ...args] of commands) {
      const method: unknown = Reflect.get(this, String(name));
      if (typeof method !== 'function') throw new TypeError(`a pipeline has no command ${JSON.stringify(name)}`);
      method.apply(this, args);
    }
    return this;
  }

  /** Begins a transaction among the commands. */
  multi(...args: unknown[]): this {
    this.#open++;
    return this.sendCommand(new Command('multi', [], AS_TEXT, takeCallback(args)));
  }

  /**
   * Sends the commands, and gives `[null, value]` or `[error]` for each; where a transaction is open, ends that instead. A transaction of
   * `redis.multi()` is ended and sent by one call.
   */
  exec(callback?: Callback): this | Promise<unknown> {
    if (this.#open > 0) {
      this.#open--;
      const own = this.#isTransaction && this.#open === 0;
      this.sendCommand(new Command('exec', [], AS_IS, own ? undefined : callback));
      if (!own) return this;
    }
    return nodeify(this.#run(), callback);
  }

  execBuffer(callback?: Callback): this | Promise<unknown> {
    return this.exec(callback);
  }

  #run(): Promise<unknown> {
    if (this.#isLate) return Promise.reject(new Error(USED));
    if (this.#results === null) {
      const run = runQueue(this.redis, this.#queue);
      this.#results = this.#isTransaction ? run.then(repliesOfExec) : run;
    }
    return this.#results;
  }
}

/** The replies of a pipeline that is one transaction: those of EXEC, which is its last command. */
function repliesOfExec(results: readonly (readonly unknown[])[]): unknown {
  const [error, replies] = results.at(-1) ?? [];
  if (error instanceof Error) {
    throw Object.assign(error, { previousErrors: results.slice(0, -1).flatMap(([failed]) => (failed instanceof Error ? [failed] : [])) });
  }
  return asPairs(replies as readonly unknown[] | null); // as `runQueue` has it
}
