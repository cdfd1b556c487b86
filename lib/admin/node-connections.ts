import { Connection } from '../connection/connection.js';
import { askForCredentials } from '../connection/credentials.js';
import { internalOwner } from '../connection/internal-calls.js';
import { ClosedError, ConnectionLostError, ReplyError, TimeoutError } from '../errors.js';
import type { Credentials } from '../options/access.js';
import { type Address, addressKey } from '../options/address.js';
import type { Options } from '../options/defaults.js';
import { newCall, takePromise } from '../protocol/call.js';
import { sinkExtras } from '../protocol/call-extras.js';
import { specOf } from '../protocol/catalog/specs.js';
import { type Arg, type CommandSpec, DECODE_BUFFERS, type Raw } from '../protocol/command-spec.js';
import type { OutcomeSink } from '../protocol/outcome.js';
import { clock } from '../util/clock.js';
import { ownLoad } from './own-load.js';

export interface NodeCommandOptions {
  readonly timeoutMs?: number;
  /** Replies as bytes, for keys. Default false. */
  readonly buffers?: boolean;
  /** Default 0. */
  readonly database?: number;
}

/** Sends single commands to named nodes. `NodeConnections` does it over real connections. */
export interface NodeClient {
  send(address: Address, words: readonly Arg[], options?: NodeCommandOptions): Promise<Raw>;
}

/** A `NodeClient` that also sends many commands at once. */
export interface BatchClient extends NodeClient {
  /** Sends commands in one write, in order. Resolves with a reply each, error replies among them; rejects if one has no reply. */
  sendAll(address: Address, commands: readonly (readonly Arg[])[], options?: NodeCommandOptions): Promise<readonly Raw[]>;
  /** The credentials that MIGRATE must present to another node. */
  credentials(): Promise<Credentials | null>;
}

const DEFAULT_TIMEOUT_MS = 5_000;

/** The error reply of a server that does not know a command, or whose rules forbid it, in the reply's place. Throws what is no reply. */
export function errorReply(error: unknown): ReplyError {
  if (error instanceof ReplyError) return error;
  throw error;
}

/** The replies of a batch, of which each may be an error reply. */
class Replies implements OutcomeSink {
  readonly all: Promise<readonly Raw[]>;
  readonly #replies: Raw[];
  #missing: number;
  #resolve: (replies: readonly Raw[]) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(count: number) {
    this.#replies = new Array<Raw>(count).fill(null);
    this.#missing = count;
    this.all = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (count === 0) this.#resolve([]);
  }

  onValue(index: number, value: unknown): void {
    this.#replies[index] = value as Raw; // no decoder
    if (--this.#missing === 0) this.#resolve(this.#replies);
  }

  onError(index: number, error: unknown): void {
    if (error instanceof ReplyError) this.onValue(index, error);
    else this.#reject(error);
  }
}

/**
 * The connections of a `ClusterAdmin`: one a node and database, opened by its first command. After a failure the next command opens
 * another.
 */
export class NodeConnections implements BatchClient {
  readonly #connections = new Map<string, Connection>();
  #closed = false;

  constructor(readonly options: Options) {}

  async send(address: Address, words: readonly Arg[], options: NodeCommandOptions = {}): Promise<Raw> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, buffers = false, database = 0 } = options;
    if (this.#closed) throw new ClosedError('the connections were closed');
    const connection = this.#connectionTo(address, database);
    const { spec, args } = specOf(words);
    const call = newCall(spec, args, null, buffers ? DECODE_BUFFERS : 0, internalOwner, clock.deadlineIn(timeoutMs));
    const reply = takePromise() as Promise<Raw>; // no decoder
    const settled = ownLoad.commanded(connection.key, 1);
    connection.send(call);
    return await answered(reply, connection, spec, timeoutMs).finally(settled);
  }

  async sendAll(address: Address, commands: readonly (readonly Arg[])[], options: NodeCommandOptions = {}): Promise<readonly Raw[]> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, buffers = false, database = 0 } = options;
    if (this.#closed) throw new ClosedError('the connections were closed');
    const connection = this.#connectionTo(address, database);
    const specs = commands.map(specOf);
    const replies = new Replies(specs.length);
    const [mode, deadline] = [buffers ? DECODE_BUFFERS : 0, clock.deadlineIn(timeoutMs)];
    const settled = ownLoad.commanded(connection.key, specs.length);
    for (const [index, { spec, args }] of specs.entries()) {
      connection.send(newCall(spec, args, null, mode, internalOwner, deadline, sinkExtras(replies, index)));
    }
    return await answered(replies.all, connection, specs[0]?.spec, timeoutMs).finally(settled);
  }

  async credentials(): Promise<Credentials | null> {
    const { credentials } = this.options;
    return typeof credentials === 'function' ? askForCredentials(credentials, DEFAULT_TIMEOUT_MS) : credentials;
  }

  close(): void {
    this.#closed = true;
    for (const connection of [...this.#connections.values()]) connection.destroy(null);
  }

  #connectionTo(address: Address, database: number): Connection {
    const key = `${addressKey(address)} ${database}`;
    const known = this.#connections.get(key);
    if (known !== undefined) return known;
    const { connectTimeoutMs, keepAliveMs, clientName, credentials, tls } = this.options;
    const connection = new Connection(
      { address, connectTimeoutMs, keepAliveMs, clientName, credentials, tls, protocol: 3, database, readonly: false },
      {
        ready: () => {},
        closed: (closed) => {
          ownLoad.ended(closed);
          if (this.#connections.get(key) === closed) this.#connections.delete(key);
        },
      },
    );
    ownLoad.begun(connection);
    this.#connections.set(key, connection);
    return connection;
  }
}

async function answered<T>(replies: Promise<T>, connection: Connection, spec: CommandSpec | undefined, timeoutMs: number): Promise<T> {
  try {
    return await replies;
  } catch (error) {
    // The reply may still come, and all commands after this one would wait for it.
    if (error instanceof TimeoutError) {
      connection.destroy(new ConnectionLostError(`${connection.key} did not answer ${spec?.name} in ${timeoutMs} ms`, { cause: error }));
    }
    throw error;
  }
}
