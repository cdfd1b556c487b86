import type { Redis } from '../../lib/index.js';

/** One operation, as its caller saw it. Times are those of `performance.now()`. */
export interface Operation {
  readonly kind: 'INCR' | 'GET';
  readonly key: string;
  readonly issuedAt: number;
  /** Infinity while it waits. */
  settledAt: number;
  /** The reply of an INCR. */
  value: number | null;
  error: unknown;
}

export interface LoadOptions {
  readonly keys: readonly string[];
  /** INCRs a second, and as many GETs. */
  readonly perSecond: number;
}

const TICK_MS = 10;

/** Open-loop load: issues operations at a steady rate whether or not earlier ones were answered, as independent users would. */
export class Load {
  readonly operations: Operation[] = [];
  readonly #redis: Redis;
  readonly #options: LoadOptions;
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #promises: Promise<void>[] = [];

  constructor(redis: Redis, options: LoadOptions) {
    this.#redis = redis;
    this.#options = options;
    this.#timer = setInterval(() => this.#issueDue(), TICK_MS);
  }

  /** Issues no more, and resolves when all that were issued have settled. */
  async stop(): Promise<readonly Operation[]> {
    clearInterval(this.#timer);
    await Promise.all(this.#promises);
    return this.operations;
  }

  #issueDue(): void {
    const { keys, perSecond } = this.#options;
    const due = Math.floor(((performance.now() - this.#startedAt) * perSecond) / 1_000);
    for (let at = this.#promises.length / 2; at < due; at++) {
      const key = keys[at % keys.length] ?? '';
      this.#promises.push(this.#issue('INCR', key), this.#issue('GET', key));
    }
  }

  async #issue(kind: Operation['kind'], key: string): Promise<void> {
    const operation: Operation = {
      kind,
      key,
      issuedAt: performance.now(),
      settledAt: Number.POSITIVE_INFINITY,
      value: null,
      error: undefined,
    };
    this.operations.push(operation);
    try {
      if (kind === 'INCR') operation.value = await this.#redis.incr(key);
      else await this.#redis.get(key);
    } catch (error) {
      operation.error = error;
    }
    operation.settledAt = performance.now();
  }
}
