import { Connection, type ConnectionConfig, internalOwner } from '../connection/connection.js';
import { log } from '../diagnostics.js';
import { ClosedError, ConnectionLostError, ReplyError, TimeoutError } from '../errors.js';
import { type Address, addressKey, type CredentialSource, type Credentials, type Options } from '../options.js';
import { Call, type CommandSpec, NO_DEADLINE, type Raw } from '../protocol/command.js';
import { command } from '../protocol/specs.js';
import { clock } from '../util/clock.js';
import type { AskOptions, SubscriptionEvents } from './asker.js';
import { textOf } from './replies.js';

const DEFAULT_TIMEOUT_MS = 500;
const IDLE_MS = 60_000;
/** A subscriber that hears nothing cannot know whether there is nothing to hear. */
const HEARTBEAT_MS = 1_000;

interface Entry {
  readonly connection: Connection;
  readonly idle: NodeJS.Timeout;
}

/** How the servers are reached. Sentinels have their own access: the data nodes' credentials are never sent to them. */
export interface ControlOptions extends Pick<Options, 'connectTimeoutMs' | 'keepAliveMs' | 'clientName' | 'tls'> {
  readonly credentials: CredentialSource | null;
}

/**
 * The monitor's own connections, one an address, apart from those that carry commands: opened by the first question, closed when nobody asked
 * for a minute or the node is gone. They speak RESP3 where the server does, whatever the client's commands use.
 */
export class ControlConnections {
  readonly #options: ControlOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #subscribers = new Set<Connection>();
  #closed = false;

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  async ask(address: Address, commands: readonly (readonly string[])[], options: AskOptions = {}): Promise<Raw[]> {
    if (this.#closed) throw new ClosedError('the client was closed');
    const { connection, idle } = this.#entryFor(address);
    idle.refresh();
    const deadline = clock.deadlineIn(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    try {
      return await Promise.all(commands.map((words) => connection.request(words, deadline).catch(replyOrThrow)));
    } catch (error) {
      // A server that stopped keeps its sockets: a question on a new one shows whether it is back. One that is still opening may go on, so that
      // a slow handshake is not begun anew by every question.
      if (error instanceof TimeoutError && connection.state !== 'connecting') connection.destroy(lost(connection.key, error));
      throw error;
    }
  }

  /** Has them log in again. Rejects if one is refused; it closes, and the next question opens another. */
  async reauthenticate(credentials: Credentials): Promise<void> {
    const entries = [...this.#entries.values()].map(({ connection }) => connection);
    const connections = [...entries, ...this.#subscribers].filter(({ state }) => state === 'ready');
    const results = await Promise.allSettled(connections.map((connection) => connection.reauthenticate(credentials)));
    for (const [at, result] of results.entries()) if (result.status === 'rejected') void connections[at]?.close();
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  connected(address: Address): { readonly zone: string | null } | null {
    const connection = this.#entries.get(addressKey(address))?.connection;
    return connection?.state === 'ready' ? connection.server : null;
  }

  forget(address: Address): void {
    void this.#entries.get(addressKey(address))?.connection.close();
  }

  /** On a connection of its own. The returned function ends it without a `lost`. */
  subscribe(address: Address, channels: readonly string[], events: SubscriptionEvents): () => void {
    let heartbeat: NodeJS.Timeout | undefined;
    const connection = new Connection(this.#config(address), {
      ready: () => {
        if (connection.server.protocol === 2) {
          // Before Redis 6.2 sentinels have no HELLO. What they would publish is found by probing.
          log.topology('%s has no RESP3, going on without its events', connection.key);
          clearInterval(heartbeat);
          this.#subscribers.delete(connection);
          connection.destroy(null);
          return;
        }
        const call = Call.make(subscribeAndPing(channels), [], null, 0, internalOwner, NO_DEADLINE);
        const subscribed = Call.promiseOfLast();
        connection.send(call);
        subscribed.then(
          () => events.ready(),
          (error: unknown) => connection.destroy(lost(connection.key, error)),
        );
        heartbeat = setInterval(() => {
          if (connection.load > 0) connection.destroy(lost(connection.key, null));
          else connection.request(['PING']).catch(() => {});
        }, HEARTBEAT_MS).unref();
      },
      closed: (_, error) => {
        clearInterval(heartbeat);
        // Otherwise we have ended it ourselves.
        if (this.#subscribers.delete(connection)) events.lost(error);
      },
      push: (_, [kind, channel, payload]) => {
        if (kind === 'message' && this.#subscribers.has(connection)) events.message(textOf(channel) ?? '', textOf(payload) ?? '');
      },
    });
    this.#subscribers.add(connection);
    return () => {
      this.#subscribers.delete(connection);
      connection.destroy(null);
    };
  }

  destroy(): void {
    this.#closed = true;
    const error = new ClosedError('the client was closed');
    for (const { connection } of [...this.#entries.values()]) connection.destroy(error);
    const subscribers = [...this.#subscribers];
    this.#subscribers.clear();
    for (const connection of subscribers) connection.destroy(error);
  }

  #entryFor(address: Address): Entry {
    const key = addressKey(address);
    const known = this.#entries.get(key);
    if (known !== undefined && known.connection.state !== 'draining') return known;
    const connection = new Connection(this.#config(address), {
      ready: () => {},
      closed: () => {
        clearTimeout(entry.idle);
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    });
    const entry: Entry = { connection, idle: setTimeout(() => void connection.close(), IDLE_MS).unref() };
    this.#entries.set(key, entry);
    return entry;
  }

  #config(address: Address): ConnectionConfig {
    const { connectTimeoutMs, keepAliveMs, clientName, credentials, tls } = this.#options;
    return { address, connectTimeoutMs, keepAliveMs, clientName, credentials, tls, protocol: 3, database: 0, readonly: false };
  }
}

/**
 * Both as one call: RESP3 answers SUBSCRIBE with pushes and nothing else, so the one reply is PONG, and it comes when the subscription stands.
 * https://redis.io/docs/latest/develop/pubsub/
 */
function subscribeAndPing(channels: readonly string[]): CommandSpec {
  const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
  const head = Buffer.from(`${['SUBSCRIBE', ...channels].map(bulk).join('')}*1\r\n${bulk('PING')}`);
  return { ...command('SUBSCRIBE'), words: channels.length + 1, head };
}

function replyOrThrow(error: unknown): Raw {
  if (error instanceof ReplyError) return error;
  throw error;
}

function lost(node: string, cause: unknown): ConnectionLostError {
  return new ConnectionLostError(`${node} does not answer`, { node, cause: cause ?? undefined });
}
