import assert from 'node:assert/strict';
import { ClosedError, ConnectionLostError, type Redis, TimeoutError } from '../../../lib/index.js';
import { until } from '../../support/wait.js';

/** Writers that count, each its own key, and keep book of what was acknowledged. */
export class AcknowledgedLoad {
  readonly #redis: Redis;
  readonly #loads: Promise<void>[];
  #running = true;
  acknowledged = 0;
  /** Errors of writes that may have been executed. */
  readonly unknown: unknown[] = [];
  /** Everything else that went wrong. */
  readonly failures: unknown[] = [];

  constructor(redis: Redis, writers = 8, prefix = 'load:') {
    this.#redis = redis;
    this.#loads = Array.from({ length: writers }, (_, index) => this.#write(`${prefix}${index}`));
    for (const load of this.#loads) load.catch(() => {}); // `stop` tells it
  }

  /** Resolves when so many more writes were acknowledged. */
  async advance(count: number): Promise<void> {
    const target = this.acknowledged + count;
    await until(async () => this.acknowledged >= target, { timeoutMs: 20_000, what: `${count} more writes are acknowledged` });
  }

  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#loads);
  }

  async #write(key: string): Promise<void> {
    let least = Number((await this.#redis.get(key)) ?? 0);
    while (this.#running) {
      try {
        const value = await this.#redis.incr(key);
        // A count that goes back is a write that was acknowledged and is gone.
        if (value <= least) this.failures.push(`${key}: ${value} after ${least}`);
        least = value;
        this.acknowledged++;
      } catch (error) {
        // The test has failed: no failure may come so fast that nobody hears of it.
        if (error instanceof ClosedError) throw error;
        if (error instanceof ConnectionLostError || error instanceof TimeoutError) this.unknown.push(error);
        else this.failures.push(error);
      }
    }
    const last = Number(await this.#redis.get(key));
    assert.ok(last >= least, `${key}: ${last} in the end, ${least} acknowledged`);
  }
}
