import type { TopicKind } from '../../connection/subscriber.js';
import { AbortError, type SlotwiseError, TimeoutError } from '../../errors.js';
import { watchSignal } from '../abort.js';
import { type Listener, Membership, type Topic } from './channel.js';

/** How long it may take until the servers have confirmed, and who may end it. */
export interface Limits {
  /** In ms; 0: none. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | null;
}

/** Who asked for topics, and is told how it ends. */
export interface Party extends Listener {
  /** The servers have confirmed everything. Comes once, before the first message. */
  begun?(): void;
  /** Comes once: it has left, was aborted or refused, or the client ends. `error` is null for an end that was asked for. */
  ended(error: SlotwiseError | null): void;
}

/** Something that is listened to, from the first confirmation to the end. */
export interface Listening {
  readonly kind: TopicKind;
  /** Resolves when the servers have confirmed everything. */
  readonly begun: Promise<void>;
  /** Everything is delivered at the moment. */
  readonly live: boolean;
  /** Resolves when the servers have confirmed that, where nobody else listens. */
  end(): Promise<void>;
}

export interface GroupHost {
  /** The last listener of this topic has gone. */
  left(topic: Topic): Promise<void>;
  over(group: TopicGroup): void;
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
export class TopicGroup implements Listening {
  state: 'beginning' | 'begun' | 'ended' = 'beginning';
  readonly begun: Promise<void>;
  readonly #party: Party;
  readonly #limits: Limits;
  readonly #host: GroupHost;
  readonly #members: readonly Membership[];
  #settle: (error: unknown) => void = () => {};
  #open: number;
  #timer: NodeJS.Timeout | undefined;
  #unwatch: (() => void) | null = null;

  constructor(
    readonly kind: TopicKind,
    topics: readonly Topic[],
    party: Party,
    limits: Limits,
    host: GroupHost,
  ) {
    this.#party = party;
    this.#limits = limits;
    this.#host = host;
    this.#open = topics.length;
    this.#members = topics.map((topic) => new Membership(topic, party, (error) => this.#settled(error)));
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
    for (const member of this.#members) member.topic.add(member);
  }

  get live(): boolean {
    return this.state === 'begun' && this.#members.every(({ topic }) => topic.state === 'live');
  }

  #settled(error: SlotwiseError | null): void {
    if (error !== null) void this.#end(error);
    else if (--this.#open === 0 && this.state === 'beginning') {
      this.state = 'begun';
      clearTimeout(this.#timer);
      this.#party.begun?.();
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
    for (const member of this.#members) member.topic.remove(member);
    this.#host.over(this);
    this.#settle(error ?? new AbortError('the subscription was ended before the servers confirmed it'));
    this.#party.ended(error);
    const abandoned = this.#members.filter(({ topic }) => topic.members.length === 0 && topic.state !== 'ended');
    await Promise.all(abandoned.map(({ topic }) => this.#host.left(topic)));
  }

  #late(timeoutMs: number): TimeoutError {
    const open = this.#members.find(({ begun }) => !begun)?.topic;
    const trouble = open?.trouble ?? null;
    return new TimeoutError(
      `subscribing to ${open?.text ?? ''} was not confirmed within ${timeoutMs} ms${trouble === null ? '' : `: ${trouble.message}`}`,
      { node: open?.node ?? undefined, cause: trouble ?? undefined },
    );
  }
}

function aborted(signal: AbortSignal): AbortError {
  return new AbortError('the subscription was aborted', { cause: signal.reason });
}
