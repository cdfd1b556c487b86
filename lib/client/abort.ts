import { AbortError, type Executed, withoutStack } from '../errors.js';
import type { Call } from '../protocol/call.js';
import { callAside } from '../util/user-function.js';

const ignore = (): void => {};

/** What may end the calls of a view before their outcome: a signal, the life of a duplicate. */
export interface CallWatch {
  /** Watches over a call until it settles. False: it has been rejected at once. */
  attach(call: Call): boolean;
}

type Watcher = Call | (() => void);

/** Watch of one signal: all that waits under it shares one listener. With a listener for each, Node warns of a leak at eleven. */
class Watch {
  readonly #watchers = new Set<Watcher>();

  constructor(private readonly signal: AbortSignal) {}

  add(watcher: Watcher): void {
    if (this.#watchers.size === 0) this.signal.addEventListener('abort', this.#abort);
    this.#watchers.add(watcher);
  }

  delete(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    // Called where a reply is settled, which must not fail with a signal that is not Node's.
    if (this.#watchers.size === 0) callAside(() => this.signal.removeEventListener('abort', this.#abort), ignore);
  }

  readonly #abort = (): void => {
    for (const watcher of [...this.#watchers]) {
      if (typeof watcher === 'function') watcher();
      else abort(watcher, this.signal);
    }
  };
}

const watches = new WeakMap<AbortSignal, Watch>();

function watchOf(signal: AbortSignal): Watch {
  const watch = watches.get(signal) ?? new Watch(signal);
  watches.set(signal, watch);
  return watch;
}

/** Calls `run` when the signal fires, which it has not yet. The returned function takes that back. */
export function watchSignal(signal: AbortSignal, run: () => void): () => void {
  const watch = watchOf(signal);
  watch.add(run);
  return () => watch.delete(run);
}

/** The watch of a view whose calls a signal may end. */
export function callWatchOf(signal: AbortSignal): CallWatch {
  return { attach: (call) => attachSignal(call, signal) };
}

/**
 * Rejects the call when the signal fires, until the call settles. False: the signal has fired already, or is none that can be listened to,
 * and the call is rejected.
 */
export function attachSignal(call: Call, signal: AbortSignal): boolean {
  const watch = watchOf(signal);
  try {
    if (signal.aborted) {
      abort(call, signal);
      return false;
    }
    watch.add(call);
  } catch (error) {
    call.fail(error);
    return false;
  }
  const { resolve } = call;
  call.resolve = (outcome) => {
    watch.delete(call);
    resolve(outcome);
  };
  return true;
}

function abort(call: Call, signal: AbortSignal): void {
  const { name } = call.spec;
  const why = (executed: Executed): AbortError =>
    withoutStack(() => new AbortError(`${name} was aborted`, { command: name, executed, cause: signal.reason }));
  const cancel = call.extras?.exclusive?.cancel;
  if (cancel) cancel(why);
  else call.fail(why(call.executed));
}
