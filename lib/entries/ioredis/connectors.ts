import type { SentinelAddress } from './options/redis-options.js';

/*
 * Classes of ioredis that make its sockets. Programs import them by name, and some derive from them; here the engine connects, so what they
 * would do is never asked for (the option `Connector` is warned of).
 */

/** Base of what makes connections in ioredis. */
export abstract class AbstractConnector {
  protected connecting = false;

  constructor(protected readonly disconnectTimeout = 0) {}

  /** Whether what INFO says of a server is right. */
  check(_info: unknown): boolean {
    return true;
  }

  disconnect(): void {
    this.connecting = false;
  }

  abstract connect(emitter: unknown): Promise<unknown>;
}

/** Sentinels in the order in which they are asked. */
export class SentinelIterator implements Iterator<Partial<SentinelAddress>> {
  #cursor = 0;
  readonly #sentinels: Partial<SentinelAddress>[];

  constructor(sentinels: readonly Partial<SentinelAddress>[]) {
    this.#sentinels = [...sentinels];
  }

  next(): IteratorResult<Partial<SentinelAddress>> {
    const value = this.#sentinels[this.#cursor];
    if (value === undefined) return { done: true, value };
    this.#cursor++;
    return { done: false, value };
  }

  /** Begins again; with the one that was given last, if it is to be the first. */
  reset(moveCurrentEndpointToFirst: boolean): void {
    if (moveCurrentEndpointToFirst && this.#cursor > 1) this.#sentinels.unshift(...this.#sentinels.splice(this.#cursor - 1));
    this.#cursor = 0;
  }

  /** Adds one that is not there; whether it was not. */
  add(sentinel: Partial<SentinelAddress>): boolean {
    if (this.#sentinels.some((one) => keyOf(one) === keyOf(sentinel))) return false;
    this.#sentinels.push(sentinel);
    return true;
  }

  toString(): string {
    return `${JSON.stringify(this.#sentinels)} @${this.#cursor}`;
  }
}

function keyOf({ host = '127.0.0.1', port = 26379 }: Partial<SentinelAddress>): string {
  return `${host}:${port}`;
}

/** What connects by sentinels in ioredis. */
export class SentinelConnector extends AbstractConnector {
  protected readonly sentinelIterator: SentinelIterator;

  constructor(
    protected readonly options: {
      sentinels?: readonly Partial<SentinelAddress>[];
      name?: string;
      role?: string;
      disconnectTimeout?: number;
    },
  ) {
    super(options.disconnectTimeout);
    if (!options.sentinels?.length) throw new Error('Requires at least one sentinel to connect to.');
    if (!options.name) throw new Error('Requires the name of master.');
    this.sentinelIterator = new SentinelIterator(options.sentinels);
  }

  override check({ role }: { role?: string }): boolean {
    return role === undefined || role === (this.options.role ?? 'master');
  }

  connect(): Promise<never> {
    return Promise.reject(new Error('the engine of slotwise connects: use new Redis({ sentinels, name })'));
  }
}
