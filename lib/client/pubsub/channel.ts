import type { Payload, Seat, Sink, Subscriber, TopicKind } from '../../connection/subscriber.js';
import { NoNodeError, type ReplyError, type SlotwiseError } from '../../errors.js';
import { type Address, addressKey } from '../../options/index.js';
import { decodeText } from '../../protocol/resp/text.js';
import type { Wanted } from '../../routing/pubsub/channel-placement.js';
import type { Gap, GapReason } from '../gap.js';

/** Somebody who wants the messages of a topic. None of its methods throws. */
export interface Listener {
  /** It wants Buffers. */
  readonly bytes: boolean;
  /** What the server sent, as text or bytes by `bytes`. */
  message(payload: Payload, channel: Payload, topic: Topic): void;
  gap(gap: Gap): void;
}

/** What a topic tells those who look for its place. */
export interface TopicHost {
  readonly tally: { messages: number };
  /** It has no place any more: look for one. `error`: why, where there is one. */
  unseated(topic: Topic, error: SlotwiseError | null): void;
  /** Its server has ended it by itself. */
  evicted(topic: Topic, node: string): void;
  refused(topic: Topic, error: ReplyError): void;
  /** The node is a replica of `primary`. */
  misplaced(topic: Topic, node: string, primary: Address): void;
  confirmed(topic: Topic): void;
  gap(gap: Gap): void;
  /** Since when nothing is known to have changed about who serves what, in ms since 1970. */
  readonly provenAt: number;
}

/** One listener of a topic. */
export class Membership {
  /** The server has confirmed since it came: what it misses from now on is a gap. */
  begun = false;

  constructor(
    readonly topic: Topic,
    readonly listener: Listener,
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
export class Topic implements Sink {
  state: 'waiting' | 'asking' | 'live' | 'ended' = 'waiting';
  readonly text: string;
  /** Refusals and redirections since it was last live. */
  refusals = 0;
  redirects = 0;
  /** How often since then a replica sat where its primary was thought to be. */
  misplacements = 0;
  /** Tries again then. */
  timer: NodeJS.Timeout | undefined;
  /** Why it is not live. */
  trouble: SlotwiseError | null = null;
  /** Where it was live last, and until when, by `performance.now()`. */
  left: { readonly node: string; readonly at: number } | null = null;
  #members: readonly Membership[] = [];
  #subscriber: Subscriber | null = null;
  #seat: Seat | null = null;
  #confirmedAt = 0;
  #interruption: Interruption | null = null;

  constructor(
    private readonly host: TopicHost,
    readonly kind: TopicKind,
    readonly name: Buffer,
    readonly wanted: Wanted,
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
  sit(subscriber: Subscriber, onPrimary: boolean): void {
    this.state = 'asking';
    this.#subscriber = subscriber;
    const buffers = this.#members.some(({ listener }) => listener.bytes);
    this.#seat = subscriber.subscribe(this.kind, this.name, this, { buffers, onPrimary });
  }

  /** The place is no longer the right one. Whatever still comes from there is not delivered. */
  leave(reason: GapReason): void {
    const subscriber = this.#subscriber;
    if (subscriber === null || this.#seat === null) return;
    void subscriber.unsubscribe(this.#seat);
    this.#unseat(reason, Math.min(subscriber.provenAt, this.host.provenAt));
  }

  /** Nobody listens any more. Resolves when the server has confirmed, or there is nothing to confirm. */
  end(): Promise<void> {
    const [subscriber, seat] = [this.#subscriber, this.#seat];
    this.state = 'ended';
    this.#subscriber = null;
    this.#seat = null;
    clearTimeout(this.timer);
    return subscriber === null || seat === null ? Promise.resolve() : subscriber.unsubscribe(seat);
  }

  #unseat(reason: GapReason, provenAt: number): void {
    if (this.state === 'live') {
      this.left = { node: this.node ?? '', at: performance.now() };
      this.#interruption ??= { reason, from: this.node ?? '', sinceMs: Math.max(this.#confirmedAt, provenAt) };
    }
    this.state = 'waiting';
    this.#subscriber = null;
    this.#seat = null;
  }

  // --- what the connection says

  message(payload: Payload, channel: Payload): void {
    this.host.tally.messages++;
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
    this.misplacements = 0;
    this.trouble = null;
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
    this.#unseat('connection', 0);
    this.trouble = error;
    this.refusals++;
    this.host.refused(this, error);
  }

  misplaced(primary: Address): void {
    const node = this.node ?? '';
    this.#unseat('failover', 0);
    this.trouble = new NoNodeError(`${node} is a replica of ${addressKey(primary)}`, { node });
    this.refusals++;
    this.misplacements++;
    this.host.misplaced(this, node, primary);
  }

  dropped(): void {
    const node = this.node ?? '';
    this.#unseat('moved', Math.min(this.#subscriber?.provenAt ?? 0, this.host.provenAt));
    this.host.evicted(this, node);
  }

  lost(error: SlotwiseError | null): void {
    const subscriber = this.#subscriber;
    this.#unseat(subscriber?.fellSilent === true ? 'silence' : 'connection', subscriber?.provenAt ?? 0);
    this.trouble = error;
    this.host.unseated(this, error);
  }
}

function begin(member: Membership): void {
  member.begun = true;
  member.settled(null);
}
