/** Counts what happens, and the longest time between two times. */
export class Pulse {
  count = 0;
  longestMs = 0;
  #last = performance.now();
  #runs = true;

  beat(): void {
    this.count++;
    if (!this.#runs) return;
    const now = performance.now();
    this.longestMs = Math.max(this.longestMs, now - this.#last);
    this.#last = now;
  }

  /** What follows has another pace. */
  stop(): void {
    this.#runs = false;
  }
}

/** How often each message of an error came, whatever address or time it names. */
export class Messages {
  readonly counts: Record<string, number> = {};

  add(error: unknown): void {
    const text = String(error instanceof Error ? error.message : error).replace(/\d+\.\d+\.\d+\.\d+:\d+|\b\d{4,5}\b/g, 'ADDRESS');
    this.counts[text] = (this.counts[text] ?? 0) + 1;
  }
}
