import { setImmediate as turn } from 'node:timers/promises';

/** How a call was refused. */
export interface Refused {
  readonly how: 'throws' | 'rejects' | 'iterates';
  readonly error: unknown;
}

/** How a call is refused; null: it is not. An iterator is asked for its first item; what `exec` has is executed. */
export async function refusalOf(call: () => unknown): Promise<Refused | null> {
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    return { how: 'throws', error };
  }
  if (typeof result !== 'object' || result === null) return null;
  if ('exec' in result && typeof result.exec === 'function') result = (result.exec as () => unknown)();
  if (isIterator(result)) {
    try {
      await result.next();
    } catch (error) {
      // A rejection that nobody handled would be reported by then.
      await turn();
      return { how: 'iterates', error };
    }
    await result.return?.();
    return null;
  }
  try {
    await result;
    return null;
  } catch (error) {
    return { how: 'rejects', error };
  }
}

function isIterator(result: unknown): result is AsyncIterator<unknown> {
  return typeof result === 'object' && result !== null && Symbol.asyncIterator in result && 'next' in result;
}
