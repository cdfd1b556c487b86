/*
 * Functions that users give the library may throw anything, reject, or return what they should not. Whatever they do harms what they were
 * called for and nothing else: their failures are taken here, and never reach the code that called them.
 */

/**
 * Calls a function whose result nobody waits for, a listener for example. `failed` gets what it throws, or what the promise that it returns
 * rejects with.
 */
export function callAside(call: () => unknown, failed: (error: unknown) => void): void {
  try {
    const result = call();
    if (isThenable(result)) result.then(undefined, failed);
  } catch (error) {
    failed(error);
  }
}

/** Takes note of a promise that came where a plain value was expected: nobody waits for it, so its rejection would end the process. */
export function disregard(value: unknown): void {
  callAside(
    () => value,
    () => {},
  );
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Text of what was thrown, which need not be an error: it may have no `toString`, or getters that throw as well. */
export function thrownText(thrown: unknown): string {
  return textBy(() => (thrown instanceof Error ? thrown.message || (thrown as NodeJS.ErrnoException).code || thrown.name : thrown));
}

/** Text of what was thrown, with its stack where it has one. */
export function thrownStack(thrown: unknown): string {
  return textBy(() => (thrown instanceof Error ? (thrown.stack ?? thrown.message) : thrown));
}

/** What was thrown as an error whose message, code and stack can be read: Node reads them where nothing is caught. */
export function asError(thrown: unknown): Error {
  const text = thrownText(thrown);
  return thrown instanceof Error && isReadable(thrown) ? thrown : new Error(text, { cause: thrown });
}

function isReadable(error: NodeJS.ErrnoException): boolean {
  try {
    return typeof error.message === 'string' && error.code !== null && error.stack !== null;
  } catch {
    return false;
  }
}

function textBy(read: () => unknown): string {
  try {
    return String(read());
  } catch {
    return 'something that cannot be shown';
  }
}
