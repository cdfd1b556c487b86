import { type BatchStep, failureOf, type Outcomes } from '../client/lease/batch.js';
import { Commands } from '../commands/index.js';
import type { MODE, Mode, Out } from '../commands/mode.js';
import type { SlotwiseError } from '../errors.js';
import { checkCalls, type FormsOf } from '../options/call-form.js';
import type { Arg, CommandSpec, Decode, Raw } from '../protocol/command-spec.js';
import { PIPELINE_FORMS } from './call-forms.js';
import { commandOf } from './words.js';

/**
 * Batch of commands that are sent together by `exec()`. From `pipeline()` they are independent of each other and may go to different nodes;
 * from `multi()` one server runs them as a transaction.
 */
export class Pipeline<
  in out Replies extends readonly unknown[] = [],
  in out Text extends string | Buffer = string,
  in out Integer extends number | bigint | string = number,
> extends Commands {
  // `in out` above: else the compiler compares all methods of two pipelines to learn how the parameters vary.
  declare readonly [MODE]: Piped<Replies, Text, Integer>;
  readonly #steps: BatchStep[] = [];
  /** Why the first of the commands was refused whose arguments were wrong. */
  #refused: unknown;

  constructor(private readonly runner: Runner) {
    super();
  }

  protected run<T>(spec: CommandSpec, args: readonly Arg[], decode?: Decode<T>): Out<this, T> {
    this.#steps.push({ spec, args, decode: decode ?? null });
    // The object is the same, only its type grows: the tuple lives in the types alone.
    return this as unknown as Out<this, T>;
  }

  protected refuse(error: unknown): Out<this, never> {
    this.#refused ??= error;
    return this as unknown as Out<this, never>; // as in `run`
  }

  /**
   * Adds any command, also one this library does not know, whose keys it then learns from the server. RESP3 maps arrive as objects; in a
   * transaction as flat lists, because one reply holds all.
   * @example const [doc] = await redis.pipeline().call('JSON.GET', 'doc:1').exec();
   */
  call(...words: readonly [command: string, ...args: Arg[]]): Pipeline<[...Replies, Raw], Text, Integer> {
    try {
      const { spec, args } = commandOf(words, 'call');
      this.#steps.push({ spec, args, decode: null, called: true });
    } catch (error) {
      this.#refused ??= error;
    }
    return this as unknown as Pipeline<[...Replies, Raw], Text, Integer>; // as in `run`
  }

  /** How many commands it holds. */
  get length(): number {
    return this.#steps.length;
  }

  /**
   * Sends the commands and gives their replies in order. A command that cannot be sent rejects it before anything is sent. Rejects with the
   * first error among the replies, when all have settled; with `{ errors: 'inline' }` errors stand in their places instead. Where the first
   * error is one of a command that was not executed, and others may have been, it is a `PartialFailureError`. More commands than the bounds
   * of the queue let in are sent bit by bit. May be called again: the same commands are sent again.
   * @example const [value, sum] = await redis.pipeline().get('a').incr('b').exec();
   */
  exec(options?: { readonly errors?: 'reject' }): Promise<Replies>;
  exec(options: { readonly errors: 'inline' }): Promise<Inline<Replies>>;
  async exec(options: { readonly errors?: 'reject' | 'inline' } = {}): Promise<Replies | Inline<Replies>> {
    if (this.#refused !== undefined) throw this.#refused;
    const steps = [...this.#steps];
    const { values, errors } = await this.runner(steps);
    if (errors.size > 0 && options.errors !== 'inline') throw failureOf(steps, errors);
    for (const [at, error] of errors) values[at] = error;
    return values as unknown as Replies; // one reply a step, in the order the tuple was built
  }
}

checkCalls(Pipeline, PIPELINE_FORMS satisfies FormsOf<Pipeline, Commands>);

/** Mode of a pipeline: each method returns the pipeline, with the type of its reply added to the tuple that `exec()` gives. */
export interface Piped<Replies extends readonly unknown[], Text extends string | Buffer, Integer extends number | bigint | string>
  extends Mode {
  readonly text: Text;
  readonly integer: Integer;
  readonly out: Pipeline<[...Replies, this['reply']], Text, Integer>;
}

/** Replies with errors in their places. */
export type Inline<Replies extends readonly unknown[]> = { [At in keyof Replies]: Replies[At] | SlotwiseError };

type Runner = (steps: readonly BatchStep[]) => Promise<Outcomes>;
