import type { Driver } from './driver.js';
import type { Keys } from './key-space.js';
import { nowMs } from './now.js';
import { Recorder } from './operations.js';

export interface Stall {
  readonly at: number;
  readonly ms: number;
}

export interface LoadOptions {
  /** INCRs a second, and as many GETs. */
  readonly rate: number;
  readonly keys: Keys;
}

const TICK_MS = 1;
/** Longest turn of the event loop that is not recorded as a stall, in ms. */
const STALL_MS = 10;
/** Age of the counters that are read, in ms. */
const READ_BACK_MS = 100;

/** Open-loop load: issues operations at a steady rate whether or not earlier ones were answered, as independent users would. */
export class Load {
  readonly writes = new Recorder();
  readonly reads = new Recorder();
  /** Stalls of the process, in ms: what was due meanwhile is issued at once, and nothing that had come is read before. */
  readonly stalls: Stall[] = [];
  #tickedAt = nowMs();
  readonly #driver: Driver;
  readonly #options: LoadOptions;
  readonly #startedAt = nowMs();
  readonly #timer: NodeJS.Timeout;
  #open = 0;
  #whenQuiet: (() => void) | null = null;

  constructor(driver: Driver, options: LoadOptions) {
    this.#driver = driver;
    this.#options = options;
    this.#timer = setInterval(() => this.#issueDue(), TICK_MS);
  }

  /** Issues no more, and resolves when all that were issued have settled, or the limit has passed. */
  async stop(limitMs: number): Promise<void> {
    clearInterval(this.#timer);
    if (this.#open === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenQuiet = resolve;
      setTimeout(resolve, limitMs).unref();
    });
  }

  #issueDue(): void {
    const { rate, keys } = this.#options;
    const now = nowMs();
    if (now - this.#tickedAt > STALL_MS) this.stalls.push({ at: now, ms: now - this.#tickedAt });
    this.#tickedAt = now;
    const due = Math.floor(((now - this.#startedAt) * rate) / 1_000);
    const behind = Math.ceil((READ_BACK_MS * rate) / 1_000);
    while (this.writes.length < due) {
      const n = this.writes.length;
      this.#issue(this.writes, () => this.#driver.incr(keys.key(keys.counterOf(n))));
      this.#issue(this.reads, () => this.#driver.get(keys.key(keys.counterOf(Math.max(0, n - behind)))));
    }
  }

  #issue(recorder: Recorder, run: () => Promise<unknown>): void {
    const n = recorder.issued();
    this.#open++;
    // A client may also throw.
    let reply: Promise<unknown>;
    try {
      reply = run();
    } catch (error) {
      reply = Promise.reject(error);
    }
    reply.then(
      () => {
        recorder.succeeded(n);
        this.#settled();
      },
      (error: unknown) => {
        const { code, message, mayHaveRun } = this.#driver.explain(error);
        recorder.failed(n, code, message, mayHaveRun);
        this.#settled();
      },
    );
  }

  #settled(): void {
    if (--this.#open === 0) this.#whenQuiet?.();
  }
}
