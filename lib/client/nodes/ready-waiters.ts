/** The callers of `connect()` that wait. */
export class ReadyWaiters {
  readonly #waiters = new Set<{ readonly resolve: () => void; readonly reject: (error: unknown) => void }>();

  get waiting(): boolean {
    return this.#waiters.size > 0;
  }

  /** Settles with `resolve` or `reject`, or rejects with `why()` after `timeoutMs` (0: never). */
  wait(timeoutMs: number, why: () => unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      const waiter = {
        resolve: () => {
          end();
          resolve();
        },
        reject: (error: unknown) => {
          end();
          reject(error);
        },
      };
      const timer = timeoutMs === 0 ? undefined : setTimeout(() => waiter.reject(why()), timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  resolve(): void {
    for (const { resolve } of [...this.#waiters]) resolve();
  }

  reject(error: unknown): void {
    for (const { reject } of [...this.#waiters]) reject(error);
  }
}
