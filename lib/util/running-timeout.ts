import { clearInterval, performance, setInterval } from '../runtime/runtime.js';

/** Resolution, in ms. */
const STEP_MS = 20;
/** A step that took longer than this, in ms, stood still: no more of it counts. */
const LONGEST_STEP_MS = 2 * STEP_MS;

/**
 * Timeout in time of a running event loop: what others owe us is not judged by time in which we could not have noticed it. It ends only after
 * a step that was on time, before which the loop has read its sockets.
 */
export class RunningTimeout {
  readonly #timer: NodeJS.Timeout;
  #leftMs: number;
  #lastStep = performance.now();
  #wasLate = false;

  constructor(
    ms: number,
    private readonly ended: () => void,
  ) {
    this.#leftMs = ms;
    this.#timer = setInterval(() => this.#step(), Math.min(STEP_MS, ms));
  }

  #step(): void {
    const now = performance.now();
    const tookMs = now - this.#lastStep;
    this.#lastStep = now;
    this.#leftMs -= Math.min(tookMs, LONGEST_STEP_MS);
    // One only: a loop that stands still again and again must not put the end off for ever.
    const late = tookMs > LONGEST_STEP_MS && !this.#wasLate;
    this.#wasLate = late;
    // Timers may come a fraction of a ms early.
    if (this.#leftMs >= 1 || late) return;
    this.clear();
    this.ended();
  }

  clear(): void {
    clearInterval(this.#timer);
  }
}
