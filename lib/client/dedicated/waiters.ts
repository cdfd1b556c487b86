import { type SlotwiseError, TimeoutError } from '../../errors.js';
import { clearTimeout, setTimeout } from '../../runtime/runtime.js';

interface Waiter {
  resolve(): void;
  reject(error: SlotwiseError): void;
}

/** Those who wait for one moment, each until its deadline. */
export class Waiters {
  readonly #waiting = new Set<Waiter>();

  /** `timeoutMs`: 0: as long as it takes. `cause`: why it takes so long, as far as it is known. */
  add(timeoutMs: number, cause: () => SlotwiseError | null): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        resolve: () => end(resolve),
        reject: (error) => end(() => reject(error)),
      };
      const late = (): void => {
        const why = cause();
        const text = why === null ? '' : `: ${why.message}`;
        waiter.reject(new TimeoutError(`connect() timed out after ${timeoutMs} ms${text}`, { cause: why ?? undefined }));
      };
      const timer = timeoutMs === 0 ? undefined : setTimeout(late, timeoutMs);
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
        settle();
      };
      this.#waiting.add(waiter);
    });
  }

  resolve(): void {
    for (const waiter of [...this.#waiting]) waiter.resolve();
  }

  reject(error: SlotwiseError): void {
    for (const waiter of [...this.#waiting]) waiter.reject(error);
  }
}
