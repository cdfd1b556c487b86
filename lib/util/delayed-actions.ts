import { clearTimeout, setTimeout } from '../runtime/runtime.js';

/** Actions that are due later, each once. They do not keep the process alive. */
export class DelayedActions {
  readonly #timers = new Set<NodeJS.Timeout>();

  add(ms: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    timer.unref();
    this.#timers.add(timer);
  }

  /** Forgets those that are not done yet. */
  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
