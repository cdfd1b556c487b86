import { log } from '../diagnostics.js';
import { ConnectionLostError, ReplyError, type SlotwiseError } from '../errors.js';
import { type Address, addressKey } from '../options/address.js';
import type { Credentials } from '../options/topology.js';
import { Call, NO_DEADLINE, type OutcomeSink } from '../protocol/call.js';
import { command } from '../protocol/catalog/specs.js';
import type { CommandSpec, Raw } from '../protocol/command-spec.js';
import { Connection, type ConnectionConfig } from './connection.js';
import { internalOwner } from './internal-calls.js';
import { kindOf } from './pushes.js';

/** What is subscribed to: a channel by its name, channels by a pattern, a channel of one shard. */
export type ChannelKind = 'channel' | 'pattern' | 'shard';

/** A string as it came: text, or bytes once somebody on the connection wants bytes. */
export type Payload = string | Buffer;

/** Whom the messages of one topic on one connection go to, and who is told what becomes of it. */
export interface MessageHandler {
  message(payload: Payload, channel: Payload): void;
  /** The server has confirmed: from now on nothing is missed. */
  confirmed(): void;
  /** The server refuses. It is not subscribed. */
  refused(error: ReplyError): void;
  /** The server is a replica of this one, where a primary was wanted. It is not subscribed. */
  notPrimary(primary: Address): void;
  /** The server ended it by itself, because the slot of a sharded channel went elsewhere. */
  serverUnsubscribed(): void;
  /** The connection ended. */
  lost(error: SlotwiseError | null): void;
}

export interface SubscriberEvents {
  ready?(): void;
  /** It was asked for a sign of life and is slow to give one. */
  stalled?(): void;
  /** It gave one. */
  recovered?(): void;
  /** Comes exactly once, before the sinks hear of it. `error` is null after `destroy(null)`. */
  closed(error: SlotwiseError | null): void;
}

const WORDS: Readonly<Record<ChannelKind, { readonly subscribe: CommandSpec; readonly unsubscribe: CommandSpec }>> = {
  channel: { subscribe: command('SUBSCRIBE'), unsubscribe: command('UNSUBSCRIBE') },
  pattern: { subscribe: command('PSUBSCRIBE'), unsubscribe: command('PUNSUBSCRIBE') },
  shard: { subscribe: command('SSUBSCRIBE'), unsubscribe: command('SUNSUBSCRIBE') },
};
const PING = command('PING');
const NOTHING: OutcomeSink = { onValue: () => {}, onError: () => {} };
const ROLE = command('ROLE');
/** Who hears nothing cannot know whether there is nothing to hear: so often it asks, and so long it waits for any byte. */
const PING_EVERY_MS = 1_000;

/**
 * A topic on one connection.
 *
 * | state | means | messages | next |
 * |---|---|---|---|
 * | asking | SUBSCRIBE is on its way; what comes is an earlier subscription's | dropped | live, gone; proving where only a primary will do |
 * | proving | the server has confirmed, and has not said yet whether it is a primary | dropped | live, gone |
 * | live | the server has confirmed | delivered | gone |
 * | gone | left, refused, dropped by the server, or the connection ended | dropped | – |
 */
export class ChannelSubscription implements OutcomeSink {
  state: 'asking' | 'proving' | 'live' | 'gone' = 'asking';

  constructor(
    readonly kind: ChannelKind,
    readonly name: Buffer,
    readonly handler: MessageHandler,
    private readonly requirePrimary: boolean,
    private readonly left: (seat: ChannelSubscription) => void,
  ) {}

  /** The confirmation. Synchronous: what follows it in the same read is already ours. */
  onValue(): void {
    if (this.state !== 'asking') return;
    if (this.requirePrimary) this.state = 'proving';
    else this.#begin();
  }

  /** The server was a primary after it had confirmed, or does not say what it is. */
  isVerified(): void {
    if (this.state === 'proving') this.#begin();
  }

  #begin(): void {
    this.state = 'live';
    this.handler.confirmed();
  }

  onError(_: number, error: unknown): void {
    // What ended with the connection hears `lost`.
    if (this.state !== 'asking' || !(error instanceof ReplyError)) return;
    this.leave();
    this.handler.refused(error);
  }

  leave(): void {
    this.state = 'gone';
    this.left(this);
  }
}

