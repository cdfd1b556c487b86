import { setTimeout as sleep } from 'node:timers/promises';
import type { Driver } from './driver.js';
import type { ListRead } from './fault.js';
import { nowMs } from './now.js';
import type { Outcome } from './operations.js';

/** Has the client read a whole list, for `limitMs` at most: some try again for ever. */
export async function readList(driver: Driver, key: string, limitMs: number): Promise<ListRead> {
  const begunAt = nowMs();
  const ended = (outcome: Outcome, error: ListRead['error'] = null): ListRead => ({ tookMs: nowMs() - begunAt, outcome, error });
  const read = driver.lrange(key).then(
    () => ended('ok'),
    (reason: unknown) => {
      const { code, message, mayHaveRun } = driver.explain(reason);
      return ended(mayHaveRun ? 'unknown' : 'failed', { code, message });
    },
  );
  const limit = sleep(limitMs, null, { ref: false }).then(() => ended('pending'));
  return Promise.race([read, limit]);
}
