import type { ChannelKind, ChannelSubscription, MessageHandler, Payload } from '../../connection/channel-subscription.js';
import type { Subscriber } from '../../connection/subscriber.js';
import { NoNodeError, type ReplyError, type SlotwiseError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import { decodeText } from '../../protocol/resp/text.js';
import type { Slotting } from '../../routing/keys/slotting.js';
import type { Placement } from '../../routing/pubsub/channel-placement.js';
import { clearTimeout, performance, wallClock } from '../../runtime/runtime.js';
import { type Transitions, transition } from '../../util/state-machine.js';
import type { Gap, GapReason } from '../gap.js';
import type { GapReporter } from './gap-reporter.js';
import type { SubscribedChannel, SubscriptionHandler } from './subscription-handler.js';

/** A subscription that a channel delivers to. */
export interface ChannelListener {
  readonly handler: SubscriptionHandler;
  /** The server has confirmed the channel since this listener came: what it misses from now on is a gap. */
  isConfirmed(channel: ChannelState): boolean;
  channelConfirmed(channel: ChannelState): void;
  /** The channel cannot be subscribed. Ends a listener that has not been confirmed. */
  channelRefused(channel: ChannelState, error: SlotwiseError): void;
}

/** Placement of channels: finds a channel a node, and decides what follows a refusal. */
export interface ChannelHost {
  /** The channel has no node any more. `error`: why, where there is a reason. */
  unplaced(channel: ChannelState, error: SlotwiseError | null): void;
  /** The server has ended the subscription by itself. */
  serverUnsubscribed(channel: ChannelState, node: string): void;
  refused(channel: ChannelState, error: ReplyError): void;
  /** The node is a replica of `primary`. */
  notPrimary(channel: ChannelState, node: string, primary: Address): void;
  confirmed(channel: ChannelState): void;
  /** Why no node can be had for the channel; null: one can. */
  whyWaiting(channel: ChannelState): SlotwiseError | null;
  /** Moment at which this node was last found as it is known, in ms since 1970. */
  confirmedSinceMs(node: string): number;
}

/** What a channel uses of a connection. */
export type ChannelConnection = Pick<Subscriber, 'key' | 'confirmedAtMs' | 'fellSilent' | 'subscribe' | 'unsubscribe' | 'useBuffers'>;

interface Interruption {
  readonly reason: GapReason;
  readonly from: string;
  readonly sinceMs: number;
}

type State = 'waiting' | 'subscribing' | 'live' | 'ended';

const TRANSITIONS: Transitions<State> = {
  waiting: ['subscribing', 'ended'],
  subscribing: ['live', 'waiting', 'ended'],
  live: ['waiting', 'ended'],
  ended: [],
};

/**
 * State of one channel, pattern or sharded channel: one subscription at the servers, however many listeners.
 *
 * | state | means | next |
 * |---|---|---|
 * | waiting | it has no node; tried again when the topology changes and when a backoff is over | subscribing, ended |
 * | subscribing | a node has been asked | live, waiting, ended |
 * | live | messages come | waiting (a gap begins), ended |
 * | ended | the last listener has left | – |
 *
 * A gap ends with the next confirmation, and is reported then.
 */
export class ChannelState implements MessageHandler, SubscribedChannel {
  state: State = 'waiting';
  readonly text: string;
  /** Refusals and redirections since the channel was last live. */
  refusals = 0;
  redirects = 0;
  /** Number of times since then that a node that was taken for a primary said that it is a replica. */
  replicaAnswers = 0;
  /** Timer of the next attempt. */
  timer: NodeJS.Timeout | undefined;
  /** The last failure since the channel was live. */
  lastError: SlotwiseError | null = null;
  /** Node on which the channel was live last, and until when, by `performance.now()`. */
  lastLive: { readonly node: string; readonly until: number } | null = null;
  #listeners: readonly ChannelListener[] = [];
  #connection: ChannelConnection | null = null;
  #subscription: ChannelSubscription | null = null;
  #confirmedAt = 0;
  #interruption: Interruption | null = null;

  constructor(
    readonly kind: ChannelKind,
    readonly name: Buffer,
    public placement: Placement,
    private readonly host: ChannelHost,
    private readonly reporter: GapReporter,
  ) {
    this.text = name.toString();
  }

  /** Key of the node on which the channel is subscribed, live or not yet; null: none. */
  get node(): string | null {
    return this.#connection?.key ?? null;
  }

  /** Reason for which the channel is not live, as far as it is known. */
  get whyNotLive(): SlotwiseError | null {
    return this.lastError ?? (this.state === 'waiting' ? this.host.whyWaiting(this) : null);
  }

  // --- listeners

  get hasListeners(): boolean {
    return this.#listeners.length > 0;
  }

  add(listener: ChannelListener): void {
    this.#listeners = [...this.#listeners, listener];
    if (listener.handler.bytes) this.#connection?.useBuffers();
    if (this.state === 'live') listener.channelConfirmed(this);
  }

  remove(listener: ChannelListener): void {
    this.#listeners = this.#listeners.filter((other) => other !== listener);
  }

  /** Ends the listeners that have not been confirmed. The channel goes on for the others. */
  refuse(error: SlotwiseError): void {
    for (const listener of this.#listeners) listener.channelRefused(this, error);
  }

  // --- node

  /** Binds the channel to the slot that its name has by now. Where a function of the user's cannot say, it stays. */
  rebind(slotting: Pick<Slotting, 'slotOf'>): void {
    try {
      const slot = slotting.slotOf(this.name);
      if (slot !== this.placement.slot) this.placement = { ...this.placement, slot };
    } catch {
      // Calls are told of what it throws.
    }
  }

  /** `requirePrimary`: a replica will not do. */
  subscribeAt(connection: ChannelConnection, requirePrimary: boolean): void {
    this.#become('subscribing');
    this.#connection = connection;
    const buffers = this.#listeners.some(({ handler }) => handler.bytes);
    this.#subscription = connection.subscribe(this.kind, this.name, this, { buffers, requirePrimary });
  }

  /** The node is no longer the right one. Whatever still comes from there is not delivered. */
  leave(reason: GapReason): void {
    const connection = this.#connection;
    if (connection === null || this.#subscription === null) return;
    void connection.unsubscribe(this.#subscription);
    this.#leaveNode(reason, Math.min(connection.confirmedAtMs, this.host.confirmedSinceMs(connection.key)));
  }

  /** The last listener has left. Resolves when the server has confirmed, or there is nothing to confirm. */
  end(): Promise<void> {
    const [connection, subscription] = [this.#connection, this.#subscription];
    this.#become('ended');
    this.#connection = null;
    this.#subscription = null;
    clearTimeout(this.timer);
    return connection === null || subscription === null ? Promise.resolve() : connection.unsubscribe(subscription);
  }

  /** `completeUntil`: what was published before has come, in ms since 1970. */
  #leaveNode(reason: GapReason, completeUntil: number): void {
    if (this.state === 'live') {
      this.lastLive = { node: this.node ?? '', until: performance.now() };
      this.#interruption ??= { reason, from: this.node ?? '', sinceMs: Math.max(this.#confirmedAt, completeUntil) };
    }
    this.#become('waiting');
    this.#connection = null;
    this.#subscription = null;
  }

  #become(next: State): void {
    this.state = transition(TRANSITIONS, this.state, next);
  }

  // --- events of the connection

  message(payload: Payload, channel: Payload): void {
    this.reporter.counters.messages++;
    const listeners = this.#listeners;
    let text: string | null = null;
    let channelText = '';
    for (let at = 0; at < listeners.length; at++) {
      const { handler } = listeners[at] as ChannelListener; // in range
      // Text may still come after a listener asked for bytes: it was sent before that listener came, and is not for it.
      if (handler.bytes === (typeof payload !== 'string')) handler.message(payload, channel, this);
      else if (typeof payload !== 'string') {
        if (text === null) {
          text = decodeText(payload, 0, payload.length);
          channelText = this.kind === 'pattern' ? channel.toString() : this.text;
        }
        handler.message(text, channelText, this);
      }
    }
  }

  confirmed(): void {
    const interruption = this.#interruption;
    this.#become('live');
    this.#confirmedAt = wallClock.now();
    this.#interruption = null;
    this.refusals = 0;
    this.redirects = 0;
    this.replicaAnswers = 0;
    this.lastError = null;
    if (interruption !== null) {
      const untilMs = this.#confirmedAt;
      const gap: Gap = { type: 'gap', kind: this.kind, name: this.text, ...interruption, to: this.node, untilMs, dropped: 0 };
      this.reporter.gap(gap);
      for (const listener of this.#listeners) if (listener.isConfirmed(this)) listener.handler.gap(gap);
    }
    for (const listener of this.#listeners) if (!listener.isConfirmed(this)) listener.channelConfirmed(this);
    this.host.confirmed(this);
  }

  refused(error: ReplyError): void {
    this.#leaveNode('connection', 0);
    this.lastError = error;
    this.refusals++;
    this.host.refused(this, error);
  }

  notPrimary(primary: Address): void {
    const node = this.node ?? '';
    this.#leaveNode('failover', 0);
    this.lastError = new NoNodeError(`${node} is a replica of ${addressKey(primary)}`, { node });
    this.refusals++;
    this.replicaAnswers++;
    this.host.notPrimary(this, node, primary);
  }

  serverUnsubscribed(): void {
    const node = this.node ?? '';
    this.#leaveNode('moved', Math.min(this.#connection?.confirmedAtMs ?? 0, this.host.confirmedSinceMs(node)));
    this.host.serverUnsubscribed(this, node);
  }

  lost(error: SlotwiseError | null): void {
    const connection = this.#connection;
    this.#leaveNode(connection?.fellSilent === true ? 'silence' : 'connection', connection?.confirmedAtMs ?? 0);
    this.lastError = error;
    this.host.unplaced(this, error);
  }
}
