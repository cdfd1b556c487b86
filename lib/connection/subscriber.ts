import { log } from '../diagnostics.js';
import { ConnectionLostError, type SlotwiseError } from '../errors.js';
import type { Credentials } from '../options/access.js';
import { type Address, addressKey } from '../options/address.js';
import { command } from '../protocol/catalog/specs.js';
import type { CommandSpec, Raw } from '../protocol/command-spec.js';
import type { OutcomeSink } from '../protocol/outcome.js';
import { clearInterval, queueMicrotask, setImmediate, setInterval, wallClock } from '../runtime/runtime.js';
import { type ChannelKind, ChannelSubscription, type MessageHandler, type Payload } from './channel-subscription.js';
import { Connection, type ConnectionConfig } from './connection.js';
import { internalCallInto } from './internal-calls.js';
import { kindOf } from './pubsub-replies.js';

interface SubscriberEvents {
  ready?(): void;
  /** The answer to a PING is late. */
  stalled?(): void;
  /** The late answer has come. */
  recovered?(): void;
  /** The connection is closed; called exactly once, before `lost` of the handlers. `error` is null after `destroy(null)`. */
  closed(error: SlotwiseError | null): void;
}

/** What subscribes and what ends a subscription. */
export const COMMANDS: Readonly<Record<ChannelKind, { readonly subscribe: CommandSpec; readonly unsubscribe: CommandSpec }>> = {
  channel: { subscribe: command('SUBSCRIBE'), unsubscribe: command('UNSUBSCRIBE') },
  pattern: { subscribe: command('PSUBSCRIBE'), unsubscribe: command('PUNSUBSCRIBE') },
  shard: { subscribe: command('SSUBSCRIBE'), unsubscribe: command('SUNSUBSCRIBE') },
};
const PING = command('PING');
const IGNORE: OutcomeSink = { onValue: () => {}, onError: () => {} };
const ROLE = command('ROLE');
/** Period of the PINGs, in ms, and how long any byte may take after one: silence alone does not say whether the server lives. */
const PING_EVERY_MS = 1_000;

/**
 * Connection that carries subscriptions and nothing else, in RESP3 or RESP2. Each message goes to the handler of its channel; a PING a
 * second finds out whether the server lives.
 */
