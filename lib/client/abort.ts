import { AbortError, type Executed } from '../errors.js';
import type { Call } from '../protocol/command.js';

/** The calls that wait under a signal share one listener: with one of its own for each Node warns of a leak at eleven. */
class Watch {
  readonly #calls = new Set<Call>();

  constructor(private readonly signal: AbortSignal) {}

  add(call: Call): void {
    if (this.#calls.size === 0) this.signal.addEventListener('abort', this.#abort);
    this.#calls.add(call);
  }

  delete(call: Call): void {
    this.#calls.delete(call);
    if (this.#calls.size === 0) this.signal.removeEventListener('abort', this.#abort);
  }

  readonly #abort = (): void => {
    for (const call of [...this.#calls]) abort(call, this.signal);
  };
}

const watches = new WeakMap<AbortSignal, Watch>();

/** Rejects the call when the signal fires, and leaves no listener behind when it settles. False if the signal has fired already. */
export function attachSignal(call: Call, signal: AbortSignal): boolean {
  if (signal.aborted) {
    abort(call, signal);
    return false;
  }
  const watch = watches.get(signal) ?? new Watch(signal);
  watches.set(signal, watch);
  watch.add(call);
  const { resolve, reject } = call;
  call.resolve = (value) => {
    watch.delete(call);
    resolve(value);
  };
  call.reject = (error) => {
    watch.delete(call);
    reject(error);
  };
  return true;
}

function abort(call: Call, signal: AbortSignal): void {
  const { name } = call.spec;
  const why = (executed: Executed): AbortError => new AbortError(`${name} was aborted`, { command: name, executed, cause: signal.reason });
  const giveUp = call.detour?.exclusive?.giveUp;
  if (giveUp) giveUp(why);
  else call.fail(why(call.executed));
}
