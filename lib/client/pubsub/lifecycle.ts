import { AbortError, ClosedError, CommandRefusedError, type SlotwiseError, TimeoutError } from '../../errors.js';
import { clearTimeout, setTimeout } from '../../runtime/runtime.js';
import { type Transitions, transition } from '../../util/state-machine.js';
import { watchSignal } from '../abort.js';
import type { SubscribeLimits } from './subscribe-request.js';
import type { SubscriptionHandler } from './subscription-handler.js';

export type SubscriptionState = 'subscribing' | 'active' | 'ended';

const TRANSITIONS: Transitions<SubscriptionState> = {
  subscribing: ['active', 'ended'],
  active: ['ended'],
  ended: [],
};

/** What the servers have not confirmed at the deadline. */
export interface Unconfirmed {
  /** A channel, or what else is subscribed to. */
  readonly what: string;
  readonly node: string | null;
  readonly cause: SlotwiseError | null;
}

/** What the lifecycle needs of the subscription it belongs to. */
interface LifecycleHost {
  /** SUBSCRIBE or its like, for errors. */
  readonly command: string;
  unconfirmed(): Unconfirmed;
  /** Gives up what was subscribed. Called once, at the end. */
  release(): Promise<unknown>;
}

/**
 * Lifecycle of a subscription: of a `SubscriptionGroup`, or of a `KeyspaceSubscription`, which consists of several.
 *
 * | state | means | next |
 * |---|---|---|
 * | subscribing | not everything was confirmed yet; the deadline runs | active, ended |
 * | active | everything was; from then on what is missed is a gap | ended |
 * | ended | left, refused, aborted, past its deadline, or the client ended | – |
 */
export class SubscriptionLifecycle {
  state: SubscriptionState = 'subscribing';
  /** Resolves when the subscription becomes active, rejects when it ends before that. */
  readonly confirmed: Promise<void>;
  #settle: (error: SlotwiseError | null) => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  #unwatch: (() => void) | null = null;
  #leaveLife: (() => void) | null = null;

  constructor(
    private readonly handler: SubscriptionHandler,
    private readonly limits: SubscribeLimits,
    private readonly host: LifecycleHost,
  ) {
    this.confirmed = new Promise((resolve, reject) => {
      this.#settle = (error) => (error === null ? resolve() : reject(error));
    });
    // Not waiting for the promise is no mistake: `ended` reports the error, too.
    this.confirmed.catch(() => {});
  }

  /** Starts the deadline and watches the signal. `closed`: the client has ended, or does not subscribe. False: the subscription has ended at once. */
  start(closed: SlotwiseError | null): boolean {
    const { timeoutMs, signal, life = null } = this.limits;
    const over = closed ?? life?.ended ?? null;
    const error = over !== null ? this.#closed(over) : signal?.aborted === true ? this.#aborted(signal) : null;
    if (error !== null) {
      void this.end(error);
      return false;
    }
    if (signal !== null) this.#unwatch = watchSignal(signal, () => void this.end(this.#aborted(signal)));
    if (life !== null) this.#leaveLife = life.add({ close: async (reason) => this.close(reason), destroy: (reason) => this.close(reason) });
    if (timeoutMs > 0) this.#timer = setTimeout(() => void this.end(this.#notConfirmed()), timeoutMs);
    return true;
  }

  /** The servers have confirmed everything. */
  activate(): void {
    this.#become('active');
    clearTimeout(this.#timer);
    this.handler.confirmed?.();
    this.#settle(null);
  }

  /** Ends the subscription, if it has not ended. Resolves when the servers have confirmed that, where nothing else listens. */
  async end(error: SlotwiseError | null): Promise<void> {
    if (this.state === 'ended') return;
    this.#become('ended');
    clearTimeout(this.#timer);
    this.#unwatch?.();
    this.#leaveLife?.();
    const { command } = this.host;
    this.#settle(error ?? new AbortError(`${command}: the subscription was ended before the servers confirmed it`, { command }));
    this.handler.ended(error);
    await this.host.release();
  }

  /** The client ends: an error only for those that still wait for the first confirmation. */
  close(closed: SlotwiseError): void {
    void this.end(this.state === 'subscribing' ? this.#closed(closed) : null);
  }

  #closed(closed: SlotwiseError): SlotwiseError {
    // Nothing has ended: it was never to begin.
    if (closed instanceof CommandRefusedError) return closed;
    const { command } = this.host;
    return new ClosedError(`${command}: ${closed.message}`, { command, cause: closed });
  }

  #aborted(signal: AbortSignal): AbortError {
    const { command } = this.host;
    return new AbortError(`${command} was aborted`, { command, cause: signal.reason });
  }

  #notConfirmed(): TimeoutError {
    const { command } = this.host;
    const { what, node, cause } = this.host.unconfirmed();
    const by = node === null ? '' : ` by ${node}`;
    const why = cause === null ? '' : `: ${cause.message}`;
    return new TimeoutError(`${command} of ${what} was not confirmed within ${this.limits.timeoutMs} ms${by}${why}`, {
      command,
      node: node ?? undefined,
      cause: cause ?? undefined,
    });
  }

  #become(next: SubscriptionState): void {
    this.state = transition(TRANSITIONS, this.state, next);
  }
}
