import type { Call } from './call.js';
import type { OutcomeSink } from './outcome.js';

/**
 * Link between a call and whatever gets its outcome so far. Passes the outcome on: to a sink, or to the call's promise. Subclasses
 * override what they observe, and call `super`. `call.ensureExtras().sink = new Link(call)` puts one in its place.
 */
export abstract class OutcomeLink implements OutcomeSink {
  readonly #next: OutcomeSink | null;

  constructor(protected readonly call: Call) {
    this.#next = call.extras === null ? null : call.extras.sink;
  }

  onSent(node: string): void {
    this.#next?.onSent?.(node);
  }

  onValue(index: number, value: unknown): void {
    if (this.#next === null) this.call.resolve(value);
    else this.#next.onValue(index, value);
  }

  onError(index: number, error: unknown): void {
    if (this.#next === null) this.call.reject(error);
    else this.#next.onError(index, error);
  }
}
