import { reportListenerError } from '../diagnostics.js';
import { callAside } from '../util/user-function.js';

/** Takes what a user's function returned. What it throws ends the run; nobody waits for a promise, whose rejection becomes a warning. */
export function tell(name: string, result: unknown): void {
  callAside(
    () => result,
    (error) => reportListenerError(name, error),
  );
}
