import { setTimeout } from '../../runtime/runtime.js';
import type { Untyped } from './untyped.js';

/** Callback of a command. */
export type Callback<T = Untyped> = (err?: Error | null, result?: T) => void;

/** Calls back when the promise settles, which then counts as handled; gives the promise. */
export function nodeify<T>(promise: Promise<T>, callback: Callback<T> | undefined): Promise<T> {
  if (typeof callback === 'function') {
    promise.then(
      (value) => callAlone(() => callback(null, value)),
      (error: Error) => callAlone(() => callback(error)),
    );
  }
  return promise;
}

/** Calls a user's function; what it throws ends the process as it would anywhere, and disturbs nothing of ours. */
function callAlone(call: () => void): void {
  try {
    call();
  } catch (error) {
    setTimeout(() => {
      throw error;
    }, 0);
  }
}

/** The callback at the end of the arguments, taken away from them. */
export function takeCallback(args: unknown[]): Callback | undefined {
  return typeof args[args.length - 1] === 'function' ? (args.pop() as Callback) : undefined;
}
