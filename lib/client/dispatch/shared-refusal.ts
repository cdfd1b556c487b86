import type { CommandSpec } from '../../protocol/command-spec.js';
import { queueMicrotask } from '../../runtime/runtime.js';

/**
 * Error of the last refusal, which the commands of one loop share that are refused for the same reason: an error and its memory take longer
 * than serving a command does, and a program that is refused 100,000 times has other troubles than their identity.
 */
export class SharedRefusal<E extends Error> {
  #error: E | null = null;
  #spec: CommandSpec | null = null;
  #reason: unknown = null;
  #bytes = 0;
  readonly #forget = (): void => {
    this.#error = null;
    this.#reason = null;
  };

  /** The error that `make` makes, or has made for the same command, reason and number of bytes since the caller's loop began. */
  of(spec: CommandSpec, reason: unknown, bytes: number, make: () => E): E {
    if (this.#error !== null && this.#spec === spec && this.#reason === reason && this.#bytes === bytes) return this.#error;
    if (this.#error === null) queueMicrotask(this.#forget);
    this.#error = make();
    this.#spec = spec;
    this.#reason = reason;
    this.#bytes = bytes;
    return this.#error;
  }
}
