import type { Client } from '../client/client.js';
import { DedicatedConnection, type DedicatedEvents, type DedicatedState } from '../client/dedicated/dedicated-connection.js';
import { ToldState } from '../client/dedicated/told-state.js';
import type { View } from '../client/view.js';
import type { Key } from '../commands/group.js';
import type { Direct, MODE } from '../commands/mode.js';
import { ArgumentError } from '../errors.js';
import { checkCalls, type FormsOf } from '../options/call-form.js';
import { suggest } from '../options/suggestion.js';
import type { Arg, CommandSpec, Decode, Raw } from '../protocol/command-spec.js';
import { typeText } from '../util/type-text.js';
import { DEDICATED_FORMS } from './call-forms.js';
import { LeasedCommands } from './leased-commands.js';
import { commandOf } from './words.js';

type AnyText = string | Buffer;
type AnyInteger = number | bigint | string;

/** Options of `dedicated`. */
export interface DedicatedOptions {
  /** The connection leads to the primary of its slot, where there are several. Default: to any. */
  readonly key?: Key;
  /** Database that the connection selects. Default: the client's. */
  readonly database?: number;
  /** Name of the connection in `CLIENT LIST`, which `setName` of the client leaves to it. Default: that of the client, or of the duplicate. */
  readonly clientName?: string;
}

const EVENTS: Readonly<Record<keyof DedicatedEvents, true>> = { ready: true, reconnecting: true, close: true };

/**
 * Connection that is kept for good, which `dedicated()` gives: the typed commands, those that concern the connection, and `call`, in the order
 * in which they are issued. A connection that is lost is followed by another, to the primary of then, which is told the state again. See
 * docs/lives.md.
 */
export class Dedicated<in out Text extends AnyText = string, in out Integer extends AnyInteger = number> extends LeasedCommands {
  declare readonly [MODE]: Direct<Text, Integer>;
  readonly #connection: DedicatedConnection;

  /** Use `dedicated`. */
  constructor(connection: DedicatedConnection) {
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
   * @example await one.call('CLIENT', 'NO-EVICT', 'ON');
   */
  async call(...words: readonly [command: string, ...args: Arg[]]): Promise<Raw> {
    const { spec, args } = commandOf(words, 'call');
    return (await this.#connection.run(spec, args, null)) as Raw; // no decoder
  }

  /** What the connection does: nothing yet, connect, carry commands, connect again, end; or that it has ended. */
  get state(): DedicatedState {
    return this.#connection.state;
  }

  /** Resolves when the connection carries commands. Not needed: the first command opens it. Bounded by `timeoutMs`. */
  connect(): Promise<void> {
    return this.#connection.connect();
  }

  /** Takes no more commands, ends one that blocks, waits for the replies to the others, closes the connection. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  /** Closes at once; what is in flight rejects. */
  destroy(): void {
    this.#connection.destroy();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Calls `listener` at each event of this name, of this connection. A listener that throws disturbs nothing.
   * @example one.on('ready', ({ node }) => console.log(`connected to ${node}`));
   */
  on<Name extends keyof DedicatedEvents>(name: Name, listener: (...args: DedicatedEvents[Name]) => unknown): this {
    checkName(name, 'on');
    this.#connection.events.on(name, listener);
    return this;
  }

  /** Calls a listener as `on` does, for the next event only. */
  once<Name extends keyof DedicatedEvents>(name: Name, listener: (...args: DedicatedEvents[Name]) => unknown): this {
    checkName(name, 'once');
    this.#connection.events.once(name, listener);
    return this;
  }

  /** Takes a listener away again. */
  off<Name extends keyof DedicatedEvents>(name: Name, listener: (...args: DedicatedEvents[Name]) => unknown): this {
    checkName(name, 'off');
    this.#connection.events.off(name, listener);
    return this;
  }
}

checkCalls(Dedicated, DEDICATED_FORMS satisfies FormsOf<Dedicated, LeasedCommands>);

/** Throws for a name that is no event of a dedicated connection. */
function checkName(name: unknown, method: string): void {
  if (typeof name !== 'string')
    throw new ArgumentError(`${method}: argument 1 (event) must be the name of an event, got ${typeText(name)}`);
  if (!Object.hasOwn(EVENTS, name))
    throw new ArgumentError(`${method}: unknown event ${JSON.stringify(name)}; ${suggest(name, Object.keys(EVENTS))}`);
}

/** Makes a dedicated connection of this view. Opens nothing. */
export function dedicatedOf(client: Client, view: View, { key, database, clientName }: DedicatedOptions): DedicatedConnection {
  const told = new ToldState(client.options.database);
  const inherited = view.life?.name;
  if (clientName !== undefined) told.record('CLIENT SETNAME', [clientName]);
  else if (inherited !== undefined) told.followName(inherited ?? '');
  if (database !== undefined && database !== client.options.database) told.record('SELECT', [database]);
  const connection = new DedicatedConnection(client, view, key ?? null, told);
  connection.belongsTo((view.life ?? client.life).add(connection));
  return connection;
}
