import { SlotwiseError } from '../../errors.js';
import { nameErrors } from '../../util/slotwise-error.js';
import { EXIT } from './exit-code.js';
import type { Process } from './process.js';

/** The user did not want to go on, before anything was done. */
export class StoppedError extends SlotwiseError {
  constructor(message = 'nothing was done') {
    super('ERR_STOPPED', message);
  }
}

nameErrors({ StoppedError });

/**
 * Ctrl-C while a command runs. The first one ends a command that has nothing under way, and asks one that has (`during`) to stop. The second
 * ends the process.
 */
export class Interrupt {
  readonly #controller = new AbortController();
  readonly #end: () => void;
  readonly #exit: () => void;
  #onFirst: (() => void) | null = null;
  #reject: (error: StoppedError) => void = () => undefined;
  /** Rejects with a `StoppedError` when the user stops a command that has nothing under way. */
  readonly stopped: Promise<never>;

  constructor(process: Pick<Process, 'onInterrupt' | 'exit'>) {
    this.stopped = new Promise((_, reject) => {
      this.#reject = reject;
    });
    this.stopped.catch(() => undefined);
    this.#exit = () => process.exit(EXIT.stopped);
    this.#end = process.onInterrupt(() => this.#interrupted());
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Says that something is under way until the result is disposed of: `onFirst` runs at the first Ctrl-C, and `signal` stops it. */
  during(onFirst: () => void): Disposable {
    this.#onFirst = onFirst;
    return {
      [Symbol.dispose]: () => {
        this.#onFirst = null;
      },
    };
  }

  [Symbol.dispose](): void {
    this.#end();
  }

  #interrupted(): void {
    if (this.signal.aborted) {
      this.#exit();
      return;
    }
    this.#controller.abort();
    if (this.#onFirst === null) this.#reject(new StoppedError());
    else this.#onFirst();
  }
}
