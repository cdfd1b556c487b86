import type { Raw } from '../../index.js';
import { checkArguments, type RedisArgument } from './command-parser.js';
import { addCommands } from './commander.js';
import type { TransformReply } from './commands/command.js';
import { addCustomCommands, type Prepared, type Runner } from './custom-commands.js';
import { ErrorReply, MultiErrorReply } from './errors.js';
import type { CommanderOptions } from './options/types.js';
import type { TypeMapping } from './type-mapping.js';

/** Command of a batch, as it will be sent. */
export interface Queued {
  readonly args: readonly RedisArgument[];
  readonly transform: ((reply: Raw) => unknown) | undefined;
}

/** Runs what a batch collected, and gives the replies as they came, with errors in their places. */
export interface BatchRunner {
  transaction(queue: readonly Queued[]): Promise<readonly unknown[]>;
  pipeline(queue: readonly Queued[]): Promise<readonly unknown[]>;
}

/** Commands that go out together: as a transaction by `exec()`, else by `execAsPipeline()`. */
export class RedisMultiCommand implements Runner {
  readonly keyPrefix: RedisArgument | undefined;
  readonly #runner: BatchRunner;
  readonly #mapping: TypeMapping | undefined;
  readonly #queue: Queued[] = [];
  /** Scripts whose text an earlier command of the batch has. */
  readonly #sent = new Set<string>();
  #refused: unknown;

  constructor(runner: BatchRunner, options: CommanderOptions, mapping: TypeMapping | undefined) {
    this.keyPrefix = options.keyPrefix;
    this.#runner = runner;
    this.#mapping = mapping;
    addCustomCommands(this, options, options.RESP ?? 3);
  }

  /** @internal */
  runPrepared({ words, transformReply, script }: Prepared): this {
    const { preserve, redisArgs } = words;
    const transform = transformReply && ((reply: Raw) => transformReply(reply, preserve, this.#mapping));
    if (script === undefined) return this.#add(redisArgs, transform);
    const known = this.#sent.has(script.SHA1);
    this.#sent.add(script.SHA1);
    return this.#add(known ? redisArgs : ['EVAL', script.SCRIPT, ...redisArgs.slice(2)], transform);
  }

  /** @internal */
  refuse(error: unknown): this {
    this.#refused ??= error;
    return this;
  }

  #add(args: readonly RedisArgument[], transform: Queued['transform']): this {
    try {
      checkArguments(args);
    } catch (error) {
      this.#refused ??= error;
    }
    this.#queue.push({ args, transform });
    return this;
  }

  /** Adds a command as words. */
  addCommand(args: readonly RedisArgument[], transformReply?: TransformReply<unknown>): this {
    return this.#add([...args], transformReply && ((reply) => transformReply(reply, undefined, this.#mapping)));
  }

  /** Adds a command as words. */
  sendCommand(args: readonly RedisArgument[]): this {
    return this.addCommand(args);
  }

  SELECT(database: number): this {
    return this.addCommand(['SELECT', String(database)]);
  }

  select(database: number): this {
    return this.SELECT(database);
  }

  /** Runs the commands as a transaction: all of them, without any other in between, or none. */
  async exec(execAsPipeline = false): Promise<unknown[]> {
    if (execAsPipeline) return this.execAsPipeline();
    if (this.#refused !== undefined) throw this.#refused;
    return this.#transformed(await this.#runner.transaction(this.#queue));
  }

  EXEC(execAsPipeline = false): Promise<unknown[]> {
    return this.exec(execAsPipeline);
  }

  execTyped(execAsPipeline = false): Promise<unknown[]> {
    return this.exec(execAsPipeline);
  }

  /** Sends the commands together, as they are: others may run in between, and each goes where its key is. */
  async execAsPipeline(): Promise<unknown[]> {
    if (this.#refused !== undefined) throw this.#refused;
    if (this.#queue.length === 0) return [];
    const replies = await this.#runner.pipeline(this.#queue);
    const failure = replies.find((reply) => reply instanceof Error);
    if (failure !== undefined) throw failure;
    return this.#transformed(replies);
  }

  execAsPipelineTyped(): Promise<unknown[]> {
    return this.execAsPipeline();
  }

  #transformed(replies: readonly unknown[]): unknown[] {
    const failed: number[] = [];
    const values = replies.map((reply, at) => {
      if (reply instanceof Error) {
        failed.push(at);
        return reply;
      }
      const transform = this.#queue[at]?.transform;
      return transform === undefined ? reply : transform(reply as Raw); // as the server sent it
    });
    const other = values.find((value) => value instanceof Error && !(value instanceof ErrorReply));
    if (other !== undefined) throw other;
    if (failed.length > 0) throw new MultiErrorReply(values, failed);
    return values;
  }
}

addCommands(RedisMultiCommand.prototype);
