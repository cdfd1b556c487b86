import { setTimeout as sleep } from 'node:timers/promises';
import type { Driver } from './driver.js';
import { nowMs } from './now.js';

export interface BlockedOptions {
  /** How many callers wait for elements of one list. */
  readonly callers: number;
  readonly list: string;
}

/** What became of the elements and of the callers. */
export interface BlockedReport {
  /** Acknowledged pushes. */
  readonly pushed: number;
  readonly delivered: number;
  /** Handed out to two callers. */
  readonly twice: number;
  /** Acknowledged and neither delivered nor still there. */
  readonly missing: number;
  /** Callers told that their call may have popped an element for a reply that never came. */
  readonly unknown: number;
  readonly errors: Readonly<Record<string, number>>;
  /** Callers that were not served when there was an element for each of them. */
  readonly stuck: number;
  /** When elements were delivered, in ms on the clock of `nowMs`. */
  readonly deliveredAt: Float64Array;
}

const PUSH_EVERY_MS = 10;
const END = 'end';
const END_WITHIN_MS = 3_000;

/** Callers blocked in BLPOP on one list, which is pushed to all the time. */
export class BlockedCallers {
  readonly #driver: Driver;
  readonly #options: BlockedOptions;
  readonly #pushed = new Set<string>();
  readonly #delivered = new Map<string, number>();
  readonly #deliveredAt: number[] = [];
  readonly #errors = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #unknown = 0;
  #waiting = 0;
  #next = 0;
  #ended = false;

  constructor(driver: Driver, options: BlockedOptions) {
    this.#driver = driver;
    this.#options = options;
    for (let i = 0; i < options.callers; i++) void this.#call();
    this.#timer = setInterval(() => void this.#push(), PUSH_EVERY_MS);
  }

  async #push(): Promise<void> {
    const element = String(this.#next++);
    try {
      await this.#driver.rpush(this.#options.list, element);
      this.#pushed.add(element);
    } catch (error) {
      this.#count(error);
    }
  }

  async #call(): Promise<void> {
    this.#waiting++;
    for (;;) {
      try {
        const element = await this.#driver.blpop(this.#options.list);
        if (element === null) continue;
        if (element === END) break;
        this.#delivered.set(element, (this.#delivered.get(element) ?? 0) + 1);
        this.#deliveredAt.push(nowMs());
      } catch (error) {
        if (this.#ended) return;
        if (this.#count(error)) this.#unknown++;
        await sleep(1);
      }
    }
    this.#waiting--;
  }

  #count(error: unknown): boolean {
    const { code, mayHaveRun } = this.#driver.explain(error);
    this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
    return mayHaveRun;
  }

  /** Gives every caller a last element, and waits until they have gone. `left`: what is still in the list. */
  async stop(): Promise<BlockedReport> {
    clearInterval(this.#timer);
    await sleep(500);
    const until = nowMs() + END_WITHIN_MS;
    while (this.#waiting > 0 && nowMs() < until) {
      // One that was popped for a reply that never came must not leave a caller waiting.
      await Promise.allSettled(Array.from({ length: this.#waiting }, () => this.#driver.rpush(this.#options.list, END)));
      await sleep(100);
    }
    this.#ended = true;
    const delivered = [...this.#delivered.values()];
    return {
      pushed: this.#pushed.size,
      delivered: delivered.length,
      twice: delivered.filter((times) => times > 1).length,
      missing: [...this.#pushed].filter((element) => !this.#delivered.has(element)).length,
      unknown: this.#unknown,
      errors: Object.fromEntries(this.#errors),
      stuck: this.#waiting,
      deliveredAt: Float64Array.from(this.#deliveredAt),
    };
  }
}
