import type { MessageHandler } from '../../connection/channel-subscription.js';
import { Connection, type ConnectionConfig } from '../../connection/connection.js';
import type { Dialects } from '../../connection/dialects.js';
import { replyOrThrow } from '../../connection/handshake.js';
import { reauthenticateAll } from '../../connection/reauthenticate-all.js';
import { Subscriber } from '../../connection/subscriber.js';
import { ClosedError, ConnectionLostError, TimeoutError } from '../../errors.js';
import type { CredentialSource, Credentials } from '../../options/access.js';
import { type Address, addressKey } from '../../options/address.js';
import type { Options } from '../../options/defaults.js';
import type { Raw } from '../../protocol/command-spec.js';
import { clearTimeout, setTimeout } from '../../runtime/runtime.js';
import { clock } from '../../util/clock.js';
import type { SendOptions, SentinelChannel, SubscriptionEvents } from '../resolver-api.js';

const DEFAULT_TIMEOUT_MS = 500;
const IDLE_MS = 60_000;

interface Entry {
  readonly connection: Connection;
  readonly idle: NodeJS.Timeout;
  /** Resolves when the handshake is over, in whatever way. */
  readonly settled: Promise<void>;
}

/** Options of the control connections. Sentinels have their own: the data nodes' credentials are never sent to them. */
export interface ControlOptions extends Pick<Options, 'connectTimeoutMs' | 'keepAliveMs' | 'clientName' | 'tls'> {
  readonly credentials: CredentialSource | null;
}

/**
 * Control connections of the monitor, one to an address, apart from those that carry commands: opened by the first request, closed after a
 * minute without requests or when the node is gone. They speak RESP3 where the server does, whatever the client's commands use.
 */
export class ControlConnections implements SentinelChannel {
  readonly #options: ControlOptions;
  readonly #entries = new Map<string, Entry>();
  /** All that are open, also those that others have replaced and that wait for their last replies. */
  readonly #connections = new Set<Connection>();
  readonly #subscribers = new Set<Subscriber>();
  #closed = false;

  /** `dialects`: what the client knows of how addresses are spoken to; null: all of them answer HELLO. */
  constructor(
    options: ControlOptions,
    private readonly dialects: Dialects | null = null,
  ) {
    this.#options = options;
  }

  async send(address: Address, commands: readonly (readonly string[])[], options: SendOptions = {}): Promise<Raw[]> {
    if (this.#closed) throw new ClosedError('the client was closed');
    const entry = this.#entryFor(address);
    const { connection, idle } = entry;
    idle.refresh();
    const { timeoutMs = DEFAULT_TIMEOUT_MS, plain = commands } = options;
    const deadline = clock.deadlineIn(timeoutMs);
    const isPlain = plain !== commands && (await this.#isPlain(entry, timeoutMs));
    try {
      const own = isPlain ? plain : commands;
      return await Promise.all(own.map((words) => connection.request(words, deadline).catch(replyOrThrow)));
    } catch (error) {
      // A server that was stopped keeps its sockets: a request on a new one shows whether it is back. A connection that is still being
      // opened is kept, so that a slow handshake is not begun anew by every request.
      if (error instanceof TimeoutError && connection.state !== 'connecting') connection.destroy(lost(connection.key, error));
      throw error;
    }
  }

  /** Whether a proxy is there that takes no HELLO. It shows in the handshake, for which it is waited where that is not known. */
  async #isPlain({ connection, settled }: Entry, timeoutMs: number): Promise<boolean> {
    if (this.dialects?.of(connection.key) === 'unknown' && connection.state === 'connecting') {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, timeoutMs);
      });
      await Promise.race([settled, late]);
      clearTimeout(timer);
    }
    return connection.state === 'connecting' ? this.dialects?.of(connection.key) === 'plain' : connection.server.plain === true;
  }

  /** Has all connections log in again. Rejects if one is refused; that one is closed, and the next request opens another. */
  reauthenticate(credentials: Credentials): Promise<void> {
    const ready = [...this.#entries.values()].map(({ connection }) => connection).filter(({ state }) => state === 'ready');
    return reauthenticateAll([...ready, ...this.#subscribers], credentials, (refused) => void refused.close());
  }

  connected(address: Address): { readonly zone: string | null } | null {
    const connection = this.#entries.get(addressKey(address))?.connection;
    return connection?.state === 'ready' ? connection.server : null;
  }

  forget(address: Address): void {
    void this.#entries.get(addressKey(address))?.connection.close();
  }

  /** Subscribes on a connection of its own. The returned function ends it without a `lost`. */
  subscribe(address: Address, channels: readonly string[], events: SubscriptionEvents): () => void {
    const subscriber = new Subscriber(this.#config(address), {
      closed: (error) => {
        // A subscription that we have ended ourselves is not in the set any more.
        if (this.#subscribers.delete(subscriber)) events.lost(error);
      },
    });
    this.#subscribers.add(subscriber);
    let unconfirmed = channels.length;
    const handler: MessageHandler = {
      message: (payload, channel) => {
        if (this.#subscribers.has(subscriber)) events.message(String(channel), String(payload));
      },
      confirmed: () => {
        if (--unconfirmed === 0) events.ready();
      },
      refused: (error) => subscriber.destroy(lost(subscriber.key, error)),
      notPrimary: () => {},
      serverUnsubscribed: () => {},
      lost: () => {},
    };
    for (const channel of channels) subscriber.subscribe('channel', Buffer.from(channel), handler);
    return () => {
      this.#subscribers.delete(subscriber);
      subscriber.destroy(null);
    };
  }

  destroy(): void {
    this.#closed = true;
    const error = new ClosedError('the client was closed');
    for (const connection of [...this.#connections]) connection.destroy(error);
    const subscribers = [...this.#subscribers];
    this.#subscribers.clear();
    for (const subscriber of subscribers) subscriber.destroy(error);
  }

  #entryFor(address: Address): Entry {
    const key = addressKey(address);
    const known = this.#entries.get(key);
    if (known !== undefined && known.connection.state !== 'draining') return known;
    let settle = (): void => {};
    const settled = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const connection = new Connection(this.#config(address), {
      ready: () => settle(),
      closed: () => {
        settle();
        clearTimeout(entry.idle);
        this.#connections.delete(connection);
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    });
    this.#connections.add(connection);
    const entry: Entry = { connection, settled, idle: setTimeout(() => void connection.close(), IDLE_MS).unref() };
    this.#entries.set(key, entry);
    return entry;
  }

  #config(address: Address): ConnectionConfig {
    const { connectTimeoutMs, keepAliveMs, clientName, credentials, tls } = this.#options;
    const { dialects } = this;
    return { address, connectTimeoutMs, keepAliveMs, clientName, credentials, tls, dialects, protocol: 3, database: 0, readonly: false };
  }
}

function lost(node: string, cause: unknown): ConnectionLostError {
  return new ConnectionLostError(`${node} does not answer`, { node, cause: cause ?? undefined });
}
