import type { ChannelKind } from '../../connection/subscriber.js';
import { AbortError, type SlotwiseError, TimeoutError } from '../../errors.js';
import { watchSignal } from '../abort.js';
import { type ChannelState, Membership, type MessageListener } from './channel.js';

/** How long it may take until the servers have confirmed, and who may end it. */
export interface SubscribeLimits {
  /** In ms; 0: none. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | null;
}

/** Who asked for topics, and is told how it ends. */
export interface SubscriptionHandler extends MessageListener {
  /** The servers have confirmed everything. Comes once, before the first message. */
  begun?(): void;
  /** Comes once: it has left, was aborted or refused, or the client ends. `error` is null for an end that was asked for. */
  ended(error: SlotwiseError | null): void;
}

/** Something that is listened to, from the first confirmation to the end. */
export interface SubscriptionHandle {
  readonly kind: ChannelKind;
  /** Resolves when the servers have confirmed everything. */
  readonly begun: Promise<void>;
  /** Everything is delivered at the moment. */
  readonly live: boolean;
  /** Resolves when the servers have confirmed that, where nobody else listens. */
  end(): Promise<void>;
}

export interface GroupHost {
  /** The last listener of this topic has gone. */
  left(topic: ChannelState): Promise<void>;
  over(group: SubscriptionGroup): void;
}

/**
 * The topics of one call, and who listens to them.
 *
 * | state | means | next |
 * |---|---|---|
 * | beginning | not every topic was live yet; the deadline runs | begun, ended |
 * | begun | all were; from then on what is missed is a gap | ended |
 * | ended | left, refused, aborted, too late, or the client ended | – |
 */
export class SubscriptionGroup implements SubscriptionHandle {
  state: 'beginning' | 'begun' | 'ended' = 'beginning';
  readonly begun: Promise<void>;
  readonly #handler: SubscriptionHandler;
  readonly #limits: SubscribeLimits;
  readonly #host: GroupHost;
  readonly #members: readonly Membership[];
  #settle: (error: unknown) => void = () => {};
  #open: number;
  #timer: NodeJS.Timeout | undefined;
  #unwatch: (() => void) | null = null;

  constructor(
    readonly kind: ChannelKind,
    channels: readonly ChannelState[],
    handler: SubscriptionHandler,
    limits: SubscribeLimits,
    host: GroupHost,
  ) {
    this.#handler = handler;
    this.#limits = limits;
    this.#host = host;
    this.#open = channels.length;
    this.#members = channels.map((channel) => new Membership(channel, handler, (error) => this.#settled(error)));
    this.begun = new Promise((resolve, reject) => {
      this.#settle = (error) => (error === null ? resolve() : reject(error));
    });
    // Who does not wait for it must not be punished for that: `ended` tells it too.
    this.begun.catch(() => {});
  }

  begin(closed: SlotwiseError | null): void {
    const { timeoutMs, signal } = this.#limits;
    const error = closed ?? (signal?.aborted === true ? aborted(signal) : null);
    if (error !== null) {
      void this.#end(error);
      return;
    }
    if (signal !== null) this.#unwatch = watchSignal(signal, () => void this.#end(aborted(signal)));
    if (timeoutMs > 0) this.#timer = setTimeout(() => void this.#end(this.#late(timeoutMs)), timeoutMs);
    for (const member of this.#members) member.channel.add(member);
  }

  get live(): boolean {
    return this.state === 'begun' && this.#members.every(({ channel }) => channel.state === 'live');
  }

  #settled(error: SlotwiseError | null): void {
    if (error !== null) void this.#end(error);
    else if (--this.#open === 0 && this.state === 'beginning') {
      this.state = 'begun';
      clearTimeout(this.#timer);
      this.#handler.begun?.();
      this.#settle(null);
    }
  }

  /** Leaves its topics. */
  end(): Promise<void> {
    return this.#end(null);
  }

  /** The client ends. */
  endWith(error: SlotwiseError): void {
    void this.#end(this.state === 'beginning' ? error : null);
  }

  async #end(error: SlotwiseError | null): Promise<void> {
    if (this.state === 'ended') return;
    this.state = 'ended';
    clearTimeout(this.#timer);
    this.#unwatch?.();
    for (const member of this.#members) member.channel.remove(member);
    this.#host.over(this);
    this.#settle(error ?? new AbortError('the subscription was ended before the servers confirmed it'));
    this.#handler.ended(error);
    const abandoned = this.#members.filter(({ channel }) => channel.members.length === 0 && channel.state !== 'ended');
    await Promise.all(abandoned.map(({ channel }) => this.#host.left(channel)));
  }

  #late(timeoutMs: number): TimeoutError {
    const open = this.#members.find(({ begun }) => !begun)?.channel;
    const trouble = open?.lastError ?? null;
    return new TimeoutError(
      `subscribing to ${open?.text ?? ''} was not confirmed within ${timeoutMs} ms${trouble === null ? '' : `: ${trouble.message}`}`,
      { node: open?.node ?? undefined, cause: trouble ?? undefined },
    );
  }
}

function aborted(signal: AbortSignal): AbortError {
  return new AbortError('the subscription was aborted', { cause: signal.reason });
}
