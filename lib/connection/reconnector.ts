import { clearTimeout, performance, setTimeout } from '../runtime/runtime.js';
import { type BackoffLimits, backoffMs } from '../util/backoff.js';
import { type Transitions, transition } from '../util/state-machine.js';

/** A connection that broke no later than this after its handshake, in ms, counts as a failed attempt. */
const SHORT_LIFE_MS = 500;
/** Number of failures in a row after which other addresses are better. A single one may be no more than a connection that was cut. */
const FAILURES_DOWN = 2;
/** Time after the last of these failures for which the address counts as down, in ms. */
const DOWN_MS = 5_000;

export type ReconnectorState = 'idle' | 'open' | 'waiting';

const TRANSITIONS: Transitions<ReconnectorState> = {
  idle: ['open'],
  open: ['open', 'waiting', 'idle'],
  waiting: ['idle'],
};

/**
 * Backoff between the connections to one address. Its user opens the connections, and reports what becomes of them.
 *
 * | state | means | next |
 * |---|---|---|
 * | idle | no connection; one may be opened at any time | open |
 * | open | a connection is open or on its way | open: another takes its place; waiting: it failed; idle: it is not needed |
 * | waiting | the backoff runs | idle: it is over, and `retry` is called, or it is not needed |
 */
export class Reconnector {
  state: ReconnectorState = 'idle';
  #failures = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  /** Moment at which the connection was past its handshake; null before. */
  #readyAt: number | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly limits: BackoffLimits,
    private readonly retry: () => void,
    /** Whether the backoff keeps the process alive. */
    private readonly keepsAlive = true,
  ) {}

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  get isReady(): boolean {
    return this.#readyAt !== null;
  }

  /** Whether the connection has been ready for so long that its end says nothing against the address. */
  get livedLong(): boolean {
    return this.#readyAt !== null && performance.now() - this.#readyAt > SHORT_LIFE_MS;
  }

  /** Whether the address hangs, or failed again and again: where any other will do, another is better. */
  get isDown(): boolean {
    return !this.isReady && this.#failures >= FAILURES_DOWN && performance.now() - this.#failedAt < DOWN_MS;
  }

  opened(): void {
    this.#change('open');
  }

  /** The connection is past its handshake. Of several at a time the first counts. */
  ready(): void {
    this.#readyAt ??= performance.now();
  }

  /** The connection broke, or could not be made. `silent`: the server hangs, which is as bad as several failures. */
  failed(silent = false): void {
    this.#change('waiting');
    const delayMs = backoffMs(this.#failures++, this.limits);
    if (silent) this.#failures = Math.max(this.#failures, FAILURES_DOWN);
    this.#failedAt = performance.now();
    this.#timer = setTimeout(() => this.reopenNow(), delayMs);
    if (!this.keepsAlive) this.#timer.unref();
  }

  /** Ends the backoff: it is over, or the server was reached by other means. */
  reopenNow(): void {
    if (this.state !== 'waiting') return;
    this.#change('idle');
    this.retry();
  }

  /** The connection is not needed any more, and no other in its place. */
  stop(): void {
    if (this.state !== 'idle') this.#change('idle');
  }

  #change(next: ReconnectorState): void {
    clearTimeout(this.#timer);
    this.state = transition(TRANSITIONS, this.state, next);
    if (this.livedLong) this.#failures = 0;
    this.#readyAt = null;
  }
}
