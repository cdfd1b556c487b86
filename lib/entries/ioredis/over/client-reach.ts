import { type Redis, TimeoutError } from '../../../index.js';

/** Deadline of one question. A client that closes waits for its answer. */
const TURN_MS = 1_000;

/** Resolves when a client that a program made serves commands. */
export async function clientServes(client: Redis, isOver: () => boolean): Promise<void> {
  const asking = client.with({ timeoutMs: TURN_MS });
  while (!isOver()) {
    try {
      await asking.call('PING');
      return;
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
    }
  }
}
