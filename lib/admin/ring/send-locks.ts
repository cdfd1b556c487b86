/**
 * Locks of servers that send keys to each other. One that sends waits for its target, and serves nobody meanwhile: two that sent to each
 * other would wait until the timeout. So nobody sends to a server that sends, and one that is sent to does not send.
 */
export class SendLocks {
  readonly #sending = new Map<string, number>();
  readonly #receiving = new Map<string, number>();
  #waiting: (() => void)[] = [];

  /** Runs `work` once `from` may send to `to`: names of servers. */
  async run<T>(from: string, to: string, work: () => Promise<T>): Promise<T> {
    while (countOf(this.#sending, to) > 0 || countOf(this.#receiving, from) > 0) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    add(this.#sending, from, 1);
    add(this.#receiving, to, 1);
    try {
      return await work();
    } finally {
      add(this.#sending, from, -1);
      add(this.#receiving, to, -1);
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const wake of waiting) wake();
    }
  }
}

function countOf(counts: ReadonlyMap<string, number>, name: string): number {
  return counts.get(name) ?? 0;
}

function add(counts: Map<string, number>, name: string, change: number): void {
  counts.set(name, countOf(counts, name) + change);
}
