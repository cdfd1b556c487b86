import type { Client, ClientEvents, ClientStats } from '../client/client.js';
import { LeasedConnection } from '../client/leased.js';
import type { View } from '../client/view.js';
import { OptionsError } from '../errors.js';
import { resolveView, type ViewOptions } from '../options.js';
import type { Arg, CommandSpec, Decode, Raw } from '../protocol/command.js';
import { specOf } from '../protocol/specs.js';
import type { TopologySnapshot } from '../topology/topology.js';
import { Commands } from './commands.js';
import type { Key } from './group.js';
import type { Direct } from './mode.js';
import { Pipeline, pipelineRunner, transactionRunner } from './pipeline.js';

type AnyText = string | Buffer;
type AnyInteger = number | bigint | string;

/** The text type after `with(options)`. */
export type TextOf<Options, Text> = Options extends { readonly buffers: true }
  ? Buffer
  : Options extends { readonly buffers: false }
    ? string
    : Text;
/** The integer type after `with(options)`. */
export type IntegerOf<Options, Integer> = Options extends { readonly integers: 'bigint' }
  ? bigint
  : Options extends { readonly integers: 'string' }
    ? string
    : Options extends { readonly integers: 'number' }
      ? number
      : Integer;

/** A client, or a view of one: the typed commands, and what surrounds them. Views share everything with the client they were made from. */
export class Redis<Text extends AnyText = string, Integer extends AnyInteger = number> extends Commands<Direct<Text, Integer>> {
  readonly #client: Client;
  readonly #view: View;
  readonly #callView: View;

  /** Use `createClient`. */
  constructor(client: Client, view: View) {
    super();
    this.#client = client;
    this.#view = view;
    this.#callView = view.withObjects();
  }

  protected run<T>(spec: CommandSpec, args: readonly Arg[], decode?: Decode<T>): Promise<T> {
    return this.#client.run(spec, args, decode ?? null, this.#view) as Promise<T>; // the decoder's type, or the raw reply's by the server's documentation
  }

  /**
   * Sends any command, also one this library does not know, whose keys it then learns from the server.
   * RESP3 maps arrive as objects. Rejects with `CommandRefusedError` where the command would change the state of a shared connection.
   * @example await redis.call('JSON.GET', 'doc:1', '$.name');
   */
  call(...words: readonly [command: string, ...args: Arg[]]): Promise<Raw> {
    try {
      const { spec, args } = specOf(words);
      return this.#client.run(spec, args, null, this.#callView) as Promise<Raw>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * A view whose calls are treated differently: deadline, signal, reads, retries, types of replies.
   * @example await redis.with({ timeoutMs: 20, reads: 'primary' }).get('user:1');
   */
  with<const Options extends ViewOptions>(options: Options): Redis<TextOf<Options, Text>, IntegerOf<Options, Integer>> {
    const checked = resolveView(options);
    return new Redis(this.#client, this.#client.view({ ...this.#view.options, ...checked }, this.#view.domain));
  }

  /**
   * A view whose calls belong to a business domain of the option `domains`, whatever their keys. Throws `OptionsError` for an unknown name.
   * @example await redis.domain('news').get('front');
   */
  domain(name: string): Redis<Text, Integer> {
    const domain = this.#client.domain(name);
    if (domain === undefined) throw new OptionsError('domain(name)', 'the name of a domain in options.domains', name);
    return new Redis(this.#client, this.#client.view(this.#view.options, domain));
  }

  /**
   * Collects commands and sends them together; they may belong to any slots.
   * @example const [value, sum] = await redis.pipeline().get('a').incr('b').exec();
   */
  pipeline(): Pipeline<[], Text, Integer> {
    return new Pipeline(this.#client, this.#view, pipelineRunner);
  }

  /**
   * Collects commands and has one server run them as a transaction (MULTI … EXEC). In a cluster their keys must share one slot.
   * @see https://redis.io/docs/latest/develop/using-commands/transactions/
   * @example const [, balance] = await redis.multi().set('a', '1').incr('a').exec();
   */
  multi(): Pipeline<[], Text, Integer> {
    return new Pipeline(this.#client, this.#view, transactionRunner);
  }

  /**
   * Lends one connection to `use`, alone, for what needs state of the connection (WATCH, MULTI by hand, CLIENT REPLY …). In a cluster it leads to
   * the primary of `key`. When `use` ends the connection goes back, or is closed if its state was touched.
   * @example await redis.lease(async (one) => { await one.call('WATCH', 'a'); … });
   */
  async lease<T>(use: (connection: Leased<Text, Integer>) => Promise<T>, options: { readonly key?: Key } = {}): Promise<T> {
    const lease = await this.#client.acquire(options.key ?? null, this.#view);
    const connection = new LeasedConnection(lease.connection, this.#view);
    try {
      return await use(new Leased(connection));
    } finally {
      lease.release(!connection.end());
    }
  }

  /** Resolves when the topology is known and a primary has shaken hands. Not needed: the first command does it. Bounded by `timeoutMs`. */
  connect(): Promise<void> {
    return this.#client.connect(this.#view.timeoutMs);
  }

  /** Takes no more commands, waits for the replies to the others, closes. Closes the client for all its views. */
  close(): Promise<void> {
    return this.#client.close();
  }

  /** Closes at once; what is in flight rejects. */
  destroy(): void {
    this.#client.destroy();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  on<Name extends keyof ClientEvents>(name: Name, listener: (...args: ClientEvents[Name]) => unknown): this {
    this.#client.events.on(name, listener);
    return this;
  }

  once<Name extends keyof ClientEvents>(name: Name, listener: (...args: ClientEvents[Name]) => unknown): this {
    this.#client.events.once(name, listener);
    return this;
  }

  off<Name extends keyof ClientEvents>(name: Name, listener: (...args: ClientEvents[Name]) => unknown): this {
    this.#client.events.off(name, listener);
    return this;
  }

  /** Counters of the whole client, by node. */
  stats(): ClientStats {
    return this.#client.stats();
  }

  /** The servers as last seen; null before the first answer. */
  get topology(): TopologySnapshot | null {
    return this.#client.snapshot;
  }
}

/** One connection, lent by `lease()`: the same typed commands, and `call` also for what changes the connection's state. */
export class Leased<Text extends AnyText = string, Integer extends AnyInteger = number> extends Commands<Direct<Text, Integer>> {
  readonly #connection: LeasedConnection;

  constructor(connection: LeasedConnection) {
    super();
    this.#connection = connection;
  }

  protected run<T>(spec: CommandSpec, args: readonly Arg[], decode?: Decode<T>): Promise<T> {
    return this.#connection.run(spec, args, decode ?? null) as Promise<T>; // as in Redis.run
  }

  async call(...words: readonly [command: string, ...args: Arg[]]): Promise<Raw> {
    const { spec, args } = specOf(words);
    return (await this.#connection.run(spec, args, null)) as Raw; // no decoder
  }
}
