import { performance } from '../runtime/runtime.js';
import { TICK_MS } from '../util/clock.js';

/** A connection is stalled after this long, or ten round trips if that is longer, without a byte while the server owes replies. */
const STALLED_MS = 100;
const STALLED_ROUND_TRIPS = 10;
/** The same where the server has not been sent all of it yet: the kernel takes the rest in pieces that are far apart on a slow way. */
const STALLED_UPLOAD_MS = 1_000;
/** A connection is stalling after so many round trips without a byte, and not before a whole tick. */
const STALLING_ROUND_TRIPS = 2;
const RTT_WEIGHT = 0.2;

/**
 * Stall detector of a connection, and its round trip. Time without a byte is counted in ticks of the clock: nothing is measured per
 * command, and ticks that our own stalled event loop missed do not count.
 */
export class Liveness {
  /** Smoothed round trip in ms; 0 before the first. */
  rttMs = 0;
  /** Number of replies that came. */
  replies = 0;
  /** Another number after every sign of life of the other side. */
  signsOfLife = 0;
  /** Moment at which the batch was written whose round trip is being measured; 0: none is. */
  #sentAt = 0;
  #receivedAt = 0;
  /** Replies that come before those to that batch. */
  #ahead = 0;
  /** A byte has come, or one has left that had waited, since the last tick. */
  #received = false;
  #uploading = false;
  /** Ticks without a byte while replies are owed. */
  #ticks = 0;

  /**
   * A batch was written, before whose replies `ahead` others come. One batch at a time is measured, so that a busy connection has a sample
   * per round trip.
   */
  sent(ahead: number): void {
    if (this.#sentAt !== 0) return;
    this.#sentAt = performance.now();
    this.#ahead = ahead;
  }

  /** Bytes came. */
  received(): void {
    this.showedLife();
    if (this.#sentAt === 0) return;
    this.#receivedAt = performance.now();
    if (this.#ahead === 0) this.#measured();
  }

  /** Bytes left that had waited. */
  showedLife(): void {
    this.signsOfLife++;
    this.#received = true;
  }

  /** Counts the replies that were in the bytes. */
  answered(replies: number): void {
    this.replies += replies;
    this.#ahead -= replies;
    if (this.#sentAt !== 0 && this.#ahead < 0) this.#measured();
  }

  #measured(): void {
    const rttMs = this.#receivedAt - this.#sentAt;
    this.#sentAt = 0;
    this.rttMs = this.rttMs === 0 ? rttMs : this.rttMs + RTT_WEIGHT * (rttMs - this.rttMs);
  }

  /** Time for which the server may owe replies without a byte, in ms. */
  get limitMs(): number {
    return Math.max(this.#uploading ? STALLED_UPLOAD_MS : STALLED_MS, STALLED_ROUND_TRIPS * this.rttMs);
  }

  /** Time without a byte while the server owes replies, in ms. */
  get silentMs(): number {
    return this.#ticks * TICK_MS;
  }

  /** Whether the server owes replies and no byte has come for a moment, asked between two ticks. */
  get isStalling(): boolean {
    return this.#ticks > 0 && !this.#uploading && this.#ticks * TICK_MS >= STALLING_ROUND_TRIPS * this.rttMs;
  }

  /** Returns whether the connection is stalled. `owing`: the server owes replies. `uploading`: part of what it owes them for is still here. */
  tick(owing: boolean, uploading = false): boolean {
    this.#uploading = uploading;
    this.#ticks = owing && !this.#received ? this.#ticks + 1 : 0;
    this.#received = false;
    return this.#ticks * TICK_MS > this.limitMs;
  }
}
