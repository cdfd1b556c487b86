import { COMMANDS } from '../../connection/subscriber.js';
import type { SlotwiseError } from '../../errors.js';
import { queueMicrotask, wallClock } from '../../runtime/runtime.js';
import type { Gap } from '../gap.js';
import type { GapReporter } from './gap-reporter.js';
import { SubscriptionLifecycle, type Unconfirmed } from './lifecycle.js';
import type { PrimaryTracker } from './primary-tracker.js';
import type { SubscribeLimits, SubscribeRequest } from './subscribe-request.js';
import type { SubscriptionGroup, SubscriptionHandle } from './subscription.js';
import type { SubscriptionHandler } from './subscription-handler.js';

interface KeyspaceHost {
  /** What is subscribed to, for errors. */
  readonly what: string;
  readonly primaries: Pick<PrimaryTracker, 'keys' | 'confirmedSinceMs' | 'onTopology'>;
  readonly reporter: GapReporter;
  /** Resolves when the topology is known. */
  connect(timeoutMs: number): Promise<void>;
  listen(request: SubscribeRequest, handler: SubscriptionHandler, limits: SubscribeLimits): SubscriptionGroup;
  /** Rejects where a node does not publish what is listened to. */
  check(node: string): Promise<void>;
}

const NO_LIMITS: SubscribeLimits = { timeoutMs: 0, signal: null };

/**
 * Subscription on every primary, one group on each: to keyspace events, because a server publishes events of its own keys only, and to patterns
 * of a ring. Follows the topology: a new primary is subscribed to, and what is no primary any more is left. A primary that comes once the subscription is active
 * begins with a gap.
 */
export class KeyspaceSubscription implements SubscriptionHandle {
  readonly kind: SubscribeRequest['kind'];
  readonly #host: KeyspaceHost;
  readonly #names: readonly Buffer[];
  readonly #handler: SubscriptionHandler;
  readonly #lifecycle: SubscriptionLifecycle;
  /** Groups by primary. */
  readonly #groups = new Map<string, SubscriptionGroup>();
  readonly #unfollow: () => void;
  /** Every primary was found to publish what is listened to. */
  #checked = false;

  constructor({ kind, names }: SubscribeRequest, handler: SubscriptionHandler, limits: SubscribeLimits, host: KeyspaceHost) {
    this.kind = kind;
    this.#names = names;
    this.#handler = handler;
    this.#host = host;
    this.#lifecycle = new SubscriptionLifecycle(handler, limits, {
      command: COMMANDS[kind].subscribe.name,
      unconfirmed: () => this.#firstUnconfirmed(),
      release: () => this.#release(),
    });
    this.#unfollow = host.primaries.onTopology(() => this.#follow());
    if (this.#lifecycle.start(null)) void this.#begin(limits.timeoutMs);
  }

  get confirmed(): Promise<void> {
    return this.#lifecycle.confirmed;
  }

  get live(): boolean {
    return this.#lifecycle.state === 'active' && [...this.#groups.values()].every(({ live }) => live);
  }

  end(): Promise<void> {
    return this.#lifecycle.end(null);
  }

  async #begin(timeoutMs: number): Promise<void> {
    try {
      await this.#host.connect(timeoutMs);
      await Promise.all(this.#host.primaries.keys.map((node) => this.#host.check(node)));
      this.#checked = true;
      this.#follow();
    } catch (error) {
      void this.#lifecycle.end(error as SlotwiseError); // what connect() and check() reject with
    }
  }

  /** Gives every primary a group, and ends the groups of other nodes. */
  #follow(): void {
    if (this.#lifecycle.state === 'ended' || !this.#checked) return;
    const { keys } = this.#host.primaries;
    for (const [node, group] of this.#groups) {
      if (keys.includes(node)) continue;
      this.#groups.delete(node);
      void group.end();
    }
    for (const node of keys) if (!this.#groups.has(node)) this.#add(node, this.#host.primaries.confirmedSinceMs(node));
    this.#activateOnceComplete();
  }

  #add(node: string, knownAtMs: number): void {
    const isLate = this.#lifecycle.state === 'active';
    if (isLate) this.#host.check(node).catch((error: unknown) => this.#host.reporter.error(error));
    const handler = this.#handler;
    const group = this.#host.listen(
      { kind: this.kind, names: this.#names, node },
      {
        bytes: handler.bytes,
        message: (payload, channel, source) => handler.message(payload, channel, source),
        gap: (gap) => handler.gap(gap),
        confirmed: () => {
          if (isLate) this.#reportGap(node, knownAtMs);
          // The group is in the map by now or in a moment.
          queueMicrotask(() => this.#activateOnceComplete());
        },
        ended: (error) => {
          if (this.#groups.delete(node)) void this.#lifecycle.end(error);
        },
      },
      NO_LIMITS,
    );
    if (group.state !== 'ended') this.#groups.set(node, group);
    else group.confirmed.catch((error: unknown) => void this.#lifecycle.end(error as SlotwiseError)); // the client is closed
  }

  /** A node was no primary before: events of its keys have reached no subscriber meanwhile. */
  #reportGap(node: string, sinceMs: number): void {
    const untilMs = wallClock.now();
    for (const name of this.#names) {
      const gap: Gap = {
        type: 'gap',
        kind: this.kind,
        name: String(name),
        reason: 'failover',
        from: null,
        to: node,
        sinceMs,
        untilMs,
        dropped: 0,
      };
      this.#host.reporter.gap(gap);
      this.#handler.gap(gap);
    }
  }

  #activateOnceComplete(): void {
    if (this.#lifecycle.state !== 'subscribing' || this.#groups.size === 0) return;
    for (const group of this.#groups.values()) if (group.state !== 'active') return;
    this.#lifecycle.activate();
  }

  #firstUnconfirmed(): Unconfirmed {
    const [node = null] = [...this.#groups].find(([, { state }]) => state !== 'active') ?? [];
    return { what: this.#host.what, node, cause: null };
  }

  #release(): Promise<unknown> {
    this.#unfollow();
    const groups = [...this.#groups.values()];
    this.#groups.clear();
    return Promise.all(groups.map((group) => group.end()));
  }
}
