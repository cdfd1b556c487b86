import { clearTimeout, setTimeout } from '../../runtime/runtime.js';

/** Timer of the option `pingInterval`: the next ping goes out so long after the last one was answered. */
export class PingTimer {
  #timer: ReturnType<typeof setTimeout> | null = null;
  #running = false;

  /** `intervalMs` 0: never. */
  constructor(
    readonly intervalMs: number,
    readonly ping: () => Promise<void>,
  ) {}

  start(): void {
    if (this.intervalMs <= 0 || this.#running) return;
    this.#running = true;
    this.#wait();
  }

  stop(): void {
    this.#running = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #wait(): void {
    this.#timer = setTimeout(() => void this.#turn(), this.intervalMs);
  }

  async #turn(): Promise<void> {
    await this.ping();
    if (this.#running) this.#wait();
  }
}
