import { ReplyError, type SlotwiseError } from '../errors.js';
import type { Address } from '../options/address.js';
import type { OutcomeSink } from '../protocol/outcome.js';
import { type Transitions, transition } from '../util/state-machine.js';

/** What is subscribed to: a channel by its name, channels by a pattern, a channel of one shard. */
export type ChannelKind = 'channel' | 'pattern' | 'shard';

/** A string as it came: text, or bytes once a subscription of the connection needs bytes. */
export type Payload = string | Buffer;

/** Callbacks of one channel on one connection: its messages, and how its subscription goes. None of them throws. */
export interface MessageHandler {
  message(payload: Payload, channel: Payload): void;
  /** The server has confirmed: from now on nothing is missed. */
  confirmed(): void;
  /** The server refuses. The channel is not subscribed. */
  refused(error: ReplyError): void;
  /** The server is a replica of `primary`, and `requirePrimary` was given. The channel is not subscribed. */
  notPrimary(primary: Address): void;
  /** The server ended the subscription by itself, because the slot of a sharded channel went elsewhere. */
  serverUnsubscribed(): void;
  /** The connection ended. */
  lost(error: SlotwiseError | null): void;
}

type ChannelSubscriptionState = 'subscribing' | 'verifying-role' | 'live' | 'ended';

const TRANSITIONS: Transitions<ChannelSubscriptionState> = {
  subscribing: ['verifying-role', 'live', 'ended'],
  'verifying-role': ['live', 'ended'],
  live: ['ended'],
  ended: [],
};

/**
 * Subscription of one channel on one connection, from SUBSCRIBE on.
 *
 * | state | means | messages | next |
 * |---|---|---|---|
 * | subscribing | SUBSCRIBE is on its way; messages that come are an earlier subscription's | dropped | live, ended; verifying-role with `requirePrimary` |
 * | verifying-role | the server has confirmed, and has not answered ROLE yet | dropped | live, ended |
 * | live | the server has confirmed | delivered | ended |
 * | ended | unsubscribed, refused, dropped by the server, or the connection ended | dropped | – |
 */
export class ChannelSubscription implements OutcomeSink {
  state: ChannelSubscriptionState = 'subscribing';

  constructor(
    readonly kind: ChannelKind,
    readonly name: Buffer,
    readonly handler: MessageHandler,
    private readonly requirePrimary: boolean,
    private readonly onEnd: (subscription: ChannelSubscription) => void,
  ) {}

  /** The confirmation. Synchronous: what follows it in the same read is delivered already. */
  onValue(): void {
    if (this.state !== 'subscribing') return;
    if (this.requirePrimary) this.#become('verifying-role');
    else this.#begin();
  }

  /** The server was a primary after it had confirmed, or does not say what it is. */
  roleVerified(): void {
    if (this.state === 'verifying-role') this.#begin();
  }

  #begin(): void {
    this.#become('live');
    this.handler.confirmed();
  }

  onError(_: number, error: unknown): void {
    // A command that ended with the connection is followed by `lost`.
    if (this.state !== 'subscribing' || !(error instanceof ReplyError)) return;
    this.end();
    this.handler.refused(error);
  }

  end(): void {
    this.#become('ended');
    this.onEnd(this);
  }

  #become(next: ChannelSubscriptionState): void {
    this.state = transition(TRANSITIONS, this.state, next);
  }
}
