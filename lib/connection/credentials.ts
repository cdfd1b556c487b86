import { ConnectError, SlotwiseError } from '../errors.js';
import type { CredentialSource, Credentials } from '../options/access.js';
import { suggest } from '../options/suggestion.js';
import { clearTimeout, setTimeout } from '../runtime/runtime.js';
import { typeText } from '../util/type-text.js';
import { thrownText } from '../util/user-function.js';

/**
 * The credentials of now. Rejects with a `ConnectError` where the user's function fails, gives something else, or takes longer than
 * `timeoutMs`; 0: the caller has a limit of its own.
 */
export async function askForCredentials(source: CredentialSource | null, timeoutMs = 0): Promise<Credentials> {
  try {
    const given = typeof source === 'function' ? source() : source;
    return validCredentials(await (timeoutMs === 0 ? given : within(timeoutMs, given)));
  } catch (error) {
    if (error instanceof SlotwiseError) throw error;
    throw new ConnectError(`credentials could not be had: ${thrownText(error)}`, { cause: error });
  }
}

/** Rejects when the promise has not settled in time. */
function within<T>(timeoutMs: number, promise: T | PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the function has not answered in ${timeoutMs} ms`)), timeoutMs);
    Promise.resolve(promise)
      .finally(() => clearTimeout(timer))
      .then(resolve, reject);
  });
}

const FIELDS: readonly (keyof Credentials & string)[] = ['username', 'password', 'expiresInMs'];

/** Checks what the user's function gave. Returns a copy: its own fields might throw where they are used, or change. */
function validCredentials(given: Credentials | null): Credentials {
  const isText = (value: unknown): boolean => value === undefined || typeof value === 'string';
  const fields: Partial<Credentials> = typeof given === 'object' && given !== null ? given : {};
  // A token may have more fields; one that is nearly ours is a mistake, and `user` alone would log in as the default user.
  for (const name of Object.keys(fields)) {
    const meant = FIELDS.some((field) => field === name) ? '' : suggest(name, FIELDS);
    if (meant.startsWith('did you mean')) throw new TypeError(`credentials() gave ${name}; ${meant}`);
  }
  const { username, password, expiresInMs } = fields;
  if (typeof password !== 'string' || !isText(username)) {
    throw new TypeError(`expected { username?, password, expiresInMs? } from credentials(), got ${typeText(given)}`);
  }
  if (expiresInMs !== undefined && !(expiresInMs > 0)) {
    const got = typeof expiresInMs === 'number' ? expiresInMs : typeText(expiresInMs);
    throw new TypeError(`expected a positive expiresInMs from credentials(), got ${got}`);
  }
  return { password, ...(username === undefined ? {} : { username }), ...(expiresInMs === undefined ? {} : { expiresInMs }) };
}
