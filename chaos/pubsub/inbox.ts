import { nowMs, sinceEpochOffset } from '../now.js';
import type { Gap } from './clients.js';
import type { Received } from './messages.js';

/** Growing list of numbers, outside the heap. */
export class Growing {
  #values = new Float64Array(1_024);
  length = 0;

  push(value: number): number {
    if (this.length === this.#values.length) {
      const grown = new Float64Array(this.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length] = value;
    return this.length++;
  }

  set(at: number, value: number): void {
    this.#values[at] = value;
  }

  get values(): Float64Array {
    return this.#values.slice(0, this.length);
  }
}

/** Inbox of one channel: the messages that came, and the gaps that were reported. */
export class Inbox {
  readonly #numbers = new Growing();
  readonly #at = new Growing();
  readonly gaps: { since: number; until: number }[] = [];

  take(message: string): void {
    this.#numbers.push(Number(message));
    this.#at.push(nowMs());
  }

  /** Adds a gap, which clients report on the clock of `Date.now()`. */
  tell({ sinceMs, untilMs }: Gap): void {
    const offset = sinceEpochOffset();
    this.gaps.push({ since: sinceMs + offset, until: untilMs + offset });
  }

  get received(): Received {
    return { numbers: Int32Array.from(this.#numbers.values), at: this.#at.values, gaps: this.gaps };
  }
}
