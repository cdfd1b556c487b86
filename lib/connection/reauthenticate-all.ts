import type { Credentials } from '../options/access.js';

export interface Reauthenticating {
  /** Logs in again. Rejects with an `AuthError` if the server refuses. */
  reauthenticate(credentials: Credentials): Promise<void>;
}

/**
 * Has all of them log in again, and calls `refused` for each that was refused. Rejects with the error of the first of those once all have
 * answered.
 */
export async function reauthenticateAll<T extends Reauthenticating>(
  all: readonly T[],
  credentials: Credentials,
  refused?: (one: T, error: unknown) => void,
): Promise<void> {
  const logins = all.map(async (one) => {
    try {
      await one.reauthenticate(credentials);
    } catch (error) {
      refused?.(one, error);
      throw error;
    }
  });
  for (const login of await Promise.allSettled(logins)) if (login.status === 'rejected') throw login.reason;
}
