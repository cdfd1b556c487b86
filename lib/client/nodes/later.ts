import { clearTimeout, setTimeout } from '../../runtime/runtime.js';

/** Timers of a client that end with it, and do not keep the process alive. */
export class Later {
  readonly #timers = new Set<NodeJS.Timeout>();

  run(ms: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    timer.unref();
    this.#timers.add(timer);
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
