import { clearInterval, performance, setInterval } from '../runtime/runtime.js';
/** Holder of calls with deadlines. The clock ticks it as long as it holds any. */
export interface Holder {
  /** Rejects the overdue calls. Returns false if no call is left: the clock forgets the holder until `watch` is called again. */
  tick(now: number): boolean;
}

/** Resolution of deadlines, in ms. */
export const TICK_MS = 10;

/** After this long without a turn of the loop that is known of, sockets may hold what nobody has read, in ms. */
const UNREAD_MS = 100;
/** Number of stalls that are remembered. */
const MAX_STALLS = 64;

/**
 * One coarse timer for every deadline of the process: a timer and an object a command would cost more than the command itself.
 * `now` is read once a flush instead of once a command.
 */
export class Clock {
  #now = performance.now();
  #stale = true;
  #timer: NodeJS.Timeout | null = null;
  #lastTick = 0;
  #wasLate = false;
  /** The last moment at which sockets are known to have been read. */
  #polledAt = Number.NEGATIVE_INFINITY;
  /** The last times for which the loop stood still. */
  #stalls: { readonly at: number; readonly ms: number }[] = [];
  readonly #holders = new Set<Holder>();

  /** The time in ms, as of the first call since the last flush or tick. Without ticks nobody would notice that it grows old: it is read. */
  now(): number {
    if (this.#stale || this.#timer === null) {
      this.#stale = false;
      this.#now = performance.now();
    }
    return this.#now;
  }

  /** The deadline `ms` from now, or from a moment before, in whole ms. 0 for 0 ms: no deadline. */
  deadlineIn(ms: number, since = this.now()): number {
    return ms === 0 ? 0 : Math.ceil(since + ms);
  }

  /** Has the next `now()` read the time again. Every flush of a connection ends a batch of commands and calls this. */
  expireNow(): void {
    this.#stale = true;
  }

  /**
   * Whether our own loop may have stood still. A server may have closed a connection meanwhile, and what is written to that before the loop
   * reads its sockets is lost, nobody knows whether before or after it ran.
   */
  get mayHaveStoodStill(): boolean {
    return this.now() - this.#polledAt > UNREAD_MS;
  }

  /** The loop has just read its sockets. */
  polled(): void {
    this.#polledAt = this.now();
  }

  /** Ticks the holder from now on. The timer keeps the process alive: a promise that waits must settle. */
  watch(holder: Holder): void {
    this.#holders.add(holder);
    if (this.#timer !== null) return;
    this.#lastTick = performance.now();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Time for which the loop stood still in this span, as far as it was watched, in ms. */
  stalledMs(since: number, until = Number.POSITIVE_INFINITY): number {
    return this.#stalls.reduce((sum, { at, ms }) => (at > until ? sum : sum + Math.max(0, Math.min(ms, at - since))), 0);
  }

  /** Begins anew, as in a process that has just begun, and forgets its holders. For the tests of this library. */
  restart(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#stale = true;
    this.#lastTick = 0;
    this.#wasLate = false;
    this.#polledAt = Number.NEGATIVE_INFINITY;
    this.#stalls = [];
    this.#holders.clear();
  }

  #tick(): void {
    const now = performance.now();
    // A tick that comes late means that our own loop stood still. Replies may lie in the kernel unread: let one poll phase pass first.
    // One only: a loop that stands still again and again must not put deadlines off for ever.
    const isLate = now - this.#lastTick > 3 * TICK_MS;
    if (isLate) this.#stalls = [...this.#stalls.slice(1 - MAX_STALLS), { at: now, ms: now - this.#lastTick - TICK_MS }];
    const late = !this.#wasLate && isLate;
    this.#wasLate = late;
    this.#lastTick = now;
    this.#now = now;
    if (late) return;
    this.#polledAt = now;
    for (const holder of this.#holders) {
      if (!holder.tick(now)) this.#holders.delete(holder);
    }
    if (this.#holders.size === 0 && this.#timer !== null) {
      clearInterval(this.#timer);
      this.#timer = null;
      this.#stale = true;
    }
  }
}

export const clock = new Clock();