export class Subscriber {
  readonly key: string;
  /** When the last PING that was answered was sent, in ms since 1970: what was published before has come. 0: none was answered. */
  confirmedAtMs = 0;
  readonly #connection: Connection;
  readonly #events: SubscriberEvents;
  /** Subscriptions by name: as text, or with `#buffers` as latin1 of the bytes, which no two names share. */
  readonly #subscriptions: Readonly<Record<ChannelKind, Map<string, ChannelSubscription>>> = {
    channel: new Map(),
    pattern: new Map(),
    shard: new Map(),
  };
  /** The connection was destroyed because no byte came after a PING. */
  fellSilent = false;
  #buffers = false;
  #pingTimer: NodeJS.Timeout | undefined;
  #pongPending = false;
  #lifeAtPing = 0;
  /** Periods without a byte since a PING. */
  #silentPeriods = 0;
  /** Subscriptions of this tick that need a primary: one ROLE is sent for all of them. */
  #unverified: ChannelSubscription[] = [];

  constructor(
    config: ConnectionConfig,
    events: SubscriberEvents,
    private readonly pingEveryMs = PING_EVERY_MS,
  ) {
    this.key = addressKey(config.address);
    this.#events = events;
    this.#connection = new Connection(
      { ...config, subscriber: true },
      {
        ready: () => {
          this.#pingTimer = setInterval(() => this.#checkAlive(), this.pingEveryMs).unref();
          events.ready?.();
        },
        stalled: () => events.stalled?.(),
        recovered: () => events.recovered?.(),
        closed: (_, error) => this.#closed(error),
        push: (_, items) => this.#push(items),
      },
    );
  }

  get closed(): boolean {
    return this.#connection.state === 'closed';
  }

  /** Number of channels that are subscribed on the connection. */
  get size(): number {
    const { channel, pattern, shard } = this.#subscriptions;
    return channel.size + pattern.size + shard.size;
  }

  /**
   * Subscribes. A channel has at most one subscription on a connection at a time. `requirePrimary`: a replica of a cluster takes
   * SSUBSCRIBE, too, but is handed what its primary publishes only once the primary knows it; so the server is asked for its role after it
   * has confirmed. A primary that is demoted later drops its sharded channels.
   */
  subscribe(
    kind: ChannelKind,
    name: Buffer,
    handler: MessageHandler,
    { buffers = false, requirePrimary = false } = {},
  ): ChannelSubscription {
    const subscription = new ChannelSubscription(kind, name, handler, requirePrimary, (ended) => this.#remove(ended));
    // A name that is not valid UTF-8 would be another name as text.
    if (buffers || !isText(name)) this.useBuffers();
    this.#subscriptions[kind].set(this.#keyOf(name), subscription);
    this.#send(COMMANDS[kind].subscribe, name, subscription);
    if (requirePrimary && this.#unverified.push(subscription) === 1) queueMicrotask(() => this.#verifyRole());
    return subscription;
  }

  /**
   * Asks for the role of the server. RESP2 knows no ROLE for subscribers, and users may not be allowed to ask: then the confirmation is all
   * there is.
   * https://redis.io/docs/latest/commands/role/
   */
  #verifyRole(): void {
    const unverified = this.#unverified;
    this.#unverified = [];
    const outcome: OutcomeSink = {
      onValue: (_, role) => {
        const [kind, host, port] = Array.isArray(role) ? (role as Raw[]) : []; // what arrays consist of
        for (const subscription of unverified) {
          if (kindOf(kind) === 'slave') this.#notPrimary(subscription, { host: String(host), port: Number(port) });
          else subscription.roleVerified();
        }
      },
      onError: () => {
        for (const subscription of unverified) subscription.roleVerified();
      },
    };
    this.#connection.send(internalCallInto(outcome, ROLE, []));
  }

  #notPrimary(subscription: ChannelSubscription, primary: Address): void {
    if (subscription.state !== 'verifying-role') return;
    void this.unsubscribe(subscription);
    subscription.handler.notPrimary(primary);
  }

  /** Nothing more is delivered to the handler. Resolves when the server has confirmed, or the connection has ended. */
  unsubscribe(subscription: ChannelSubscription): Promise<void> {
    if (subscription.state === 'ended') return Promise.resolve();
    subscription.end();
    return new Promise((resolve) => {
      const confirmed: OutcomeSink = {
        onValue: (_, items) => {
          // The server may have dropped another channel at the same moment.
          if (Array.isArray(items) && !this.#isName(items[1] ?? null, subscription.name)) this.#serverUnsubscribed(items[1] ?? null);
          resolve();
        },
        onError: () => resolve(),
      };
      this.#send(COMMANDS[subscription.kind].unsubscribe, subscription.name, confirmed);
      // See `Connection.error`.
      if (subscription.kind === 'shard') this.#connection.send(internalCallInto(IGNORE, PING, []));
    });
  }

  /** Strings come as Buffers from now on. */
  useBuffers(): void {
    if (this.#buffers) return;
    this.#buffers = true;
    this.#connection.pushBuffers();
    for (const byName of Object.values(this.#subscriptions)) {
      const all = [...byName.values()];
      byName.clear();
      for (const subscription of all) byName.set(this.#keyOf(subscription.name), subscription);
    }
  }

  /** Logs in again. RESP2 has no AUTH for subscribers: there the next connection takes the place of this one. */
  async reauthenticate(credentials: Credentials): Promise<void> {
    const connection = this.#connection;
    if (connection.state !== 'ready') return;
    if (connection.server.protocol === 3) await connection.reauthenticate(credentials);
    else
      this.destroy(
        new ConnectionLostError(`${this.key}: the credentials changed, and RESP2 has no AUTH for subscribers`, { node: this.key }),
      );
  }

  /** Ends the connection once every command on it is answered. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  destroy(error: SlotwiseError | null): void {
    this.#connection.destroy(error);
  }

  #send(spec: CommandSpec, name: Buffer, outcome: OutcomeSink): void {
    this.#connection.send(internalCallInto(outcome, spec, [name]));
  }

  // --- messages

  #push(items: Raw[]): void {
    const kind = kindOf(items[0]);
    if (kind === 'message')
      deliver(this.#subscriptions.channel.get(this.#keyOf(items[1] as Payload)), items[2] as Payload, items[1] as Payload);
    else if (kind === 'pmessage')
      deliver(this.#subscriptions.pattern.get(this.#keyOf(items[1] as Payload)), items[3] as Payload, items[2] as Payload);
    else if (kind === 'smessage')
      deliver(this.#subscriptions.shard.get(this.#keyOf(items[1] as Payload)), items[2] as Payload, items[1] as Payload);
    // https://redis.io/docs/latest/develop/pubsub/#sharded-pubsub
    else if (kind === 'sunsubscribe') this.#serverUnsubscribed(items[1] ?? null);
  }

  #serverUnsubscribed(name: Raw): void {
    const subscription = isPayload(name) ? this.#subscriptions.shard.get(this.#keyOf(name)) : undefined;
    // A SUBSCRIBE that is on its way gets an answer of its own.
    if (subscription?.state !== 'live' && subscription?.state !== 'verifying-role') return;
    subscription.end();
    subscription.handler.serverUnsubscribed();
  }

  #keyOf(name: Payload): string {
    if (!this.#buffers) return typeof name === 'string' ? name : name.toString();
    return (typeof name === 'string' ? Buffer.from(name) : name).toString('latin1');
  }

  #isName(name: Raw, expected: Buffer): boolean {
    return isPayload(name) && this.#keyOf(name) === this.#keyOf(expected);
  }

  #remove(subscription: ChannelSubscription): void {
    const byName = this.#subscriptions[subscription.kind];
    const key = this.#keyOf(subscription.name);
    if (byName.get(key) === subscription) byName.delete(key);
  }

  // --- liveness

  #checkAlive(): void {
    const { signsOfLife } = this.#connection.liveness;
    if (!this.#pongPending || signsOfLife !== this.#lifeAtPing) {
      this.#lifeAtPing = signsOfLife;
      this.#silentPeriods = 0;
      if (!this.#pongPending) this.#ping();
      return;
    }
    if (++this.#silentPeriods * this.pingEveryMs < this.#connection.liveness.limitMs) return;
    // Our own event loop may have stood still: what lies in the kernel is read first.
    setImmediate(() => {
      if (this.#connection.liveness.signsOfLife !== signsOfLife) return;
      this.fellSilent = true;
      this.#connection.destroy(
        new ConnectionLostError(`${this.key} has said nothing to a subscriber for ${this.pingEveryMs} ms`, { node: this.key }),
      );
    });
  }

  #ping(): void {
    const sentAt = wallClock.now();
    this.#pongPending = true;
    const outcome: OutcomeSink = {
      onValue: () => {
        this.#pongPending = false;
        this.confirmedAtMs = sentAt;
      },
      onError: () => {
        this.#pongPending = false;
      },
    };
    this.#connection.send(internalCallInto(outcome, PING, []));
  }

  #closed(error: SlotwiseError | null): void {
    clearInterval(this.#pingTimer);
    this.#events.closed(error);
    for (const byName of Object.values(this.#subscriptions)) {
      const all = [...byName.values()];
      byName.clear();
      for (const subscription of all) {
        // The handler of another channel may have ended this one just now.
        if (subscription.state === 'ended') continue;
        subscription.end();
        subscription.handler.lost(error);
      }
    }
    log.pubsub('%s closed: %s', this.key, error?.message ?? 'not needed');
  }
}

/** Hands a message on. A handler that throws would be taken for a broken reply, so none does. */
function deliver(subscription: ChannelSubscription | undefined, payload: Payload, channel: Payload): void {
  if (subscription !== undefined && subscription.state === 'live') subscription.handler.message(payload, channel);
}

function isPayload(value: Raw): value is Payload {
  return typeof value === 'string' || Buffer.isBuffer(value);
}

function isText(name: Buffer): boolean {
  return Buffer.from(name.toString()).equals(name);
}
