import type { Connection, ConnectionConfig } from '../connection/connection.js';
import { clearTimeout, setTimeout } from '../runtime/runtime.js';
import { UnblockConnection } from './unblock-connection.js';

/**
 * Unblock connections of one exclusive pool: the current one, which all blocked calls share, and those of earlier generations as long as
 * calls need them. Each closes when it has been idle for `idleMs`.
 */
export class UnblockConnections {
  readonly #config: ConnectionConfig;
  readonly #idleMs: number;
  readonly #onStalled: () => void;
  #current: UnblockConnection | null = null;
  /** Number of calls that need each connection. */
  readonly #users = new Map<UnblockConnection, number>();
  #idleTimer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(config: ConnectionConfig, idleMs: number, onStalled: () => void) {
    this.#config = config;
    this.#idleMs = idleMs;
    this.#onStalled = onStalled;
  }

  /** Connections that are past their handshake, those of earlier generations included. */
  get ready(): readonly Connection[] {
    return [...this.#users.keys()].flatMap(({ ready }) => ready ?? []);
  }

  /** The current one, for one call more. */
  acquire(): UnblockConnection {
    clearTimeout(this.#idleTimer);
    const unblock = this.#current ?? new UnblockConnection(this.#config, this.#onStalled);
    this.#current = unblock;
    this.#users.set(unblock, (this.#users.get(unblock) ?? 0) + 1);
    return unblock;
  }

  /** A call that had acquired it needs it no longer. */
  release(unblock: UnblockConnection): void {
    const users = (this.#users.get(unblock) ?? 1) - 1;
    this.#users.set(unblock, users);
    if (users > 0) return;
    if (unblock !== this.#current || this.#stopped) this.#close(unblock);
    else this.#idleTimer = setTimeout(() => this.#close(unblock), this.#idleMs).unref();
  }

  /** Every tick of the clock while calls are blocked. */
  tick(): void {
    for (const [unblock, users] of this.#users) if (users > 0) unblock.tick();
  }

  /** A new generation begins: later calls get another connection. */
  clear(): void {
    const unblock = this.#current;
    this.#current = null;
    if (unblock !== null && this.#users.get(unblock) === 0) this.#close(unblock);
  }

  /** Lets each connection close as soon as no call needs it. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#idleTimer);
    for (const [unblock, users] of [...this.#users]) if (users === 0) this.#close(unblock);
  }

  destroy(): void {
    this.stop();
    for (const unblock of [...this.#users.keys()]) this.#close(unblock);
  }

  #close(unblock: UnblockConnection): void {
    this.#users.delete(unblock);
    if (this.#current === unblock) this.#current = null;
    unblock.destroy();
  }
}
