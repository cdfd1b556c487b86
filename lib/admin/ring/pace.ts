import { performance, sleep } from '../../runtime/runtime.js';

/** Most that is moved a second, of all sources together; null: no bound. */
export interface PaceLimits {
  readonly keysPerSecond: number | null;
  readonly bytesPerSecond: number | null;
}

/** Longest piece of a pause, in ms: so soon a signal to stop is noticed. */
const PIECE_MS = 100;

/** Pace of a move. What is moved is paid for afterwards by a pause, so that a batch of any size may pass. */
export class Pace {
  #freeAtMs = 0;

  constructor(
    private readonly limits: PaceLimits,
    private readonly now: () => number = () => performance.now(),
    private readonly pause: (ms: number) => Promise<void> = sleep,
  ) {}

  /** Waits until as much as this may be moved again, or until it is stopped. */
  async spend(keys: number, bytes: number, isStopped: () => boolean): Promise<void> {
    const costMs = costOf(keys, bytes, this.limits);
    if (costMs === 0) return;
    // Of sources that move side by side each waits behind what the others have spent.
    this.#freeAtMs = Math.max(this.#freeAtMs, this.now()) + costMs;
    const until = this.#freeAtMs;
    for (let left = until - this.now(); left > 0 && !isStopped(); left = until - this.now()) await this.pause(Math.min(left, PIECE_MS));
  }
}

/** Time that so much takes at the bounds, in ms. */
export function costOf(keys: number, bytes: number, { keysPerSecond, bytesPerSecond }: PaceLimits): number {
  return 1_000 * Math.max(keysPerSecond === null ? 0 : keys / keysPerSecond, bytesPerSecond === null ? 0 : bytes / bytesPerSecond);
}
