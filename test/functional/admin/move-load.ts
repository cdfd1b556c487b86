import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionLostError, type Redis, TimeoutError } from '../../../lib/index.js';
import { random } from '../../support/random.js';

/** Keys of a load: values that nobody changes, of which every second one has a time to live, counters, and keys that are deleted. */
export interface LoadKeys {
  readonly values: number;
  readonly counters: number;
  readonly deleted: number;
}

const CALLERS = 8;
/** Times to live: longer than a run, in ms. */
const TTL_MS = 3_600_000;
/** Writes of the preparation that are under way at once. */
const AT_ONCE = 2_000;

/** When a key ends, in ms of `performance.now`: between these. */
interface End {
  readonly least: number;
  readonly most: number;
}

/** Reads and writes beside a move of keys, with a ledger of what must be there. */
export class MoveLoad {
  /** What went wrong, in words. */
  readonly failures: string[] = [];
  reads = 0;
  writes = 0;
  /** Writes that may have been executed, or not. */
  unknown = 0;
  /** How long each read and write took, in ms. */
  readonly latencies: number[] = [];
  readonly #ends = new Map<number, End>();
  /** Executed at least and at most, by counter. */
  readonly #counts: { least: number; most: number }[];
  readonly #dead = new Set<number>();
  readonly #chance = random(7);
  #running = true;
  #callers: Promise<void>[] = [];

  /** `clients`: find the keys of both places, and take turns: what one of them has fetched another one changes. */
  constructor(
    private readonly clients: readonly Redis[],
    private readonly keys: LoadKeys,
  ) {
    this.#counts = Array.from({ length: keys.counters }, () => ({ least: 0, most: 0 }));
  }

  /** Writes the keys by a client of the old place. */
  async fill(redis: Redis): Promise<void> {
    const { values, counters, deleted } = this.keys;
    await inTurn(values, async (index) => {
      const PX = TTL_MS + index * 10;
      const before = performance.now();
      await redis.set(`value:${index}`, textOf(index), index % 2 === 0 ? {} : { PX });
      if (index % 2 === 1) this.#ends.set(index, { least: before + PX, most: performance.now() + PX });
    });
    await inTurn(counters, (index) => redis.set(`counter:${index}`, 0));
    await inTurn(deleted, (index) => redis.set(`deleted:${index}`, 'not yet'));
  }

  start(): void {
    const readers = Array.from({ length: CALLERS }, () => this.#read());
    const writers = Array.from({ length: CALLERS }, (_, own) => this.#count(own));
    this.#callers = [...readers, ...writers, this.#delete()];
  }

  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#callers);
  }

  /** Looks for everything by a client of the new place alone. Resolves with the largest difference of a time to live, in ms. */
  async verify(redis: Redis): Promise<number> {
    let largest = 0;
    await inTurn(this.keys.values, async (index) => {
      const key = `value:${index}`;
      const [value, ttl, at] = await Promise.all([redis.get(key), redis.pttl(key), performance.now()]);
      if (value !== textOf(index)) this.#failed(`${key} is ${value}`);
      const end = this.#ends.get(index);
      if (end === undefined) {
        if (ttl !== -1) this.#failed(`${key} ends in ${ttl} ms`);
        return;
      }
      const now = performance.now();
      const difference = Math.max(0, at + ttl - end.most, end.least - (now + ttl));
      largest = Math.max(largest, difference);
      if (ttl < 0 || difference > 1_000) this.#failed(`${key} ends ${difference} ms beside its time (${ttl})`);
    });
    for (const [index, { least, most }] of this.#counts.entries()) {
      const count = Number(await redis.get(`counter:${index}`));
      if (!(count >= least && count <= most)) this.#failed(`counter:${index} is ${count}, not ${least} to ${most}`);
    }
    for (const index of this.#dead) if ((await redis.get(`deleted:${index}`)) !== null) this.#failed(`deleted:${index} is there again`);
    return largest;
  }

  get #redis(): Redis {
    // One of them, which there is.
    return this.clients[this.latencies.length % this.clients.length] as Redis;
  }

  async #read(): Promise<void> {
    while (this.#running) {
      const index = this.#chance(this.keys.values);
      await this.#try('a read', async () => {
        const value = await this.#redis.get(`value:${index}`);
        this.reads++;
        if (value !== textOf(index)) this.#failed(`value:${index} was read as ${value}`);
      });
    }
  }

  /** Counts with counters of its own, so that each count is known. */
  async #count(own: number): Promise<void> {
    while (this.#running) {
      const index = this.#chance(Math.floor(this.keys.counters / CALLERS)) * CALLERS + own;
      const count = this.#counts[index] ?? { least: 0, most: 0 };
      count.most++;
      const done = await this.#try(`counter:${index}`, async () => {
        const value = await this.#redis.incr(`counter:${index}`);
        this.writes++;
        count.least++;
        if (value < count.least || value > count.most) this.#failed(`counter:${index} said ${value}, not ${count.least} to ${count.most}`);
      });
      if (done === 'not run') count.most--;
    }
  }

  /** Deletes keys, which must not come back. */
  async #delete(): Promise<void> {
    for (let index = 0; index < this.keys.deleted && this.#running; index++) {
      const key = `deleted:${index}`;
      const done = await this.#try(key, async () => {
        if ((await this.#redis.del(key)) !== 1) this.#failed(`${key} was not there`);
        this.writes++;
        if ((await this.#redis.get(key)) !== null) this.#failed(`${key} was there after it was deleted`);
      });
      if (done === 'done') this.#dead.add(index);
    }
  }

  async #try(what: string, call: () => Promise<void>): Promise<'done' | 'unknown' | 'not run'> {
    const sinceMs = performance.now();
    try {
      await call();
      return 'done';
    } catch (error) {
      const isUnknown = (error instanceof ConnectionLostError || error instanceof TimeoutError) && error.executed === 'unknown';
      if (isUnknown) this.unknown++;
      else this.#failed(`${what}: ${String(error)}`);
      // Callers that are refused at once would keep everybody else from running.
      await sleep(5);
      return isUnknown ? 'unknown' : 'not run';
    } finally {
      this.latencies.push(performance.now() - sinceMs);
    }
  }

  #failed(text: string): void {
    if (this.failures.length < 100) this.failures.push(text);
  }
}

function textOf(index: number): string {
  return `value ${index} ${'x'.repeat(60)}`;
}

async function inTurn(count: number, call: (index: number) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < count; at += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, index) => call(at + index)));
  }
}
