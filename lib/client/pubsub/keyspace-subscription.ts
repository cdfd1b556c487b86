import type { SlotwiseError } from '../../errors.js';
import { AbortError, TimeoutError } from '../../errors.js';
import { watchSignal } from '../abort.js';
import type { Gap } from '../gap.js';
import type { SubscribeLimits, SubscriptionGroup, SubscriptionHandle, SubscriptionHandler } from './subscription.js';
import type { SubscribeRequest, SubscriptionManager } from './subscription-manager.js';

export interface KeyspaceHost {
  readonly subscriptions: SubscriptionManager;
  /** Resolves when the topology is known. */
  connect(timeoutMs: number): Promise<void>;
  listen(request: SubscribeRequest, handler: SubscriptionHandler, limits: SubscribeLimits): SubscriptionGroup;
  /** Rejects where a node does not publish what is listened to. */
  check(node: string): Promise<void>;
}

const NO_LIMITS: SubscribeLimits = { timeoutMs: 0, signal: null };

/**
 * One subscription on every primary, because a server tells only of its own keys. Follows the topology: a primary that comes is subscribed to, one
 * that goes is left.
 *
 * | state | means | next |
 * |---|---|---|
 * | beginning | not all primaries have confirmed | begun, ended |
 * | begun | all had; a primary that comes begins with a gap | ended |
 * | ended | left, refused, aborted, too late, or the client ended | – |
 */
export class KeyspaceSubscription implements SubscriptionHandle {
  state: 'beginning' | 'begun' | 'ended' = 'beginning';
  readonly begun: Promise<void>;
  readonly kind: SubscribeRequest['kind'];
  readonly #host: KeyspaceHost;
  readonly #names: readonly Buffer[];
  readonly #handler: SubscriptionHandler;
  readonly #groups = new Map<string, SubscriptionGroup>();
  #settle: (error: SlotwiseError | null) => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  #unwatch: (() => void) | null = null;
  readonly #unfollow: () => void;
  /** The servers' configuration has been looked at. */
  #checked = false;

  constructor({ kind, names }: SubscribeRequest, handler: SubscriptionHandler, limits: SubscribeLimits, host: KeyspaceHost) {
    this.kind = kind;
    this.#names = names;
    this.#handler = handler;
    this.#host = host;
    this.begun = new Promise((resolve, reject) => {
      this.#settle = (error) => (error === null ? resolve() : reject(error));
    });
    this.begun.catch(() => {});
    this.#unfollow = host.subscriptions.onTopology(() => this.#follow());
    const { timeoutMs, signal } = limits;
    if (signal?.aborted === true) void this.#end(aborted(signal));
    else {
      if (signal !== null) this.#unwatch = watchSignal(signal, () => void this.#end(aborted(signal)));
      if (timeoutMs > 0) this.#timer = setTimeout(() => void this.#end(this.#late(timeoutMs)), timeoutMs);
      void this.#begin(timeoutMs);
    }
  }

  async #begin(timeoutMs: number): Promise<void> {
    try {
      await this.#host.connect(timeoutMs);
      await Promise.all(this.#host.subscriptions.primaries.map((node) => this.#host.check(node)));
      this.#checked = true;
      this.#follow();
    } catch (error) {
      void this.#end(error as SlotwiseError); // what connect() and check() reject with
    }
  }

  /** Every primary has a group, and nobody else. */
  #follow(): void {
    if (this.state === 'ended' || !this.#checked) return;
    const { primaries, confirmedAtMs } = this.#host.subscriptions;
    for (const [node, group] of this.#groups) {
      if (primaries.includes(node)) continue;
      this.#groups.delete(node);
      void group.end();
    }
    for (const node of primaries) if (!this.#groups.has(node)) this.#add(node, confirmedAtMs);
    this.#look();
  }

  #add(node: string, provenAt: number): void {
    const late = this.state === 'begun';
    if (late) this.#host.check(node).catch((error: unknown) => this.#host.subscriptions.tellError(error));
    const handler = this.#handler;
    const group = this.#host.listen(
      { kind: this.kind, names: this.#names, node },
      {
        bytes: handler.bytes,
        message: (payload, channel, topic) => handler.message(payload, channel, topic),
        gap: (gap) => handler.gap(gap),
        begun: () => {
          if (late) this.#missed(node, provenAt);
          // The group is in the map by now or in a moment.
          queueMicrotask(() => this.#look());
        },
        ended: (error) => {
          if (this.#groups.get(node) !== group) return;
          this.#groups.delete(node);
          void this.#end(error);
        },
      },
      NO_LIMITS,
    );
    if (group.state !== 'ended') this.#groups.set(node, group);
    else group.begun.catch((error: unknown) => void this.#end(error as SlotwiseError)); // the client is closed
  }

  /** A primary that was none before: what its keys met with meanwhile nobody has heard. */
  #missed(node: string, sinceMs: number): void {
    const [name] = this.#names;
    const gap: Gap = {
      type: 'gap',
      kind: this.kind,
      name: String(name),
      reason: 'failover',
      from: null,
      to: node,
      sinceMs,
      untilMs: Date.now(),
      dropped: 0,
    };
    this.#host.subscriptions.gap(gap);
    this.#handler.gap(gap);
  }

  /** Have all begun? */
  #look(): void {
    if (this.state !== 'beginning' || this.#groups.size === 0) return;
    for (const group of this.#groups.values()) if (group.state !== 'begun') return;
    this.state = 'begun';
    clearTimeout(this.#timer);
    this.#settle(null);
  }

  get live(): boolean {
    return this.state === 'begun' && [...this.#groups.values()].every(({ live }) => live);
  }

  end(): Promise<void> {
    return this.#end(null);
  }

  async #end(error: SlotwiseError | null): Promise<void> {
    if (this.state === 'ended') return;
    this.state = 'ended';
    clearTimeout(this.#timer);
    this.#unwatch?.();
    this.#unfollow();
    this.#settle(error ?? new AbortError('the subscription was ended before the servers confirmed it'));
    this.#handler.ended(error);
    const groups = [...this.#groups.values()];
    this.#groups.clear();
    await Promise.all(groups.map((group) => group.end()));
  }

  #late(timeoutMs: number): TimeoutError {
    const node = [...this.#groups].find(([, { state }]) => state !== 'begun')?.[0];
    return new TimeoutError(
      `subscribing to keyspace events was not confirmed within ${timeoutMs} ms${node === undefined ? '' : ` by ${node}`}`,
      { node },
    );
  }
}

function aborted(signal: AbortSignal): AbortError {
  return new AbortError('the subscription was aborted', { cause: signal.reason });
}
