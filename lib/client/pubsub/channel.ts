import type { ChannelKind, ChannelSubscription, MessageHandler, Payload, Subscriber } from '../../connection/subscriber.js';
import { NoNodeError, type ReplyError, type SlotwiseError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import { decodeText } from '../../protocol/resp/text.js';
import type { Placement } from '../../routing/pubsub/channel-placement.js';
import type { Gap, GapReason } from '../gap.js';

/** Somebody who wants the messages of a topic. None of its methods throws. */
export interface MessageListener {
  /** It wants Buffers. */
  readonly bytes: boolean;
  /** What the server sent, as text or bytes by `bytes`. */
  message(payload: Payload, channel: Payload, topic: ChannelState): void;
  gap(gap: Gap): void;
}

/** What a topic tells those who look for its place. */
export interface ChannelHost {
  readonly counters: { messages: number };
  /** It has no place any more: look for one. `error`: why, where there is one. */
  unplaced(topic: ChannelState, error: SlotwiseError | null): void;
  /** Its server has ended it by itself. */
  serverUnsubscribed(topic: ChannelState, node: string): void;
  refused(topic: ChannelState, error: ReplyError): void;
  /** The node is a replica of `primary`. */
  notPrimary(topic: ChannelState, node: string, primary: Address): void;
  confirmed(topic: ChannelState): void;
  gap(gap: Gap): void;
  /** Since when nothing is known to have changed about who serves what, in ms since 1970. */
  readonly confirmedAtMs: number;
}

/** One listener of a topic. */
export class Membership {
  /** The server has confirmed since it came: what it misses from now on is a gap. */
  begun = false;

  constructor(
    readonly channel: ChannelState,
    readonly listener: MessageListener,
    /** Begun, or refused. Comes once. */
    readonly settled: (error: SlotwiseError | null) => void,
  ) {}
}

interface Interruption {
  readonly reason: GapReason;
  readonly from: string;
  readonly sinceMs: number;
}

/**
 * One channel, pattern or sharded channel that somebody listens to: one subscription at the servers, however many listeners.
 *
 * | state | means | next |
 * |---|---|---|
 * | waiting | it has no place; tried again at news of the servers and when a backoff is over | asking, ended |
 * | asking | a node has been asked | live, waiting, ended |
 * | live | messages come | waiting (a gap begins), ended |
 * | ended | the last listener has left | – |
 *
 * A gap that began ends with the next confirmation, and is told then.
 */
export class ChannelState implements MessageHandler {
  state: 'waiting' | 'asking' | 'live' | 'ended' = 'waiting';
  readonly text: string;
  /** Refusals and redirections since it was last live. */
  refusals = 0;
  redirects = 0;
  /** How often since then a replica sat where its primary was thought to be. */
  replicaAnswers = 0;
  /** Tries again then. */
  timer: NodeJS.Timeout | undefined;
  /** Why it is not live. */
  lastError: SlotwiseError | null = null;
  /** Where it was live last, and until when, by `performance.now()`. */
  left: { readonly node: string; readonly at: number } | null = null;
  #members: readonly Membership[] = [];
  #subscriber: Subscriber | null = null;
  #subscription: ChannelSubscription | null = null;
  #confirmedAt = 0;
  #interruption: Interruption | null = null;

  constructor(
    private readonly host: ChannelHost,
    readonly kind: ChannelKind,
    readonly name: Buffer,
    readonly placement: Placement,
  ) {
    this.text = name.toString();
  }

  /** Where it sits, live or not yet. */
  get node(): string | null {
    return this.#subscriber?.key ?? null;
  }

  get members(): readonly Membership[] {
    return this.#members;
  }

  // --- listeners

  add(member: Membership): void {
    this.#members = [...this.#members, member];
    if (member.listener.bytes) this.#subscriber?.useBuffers();
    if (this.state === 'live') begin(member);
  }

  remove(member: Membership): void {
    this.#members = this.#members.filter((other) => other !== member);
  }

  // --- place

  /** `onPrimary`: nobody else will do. */
  subscribeAt(subscriber: Subscriber, onPrimary: boolean): void {
    this.state = 'asking';
    this.#subscriber = subscriber;
    const buffers = this.#members.some(({ listener }) => listener.bytes);
    this.#subscription = subscriber.subscribe(this.kind, this.name, this, { buffers, onPrimary });
  }

  /** The place is no longer the right one. Whatever still comes from there is not delivered. */
  leave(reason: GapReason): void {
    const subscriber = this.#subscriber;
    if (subscriber === null || this.#subscription === null) return;
    void subscriber.unsubscribe(this.#subscription);
    this.#leaveNode(reason, Math.min(subscriber.confirmedAtMs, this.host.confirmedAtMs));
  }

  /** Nobody listens any more. Resolves when the server has confirmed, or there is nothing to confirm. */
  end(): Promise<void> {
    const [subscriber, seat] = [this.#subscriber, this.#subscription];
    this.state = 'ended';
    this.#subscriber = null;
    this.#subscription = null;
    clearTimeout(this.timer);
    return subscriber === null || seat === null ? Promise.resolve() : subscriber.unsubscribe(seat);
  }

  #leaveNode(reason: GapReason, provenAt: number): void {
    if (this.state === 'live') {
      this.left = { node: this.node ?? '', at: performance.now() };
      this.#interruption ??= { reason, from: this.node ?? '', sinceMs: Math.max(this.#confirmedAt, provenAt) };
    }
    this.state = 'waiting';
    this.#subscriber = null;
    this.#subscription = null;
  }

  // --- what the connection says

  message(payload: Payload, channel: Payload): void {
    this.host.counters.messages++;
    const members = this.#members;
    let text: string | null = null;
    let channelText = '';
    for (let at = 0; at < members.length; at++) {
      const listener = (members[at] as Membership).listener; // in range
      // A text may still come to who wants bytes, right after it came: it was on its way before, and is not for it.
      if (listener.bytes === (typeof payload !== 'string')) listener.message(payload, channel, this);
      else if (typeof payload !== 'string') {
        if (text === null) {
          text = decodeText(payload, 0, payload.length);
          channelText = this.kind === 'pattern' ? channel.toString() : this.text;
        }
        listener.message(text, channelText, this);
      }
    }
  }

  confirmed(): void {
    const interruption = this.#interruption;
    this.state = 'live';
    this.#confirmedAt = Date.now();
    this.#interruption = null;
    this.refusals = 0;
    this.redirects = 0;
    this.replicaAnswers = 0;
    this.lastError = null;
    if (interruption !== null) {
      const untilMs = this.#confirmedAt;
      const gap: Gap = { type: 'gap', kind: this.kind, name: this.text, ...interruption, to: this.node, untilMs, dropped: 0 };
      this.host.gap(gap);
      for (const { begun, listener } of this.#members) if (begun) listener.gap(gap);
    }
    for (const member of this.#members) if (!member.begun) begin(member);
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
    this.#leaveNode('moved', Math.min(this.#subscriber?.confirmedAtMs ?? 0, this.host.confirmedAtMs));
    this.host.serverUnsubscribed(this, node);
  }

  lost(error: SlotwiseError | null): void {
    const subscriber = this.#subscriber;
    this.#leaveNode(subscriber?.fellSilent === true ? 'silence' : 'connection', subscriber?.confirmedAtMs ?? 0);
    this.lastError = error;
    this.host.unplaced(this, error);
  }
}

function begin(member: Membership): void {
  member.begun = true;
  member.settled(null);
}
