import { DeadlineQueue } from '../../connection/deadline-queue.js';
import { timeoutError, timeSpent } from '../../connection/deadlines.js';
import type { SlotwiseError, TimeoutError } from '../../errors.js';
import type { Call } from '../../protocol/call.js';
import { type BackoffLimits, backoffMs } from '../../util/backoff.js';
import { clock } from '../../util/clock.js';

/** Line of the calls that wait for a dedicated connection, in the order in which they were issued, each until its deadline. */
export class CallLine {
  /** Why they wait, as far as it is known. */
  cause: SlotwiseError | null = null;
  readonly #timeoutOf = (call: Call): TimeoutError => {
    if (this.cause !== null) call.remember(this.cause);
    return timeoutError(call, `its dedicated connection could not be had${timeSpent(call, {})}`);
  };
  #waiting = new DeadlineQueue(this.#timeoutOf);
  /** Calls that come back, from the one that was lost. */
  #returned: Call[] = [];
  /** Nothing leaves before this moment, on the clock in ms. */
  #pausedUntil = 0;

  /** Connections that were left in a row, each for a refusal, and none of which answered anything else. */
  #moves = 0;

  /** `orderOf`: the place of a call among all. */
  constructor(private readonly orderOf: (call: Call) => number) {}

  get length(): number {
    return this.#waiting.length + this.#returned.length;
  }

  add(call: Call): void {
    this.#waiting.push(call, clock.now());
  }

  /** A call comes back, for another attempt: it goes before all that were issued after it. */
  return(call: Call): void {
    this.#returned.push(call);
  }

  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, clock.now() + ms);
  }

  /** The connection is left for one to the primary of now, at once. Where that leads to such a node again, calls wait by this backoff. */
  move(backoff: BackoffLimits): void {
    if (this.#moves++ > 0) this.pause(backoffMs(this.#moves - 2, backoff));
  }

  /** A connection has answered what was asked: it is the right one. */
  answered(): void {
    this.#moves = 0;
  }

  get isPaused(): boolean {
    return this.pausedMs > 0;
  }

  get pausedMs(): number {
    return Math.max(0, this.#pausedUntil - clock.now());
  }

  /** The next one that is not settled; null: there is none, or none may leave. */
  shift(): Call | null {
    if (this.isPaused) return null;
    this.#sort();
    return this.#waiting.shift();
  }

  /** All that are not settled, in order. */
  takeAll(): readonly Call[] {
    this.#sort();
    return this.#waiting.takeAll();
  }

  tick(now: number): void {
    this.#sort();
    this.#waiting.tick(now);
  }

  #sort(): void {
    if (this.#returned.length === 0) return;
    const calls = [...this.#returned, ...this.#waiting.takeAll()].sort((a, b) => this.orderOf(a) - this.orderOf(b));
    this.#returned = [];
    const now = clock.now();
    this.#waiting = new DeadlineQueue(this.#timeoutOf);
    for (const call of calls) this.#waiting.push(call, now);
  }
}
