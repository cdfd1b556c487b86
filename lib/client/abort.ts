import { AbortError } from '../errors.js';
import type { Call } from '../protocol/command.js';

/** Rejects the call when the signal fires, and leaves no listener behind when it settles. False if the signal has fired already. */
export function attachSignal(call: Call, signal: AbortSignal): boolean {
  const abort = (): void => {
    call.fail(new AbortError(`${call.spec.name} was aborted`, { command: call.spec.name, executed: call.executed, cause: signal.reason }));
  };
  if (signal.aborted) {
    abort();
    return false;
  }
  signal.addEventListener('abort', abort, { once: true });
  const { resolve, reject } = call;
  const detach = (): void => signal.removeEventListener('abort', abort);
  call.resolve = (value) => {
    detach();
    resolve(value);
  };
  call.reject = (error) => {
    detach();
    reject(error);
  };
  return true;
}
