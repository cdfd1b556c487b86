import { NoNodeError, type SlotwiseError } from '../../errors.js';
import type { Router } from '../../routing/router.js';
import { clearTimeout, setTimeout } from '../../runtime/runtime.js';
import type { NodeRegistry } from './node-registry.js';

/** What decides whether a client is ready. */
export interface Readiness {
  /** Router of the current snapshot; null before the first. */
  readonly router: Router | null;
  readonly topologyError: SlotwiseError | null;
  /** Every part of the topology was reached or has failed once. */
  readonly isSettled: boolean;
  readonly nodes: NodeRegistry;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Calls of `connect()` that wait until the client is ready: the topology is known and a connection to a primary is ready, and each primary
 * that can be reached has `pool.minExclusive` connections; of a ring every member was reached or has failed once. Once `connect()` was called, primaries that come later are given them too.
 */
export class ReadyWaiters {
  readonly #readiness: Readiness;
  readonly #becameReady: () => void;
  readonly #waiters = new Set<Waiter>();
  #wasReady = false;
  #isKeptWarm = false;
  /** Counts the primaries that were opened, so that each attempt takes another one. */
  #opened = 0;

  /** `becameReady`: called once, the first time. */
  constructor(readiness: Readiness, becameReady: () => void) {
    this.#readiness = readiness;
    this.#becameReady = becameReady;
  }

  /** Resolves when the client is ready. Rejects after `timeoutMs` (0: never), or with what `reject` is given. */
  connect(timeoutMs: number): Promise<void> {
    this.#isKeptWarm = true;
    const ready = new Promise<void>((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        resolve: () => {
          end();
          resolve();
        },
        reject: (error) => {
          end();
          reject(error);
        },
      };
      const timer = timeoutMs === 0 ? undefined : setTimeout(() => waiter.reject(this.#whyNot(timeoutMs)), timeoutMs);
      this.#waiters.add(waiter);
    });
    this.check();
    return ready;
  }

  /** Resolves the waiters if a primary is ready, else opens one for them. */
  check(): void {
    const { router } = this.#readiness;
    if (router === null || (this.#wasReady && !this.#isKeptWarm)) return;
    const primaries = router.snapshot.shards.flatMap((_, shard) => router.primaryOf(shard) ?? []);
    if (this.#wasReady) for (const primary of primaries) primary.exclusive.warmUp();
    if (!this.#readiness.isSettled || !primaries.some(({ ready }) => ready)) {
      this.openPrimary();
      return;
    }
    if (!this.#wasReady) {
      this.#wasReady = true;
      this.#becameReady();
      if (this.#isKeptWarm) for (const primary of primaries) primary.exclusive.warmUp();
    }
    if (!primaries.every(({ exclusive }) => exclusive.isWarm)) return;
    for (const { resolve } of [...this.#waiters]) resolve();
  }

  /**
   * Opens one primary for the waiters, of a ring all. One is enough to know that commands can be served; the others open with their first
   * command.
   */
  openPrimary(): void {
    const { router } = this.#readiness;
    if (router === null || this.#waiters.size === 0) return;
    const primaries = router.snapshot.shards
      .flatMap((_, shard) => router.primaryOf(shard) ?? [])
      .filter((node) => node.unreachableReason === null);
    if (router.snapshot.kind === 'ring') for (const primary of primaries) primary.open();
    this.#opened++;
    primaries[this.#opened % primaries.length]?.open();
  }

  reject(error: unknown): void {
    for (const { reject } of [...this.#waiters]) reject(error);
  }

  #whyNot(timeoutMs: number): SlotwiseError {
    const { topologyError, nodes } = this.#readiness;
    const unreachableReason = nodes.all().find((node) => node.unreachableReason !== null)?.unreachableReason;
    return topologyError ?? unreachableReason ?? new NoNodeError(`no primary could be reached in ${timeoutMs} ms`);
  }
}
