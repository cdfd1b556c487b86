import type { LeasedConnection } from '../client/lease/leased-connection.js';
import type { Watching } from '../client/lease/watch.js';
import { Commands } from '../commands/index.js';
import type { Direct, MODE } from '../commands/mode.js';
import { ArgumentError, CrossSlotError } from '../errors.js';
import { checkCalls, type FormsOf } from '../options/call-form.js';
import type { Arg, CommandSpec, Decode, Raw } from '../protocol/command-spec.js';
import { WATCHED_FORMS } from './call-forms.js';
import { LeasedCommands } from './leased-commands.js';
import { Pipeline } from './pipeline.js';
import { commandOf } from './words.js';

type AnyText = string | Buffer;
type AnyInteger = number | bigint | string;

/** Leased connection, which `lease()` passes to its function: the typed commands, those that concern the connection, and `call`. */
export class Leased<in out Text extends AnyText = string, in out Integer extends AnyInteger = number> extends LeasedCommands {
  declare readonly [MODE]: Direct<Text, Integer>;
  readonly #connection: LeasedConnection;

  constructor(connection: LeasedConnection) {
    super();
    this.#connection = connection;
  }

  protected run<T>(spec: CommandSpec, args: readonly Arg[], decode?: Decode<T>): Promise<T> {
    return this.#connection.run(spec, args, decode ?? null) as Promise<T>; // as in Redis.run
  }

  protected refuse(error: unknown): Promise<never> {
    return Promise.reject(error);
  }

  /**
   * Sends any command on this connection, also one that changes its state; the reply is the server's own. Rejects with `CommandRefusedError`
   * where replies would no longer answer commands: `SUBSCRIBE`, `MONITOR`, `CLIENT REPLY` …
   * @example await one.call('MULTI');
   */
  async call(...words: readonly [command: string, ...args: Arg[]]): Promise<Raw> {
    const { spec, args } = commandOf(words, 'call');
    return (await this.#connection.run(spec, args, null)) as Raw; // no decoder
  }
}

/** Connection that watches the keys, which `watch()` passes to its function. */
export class Watched<in out Text extends AnyText = string, in out Integer extends AnyInteger = number> extends Commands {
  declare readonly [MODE]: Direct<Text, Integer>;
  readonly #watching: Watching;
  readonly #transactions = new WeakSet<object>();

  constructor(watching: Watching) {
    super();
    this.#watching = watching;
  }

  protected async run<T>(spec: CommandSpec, args: readonly Arg[], decode?: Decode<T>): Promise<T> {
    const { connection, slot } = this.#watching;
    // A key of another slot may be on another node, where nothing is watched.
    const keySlot = slot === -1 ? -1 : this.#watching.slotOf(spec, args);
    if (keySlot >= 0 && keySlot !== slot) {
      throw new CrossSlotError(`${spec.name}: its key is of slot ${keySlot}, the watched keys are of slot ${slot}`, [], [slot, keySlot], {
        command: spec.name,
      });
    }
    return (await connection.run(spec, args, decode ?? null)) as T; // as in Redis.run
  }

  protected refuse(error: unknown): Promise<never> {
    return Promise.reject(error);
  }

  /** Sends any command on this connection; as `redis.call`, but the reply is the server's own. */
  async call(...words: readonly [command: string, ...args: Arg[]]): Promise<Raw> {
    const { spec, args } = commandOf(words, 'call');
    return this.run<Raw>(spec, args);
  }

  /** Collects the commands that run if no watched key was changed: return it, and `watch()` executes it. */
  multi(): Pipeline<[], Text, Integer> {
    const pipeline = new Pipeline<[], Text, Integer>((steps) => this.#watching.exec(steps));
    this.#transactions.add(pipeline);
    return pipeline;
  }

  /** Turns what the function returned into the result of `watch()`: executes a transaction, passes on anything else. */
  static async finish<Text extends AnyText, Integer extends AnyInteger>(tx: Watched<Text, Integer>, returned: unknown): Promise<unknown> {
    if (!(returned instanceof Pipeline)) return returned;
    if (tx.#transactions.has(returned)) return returned.exec();
    throw new ArgumentError('watch: return a transaction of tx.multi(); this one is of another connection', { command: 'EXEC' });
  }
}

checkCalls(Watched, WATCHED_FORMS satisfies FormsOf<Watched, Commands>);

/** Result of `watch()` for what its function returned: a transaction's replies, anything else as it is. */
export type WatchResult<Returned> =
  Returned extends Pipeline<infer Replies, infer _Text, infer _Integer> ? Replies : Returned extends void ? undefined : Returned;