/** A connection that carries subscriptions and nothing else: it routes what comes to sinks, and watches that the server lives. RESP3 and RESP2. */
export class Subscriber {
  readonly key: string;
  /** When the PING was sent whose answer came last, in ms since 1970: what was published before has come. 0: none was. */
  confirmedAtMs = 0;
  readonly #connection: Connection;
  readonly #events: SubscriberEvents;
  /** By name: as text, or with `#buffers` as latin1 of the bytes, which no two names share. */
  readonly #subscriptions: Readonly<Record<ChannelKind, Map<string, ChannelSubscription>>> = {
    channel: new Map(),
    pattern: new Map(),
    shard: new Map(),
  };
  /** Why it ended: it gave no sign of life. */
  fellSilent = false;
  #buffers = false;
  #watch: NodeJS.Timeout | undefined;
  #owesPong = false;
  #readAtPing = 0;
  /** Asked for in this tick, and wanted on a primary. */
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
          this.#watch = setInterval(() => this.#checkLife(), this.pingEveryMs).unref();
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

  /** Topics on it. */
  get size(): number {
    const { channel, pattern, shard } = this.#subscriptions;
    return channel.size + pattern.size + shard.size;
  }

  /**
   * Subscribes; the sink hears what comes of it. A topic has at most one seat at a time. `onPrimary`: a replica of a cluster takes SSUBSCRIBE, too,
   * but is handed what its primary publishes only once that one knows it; so the server is asked for its role after it has confirmed. A primary
   * that is demoted later drops its sharded channels.
   */
  subscribe(kind: ChannelKind, name: Buffer, sink: MessageHandler, { buffers = false, onPrimary = false } = {}): ChannelSubscription {
    const seat = new ChannelSubscription(kind, name, sink, onPrimary, (gone) => this.#forget(gone));
    // What is no UTF-8 would be another name as text.
    if (buffers || !isText(name)) this.useBuffers();
    this.#subscriptions[kind].set(this.#keyOf(name), seat);
    this.#send(WORDS[kind].subscribe, name, seat);
    if (onPrimary && this.#unverified.push(seat) === 1) queueMicrotask(() => this.#verifyRole());
    return seat;
  }

  /**
   * RESP2 knows no ROLE for subscribers, and users may not be allowed to ask: then the confirmation is all there is.
   * https://redis.io/docs/latest/commands/role/
   */
  #verifyRole(): void {
    const seats = this.#unverified;
    this.#unverified = [];
    const outcome: OutcomeSink = {
      onValue: (_, role) => {
        const [kind, host, port] = Array.isArray(role) ? (role as Raw[]) : []; // what arrays consist of
        for (const seat of seats) {
          if (kindOf(kind) === 'slave') this.#notPrimary(seat, { host: String(host), port: Number(port) });
          else seat.isVerified();
        }
      },
      onError: () => {
        for (const seat of seats) seat.isVerified();
      },
    };
    this.#connection.send(Call.forSink(outcome, 0, ROLE, [], null, 0, internalOwner, NO_DEADLINE));
  }

  #notPrimary(seat: ChannelSubscription, primary: Address): void {
    if (seat.state !== 'proving') return;
    void this.unsubscribe(seat);
    seat.handler.notPrimary(primary);
  }

  /** Nothing more is delivered to the seat. Resolves when the server has confirmed, or the connection has ended. */
  unsubscribe(seat: ChannelSubscription): Promise<void> {
    if (seat.state === 'gone') return Promise.resolve();
    seat.leave();
    return new Promise((resolve) => {
      const confirmed: OutcomeSink = {
        onValue: (_, items) => {
          // The server may have dropped another one at the same moment.
          if (Array.isArray(items) && !this.#isName(items[1] ?? null, seat.name)) this.#serverUnsubscribed(items[1] ?? null);
          resolve();
        },
        onError: () => resolve(),
      };
      this.#send(WORDS[seat.kind].unsubscribe, seat.name, confirmed);
      // See `Connection.error`.
      if (seat.kind === 'shard') this.#connection.send(Call.forSink(NOTHING, 0, PING, [], null, 0, internalOwner, NO_DEADLINE));
    });
  }

  /** Strings come as Buffers from now on. */
  useBuffers(): void {
    if (this.#buffers) return;
    this.#buffers = true;
    this.#connection.pushBuffers();
    for (const seats of Object.values(this.#subscriptions)) {
      const all = [...seats.values()];
      seats.clear();
      for (const seat of all) seats.set(this.#keyOf(seat.name), seat);
    }
  }

  /** Logs in again. RESP2 has no AUTH for subscribers: there the next connection does. */
  async reauthenticate(credentials: Credentials): Promise<void> {
    const connection = this.#connection;
    if (connection.state === 'ready' && connection.server.protocol === 3) await connection.reauthenticate(credentials);
  }

  /** Ends once what it was asked is answered. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  destroy(error: SlotwiseError | null): void {
    this.#connection.destroy(error);
  }

  #send(spec: CommandSpec, name: Buffer, outcome: OutcomeSink): void {
    this.#connection.send(Call.forSink(outcome, 0, spec, [name], null, 0, internalOwner, NO_DEADLINE));
  }

  // --- what comes

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
    const seat = isPayload(name) ? this.#subscriptions.shard.get(this.#keyOf(name)) : undefined;
    // A seat that is still asking gets its own answer.
    if (seat?.state !== 'live' && seat?.state !== 'proving') return;
    seat.leave();
    seat.handler.serverUnsubscribed();
  }

  #keyOf(name: Payload): string {
    if (!this.#buffers) return typeof name === 'string' ? name : name.toString();
    return (typeof name === 'string' ? Buffer.from(name) : name).toString('latin1');
  }

  #isName(name: Raw, expected: Buffer): boolean {
    return isPayload(name) && this.#keyOf(name) === this.#keyOf(expected);
  }

  #forget(seat: ChannelSubscription): void {
    const seats = this.#subscriptions[seat.kind];
    const key = this.#keyOf(seat.name);
    if (seats.get(key) === seat) seats.delete(key);
  }

  // --- life

  #checkLife(): void {
    const { bytesRead } = this.#connection;
    if (!this.#owesPong || bytesRead !== this.#readAtPing) {
      this.#readAtPing = bytesRead;
      if (!this.#owesPong) this.#ping();
      return;
    }
    // Our own loop may have stood still: what lies in the kernel is read first.
    setImmediate(() => {
      if (this.#connection.bytesRead !== bytesRead) return;
      this.fellSilent = true;
      this.#connection.destroy(
        new ConnectionLostError(`${this.key} has said nothing to a subscriber for ${this.pingEveryMs} ms`, { node: this.key }),
      );
    });
  }

  #ping(): void {
    const sentAt = Date.now();
    this.#owesPong = true;
    const outcome: OutcomeSink = {
      onValue: () => {
        this.#owesPong = false;
        this.confirmedAtMs = sentAt;
      },
      onError: () => {
        this.#owesPong = false;
      },
    };
    this.#connection.send(Call.forSink(outcome, 0, PING, [], null, 0, internalOwner, NO_DEADLINE));
  }

  #closed(error: SlotwiseError | null): void {
    clearInterval(this.#watch);
    this.#events.closed(error);
    for (const seats of Object.values(this.#subscriptions)) {
      const all = [...seats.values()];
      seats.clear();
      for (const seat of all) {
        seat.state = 'gone';
        seat.handler.lost(error);
      }
    }
    log.pubsub('%s closed: %s', this.key, error?.message ?? 'not needed');
  }
}

/** The types of pushes are the server's; a sink that throws would be taken for a broken reply, so none does. */
function deliver(seat: ChannelSubscription | undefined, payload: Payload, channel: Payload): void {
  if (seat !== undefined && seat.state === 'live') seat.handler.message(payload, channel);
}

function isPayload(value: Raw): value is Payload {
  return typeof value === 'string' || Buffer.isBuffer(value);
}

function isText(name: Buffer): boolean {
  return Buffer.from(name.toString()).equals(name);
}
