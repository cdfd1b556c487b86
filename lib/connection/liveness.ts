import { TICK_MS } from '../util/clock.js';

/** A server that says nothing for this long, or for ten round trips if that is longer, while it owes replies, is asked whether it lives. */
const SILENT_MS = 100;
const SILENT_ROUND_TRIPS = 10;
/** After so many of them it hesitates, and not before a tick without a byte. */
const HESITATES_ROUND_TRIPS = 2;
const RTT_WEIGHT = 0.2;

/**
 * How long a connection that owes replies has said nothing, in ticks of the clock: nothing is measured a command, and ticks that our own
 * stalled event loop missed do not count.
 */
export class Liveness {
  /** Smoothed round trip in ms; 0 before the first. */
  rttMs = 0;
  /** How many replies came. */
  replies = 0;
  /** When the batch was written whose round trip is being measured; 0: none is. */
  #sentAt = 0;
  #heardAt = 0;
  /** Replies that come before those to that batch. */
  #ahead = 0;
  #heard = false;
  #ticks = 0;

  /** A batch was written to a server that owed this many replies. One batch at a time is measured, so a busy connection has a sample a round trip. */
  sent(ahead: number): void {
    if (this.#sentAt !== 0) return;
    this.#sentAt = performance.now();
    this.#ahead = ahead;
  }

  /** Bytes came. */
  heard(): void {
    this.#heard = true;
    if (this.#sentAt === 0) return;
    this.#heardAt = performance.now();
    if (this.#ahead === 0) this.#measured();
  }

  /** So many replies were in them. */
  answered(replies: number): void {
    this.replies += replies;
    this.#ahead -= replies;
    if (this.#sentAt !== 0 && this.#ahead < 0) this.#measured();
  }

  #measured(): void {
    const rttMs = this.#heardAt - this.#sentAt;
    this.#sentAt = 0;
    this.rttMs = this.rttMs === 0 ? rttMs : this.rttMs + RTT_WEIGHT * (rttMs - this.rttMs);
  }

  get limitMs(): number {
    return Math.max(SILENT_MS, SILENT_ROUND_TRIPS * this.rttMs);
  }

  /** Between two ticks: it owes replies and has said nothing for a moment. */
  get isStalling(): boolean {
    return this.#ticks > 0 && this.#ticks * TICK_MS >= HESITATES_ROUND_TRIPS * this.rttMs;
  }

  /** True while the silence is longer than it may be. `owing`: replies are outstanding. */
  tick(owing: boolean): boolean {
    this.#ticks = owing && !this.#heard ? this.#ticks + 1 : 0;
    this.#heard = false;
    return this.#ticks * TICK_MS > this.limitMs;
  }
}
