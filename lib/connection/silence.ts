import { TICK_MS } from '../util/clock.js';

/** A server that says nothing for this long, or for ten round trips if that is longer, while it owes replies, is asked whether it lives. */
const SILENT_MS = 100;
const SILENT_ROUND_TRIPS = 10;
const RTT_WEIGHT = 0.2;

/**
 * How long a connection that owes replies has said nothing, in ticks of the clock: nothing is measured a command, and ticks that our own
 * stalled event loop missed do not count.
 */
export class Silence {
  /** Smoothed round trip in ms; 0 before the first. */
  rttMs = 0;
  #sentAt = 0;
  #heard = false;
  #ticks = 0;

  /** Something was written to a server that owed nothing: the next bytes end a round trip. */
  sent(): void {
    this.#sentAt = performance.now();
  }

  heard(): void {
    this.#heard = true;
    if (this.#sentAt === 0) return;
    const rttMs = performance.now() - this.#sentAt;
    this.#sentAt = 0;
    this.rttMs = this.rttMs === 0 ? rttMs : this.rttMs + RTT_WEIGHT * (rttMs - this.rttMs);
  }

  get limitMs(): number {
    return Math.max(SILENT_MS, SILENT_ROUND_TRIPS * this.rttMs);
  }

  /** True while the silence is longer than it may be. `owing`: replies are outstanding. */
  tick(owing: boolean): boolean {
    this.#ticks = owing && !this.#heard ? this.#ticks + 1 : 0;
    this.#heard = false;
    return this.#ticks * TICK_MS > this.limitMs;
  }
}
