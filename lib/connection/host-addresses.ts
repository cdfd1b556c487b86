import { performance } from '../runtime/runtime.js';
import type { LookupAddress, LookupFunction } from '../runtime/sockets.js';

/** Number of addresses that are kept in mind. */
const MAX_FAILED = 1_000;

/**
 * Memory of the addresses at which attempts to connect came to nothing: of several addresses of one name, those are tried last. Node goes to
 * the next address where one does not take a connection; it does not know of one that takes it and then says nothing.
 */
export class FailedAddresses {
  /** When each failed, the latest last. */
  readonly #failedAt = new Map<string, number>();

  failed(address: string, port: number): void {
    const key = `${address} ${port}`;
    this.#failedAt.delete(key);
    this.#failedAt.set(key, performance.now());
    const [oldest] = this.#failedAt.keys();
    if (this.#failedAt.size > MAX_FAILED && oldest !== undefined) this.#failedAt.delete(oldest);
  }

  succeeded(address: string, port: number): void {
    this.#failedAt.delete(`${address} ${port}`);
  }

  /** The addresses in the order of the resolver, those that failed last, the longest ago first. */
  sort(addresses: readonly LookupAddress[], port: number): LookupAddress[] {
    const at = ({ address }: LookupAddress): number => this.#failedAt.get(`${address} ${port}`) ?? Number.NEGATIVE_INFINITY;
    return [...addresses].sort((a, b) => (at(a) === at(b) ? 0 : at(a) - at(b)));
  }

  /** For the tests of this library. */
  clear(): void {
    this.#failedAt.clear();
  }
}

/** One for the process: all connections to a name find out the same. */
export const failedAddresses = new FailedAddresses();

/** Address of one attempt to connect to a host name. */
export class HostAddress {
  /** The address that the attempt has come to, or begins with; null: the name is not resolved. */
  #current: string | null = null;

  constructor(
    private readonly port: number,
    private readonly memory = failedAddresses,
  ) {}

  /** For `connect`: finds the addresses by `resolve`. https://nodejs.org/api/net.html#socketconnectoptions-connectlistener */
  lookupBy(resolve: LookupFunction): LookupFunction {
    return (name, options, callback) => {
      resolve(name, { ...options, all: true }, (error, found) => {
        const sorted = error === null && Array.isArray(found) ? this.memory.sort(found, this.port) : [];
        const [first] = sorted;
        if (first === undefined) {
          callback(error, found);
          return;
        }
        this.#current = first.address;
        if (options.all === true) callback(null, sorted);
        else callback(null, first.address, first.family);
      });
    };
  }

  connected(address: string | undefined): void {
    this.#current = address ?? this.#current;
  }

  /** The attempt is over. */
  ended(isReady: boolean): void {
    if (this.#current === null) return;
    if (isReady) this.memory.succeeded(this.#current, this.port);
    else this.memory.failed(this.#current, this.port);
  }
}
