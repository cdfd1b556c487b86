import { setTimeout as sleep } from 'node:timers/promises';
import type { Driver } from './driver.js';
import { nowMs } from './now.js';

export interface TransferOptions {
  /** Beginning of the keys. */
  readonly prefix: string;
  /** Size of a value, in bytes. */
  readonly bytes: number;
  /** Values are sent and fetched one after the other until so much time has passed, in ms; each at least once. */
  readonly forMs: number;
}

/** What became of large values that were sent and fetched. */
export interface TransfersReport {
  readonly uploads: number;
  readonly downloads: number;
  readonly failed: number;
  /** Acknowledged, and fetched otherwise. */
  readonly wrong: number;
  /** Transfers that had not settled when the limit had passed. */
  readonly pending: number;
  readonly slowestMs: number;
  readonly messages: readonly string[];
}

const MESSAGES_KEPT = 3;

/** Sends large values, and fetches those sent before meanwhile: one caller who sends, one who fetches. */
class Transfers {
  #uploads = 0;
  #downloads = 0;
  #failed = 0;
  #wrong = 0;
  #open = 0;
  #slowestMs = 0;
  readonly #messages: string[] = [];
  readonly #driver: Driver;
  readonly #options: TransferOptions;

  constructor(driver: Driver, options: TransferOptions) {
    this.#driver = driver;
    this.#options = options;
  }

  async run(): Promise<void> {
    const untilMs = nowMs() + this.#options.forMs;
    let sent: number | null = null;
    for (let n = 0; n < 2 || nowMs() < untilMs; n++) {
      // Asked for first: on a single connection it would else be asked for only when all has been sent.
      const download = sent === null ? null : this.#download(sent);
      const [isSent] = await Promise.all([this.#upload(n), download]);
      // Of a value whose upload failed nobody can say what it is.
      if (isSent) sent = n;
    }
  }

  get report(): TransfersReport {
    return {
      uploads: this.#uploads,
      downloads: this.#downloads,
      failed: this.#failed,
      wrong: this.#wrong,
      pending: this.#open,
      slowestMs: this.#slowestMs,
      messages: this.#messages,
    };
  }

  async #upload(n: number): Promise<boolean> {
    const stored = await this.#timed(() => this.#driver.set(this.#key(n), this.#value(n)));
    if (stored !== null) this.#uploads++;
    return stored !== null;
  }

  async #download(n: number): Promise<void> {
    const fetched = await this.#timed(() => this.#driver.get(this.#key(n)));
    if (fetched === null) return;
    this.#downloads++;
    if (fetched.value !== this.#value(n)) this.#wrong++;
  }

  /** Two keys in turn: what is fetched is not what is being sent. */
  #key(n: number): string {
    return `${this.#options.prefix}${n % 2}`;
  }

  #value(n: number): string {
    return String.fromCharCode(97 + (n % 26)).repeat(this.#options.bytes);
  }

  async #timed(run: () => Promise<unknown>): Promise<{ readonly value: unknown } | null> {
    const begunAt = nowMs();
    this.#open++;
    try {
      return { value: await run() };
    } catch (error) {
      this.#failed++;
      if (this.#messages.length < MESSAGES_KEPT) this.#messages.push(this.#driver.explain(error).message);
      return null;
    } finally {
      this.#open--;
      this.#slowestMs = Math.max(this.#slowestMs, nowMs() - begunAt);
    }
  }
}

/** Has the client send and fetch large values, for `limitMs` at most: some never settle. */
export async function transfer(driver: Driver, options: TransferOptions, limitMs: number): Promise<TransfersReport> {
  const transfers = new Transfers(driver, options);
  await Promise.race([transfers.run(), sleep(limitMs, null, { ref: false })]);
  return transfers.report;
}
