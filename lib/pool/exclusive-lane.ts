import Denque from 'denque';
import { Connection, type ConnectionConfig, release, timeoutOf } from '../connection/connection.js';
import { ClosedError, ConnectionLostError, type SlotwiseError } from '../errors.js';
import type { Credentials } from '../options.js';
import { type Call, SETTLED } from '../protocol/command.js';
import { clock, type Holder } from '../util/clock.js';

export interface ExclusiveLaneConfig {
  readonly connection: ConnectionConfig;
  readonly max: number;
  /** An unused connection closes after this, in ms. */
  readonly idleMs: number;
}

interface Waiter {
  readonly resolve: (lease: Lease) => void;
  readonly reject: (error: SlotwiseError) => void;
}

/** One connection, lent to one caller. */
export class Lease {
  #released = false;

  constructor(
    readonly connection: Connection,
    private readonly giveBack: (connection: Connection, dirty: boolean) => void,
  ) {}

  /** `dirty`: its state is not that of a fresh connection (in MULTI, WATCHing, subscribed, blocked …): it is closed, never reused. */
  release(dirty: boolean): void {
    if (this.#released) throw new ClosedError('this lease was released before');
    this.#released = true;
    this.giveBack(this.connection, dirty);
  }
}

/** Connections that belong to one caller at a time: idle ones are reused, at most `max` exist, callers beyond wait in order. */
export class ExclusiveLane implements Holder {
  readonly #config: ExclusiveLaneConfig;
  /** Most recently used last; the timer closes each when it has been idle too long. */
  readonly #idle = new Map<Connection, NodeJS.Timeout>();
  readonly #all = new Set<Connection>();
  /** Lent when the credentials changed: they are not reused, because AUTH cannot be sent inside of what the borrower does. */
  readonly #outdated = new WeakSet<Connection>();
  readonly #waiters = new Denque<Waiter>();
  /** Calls that wait for a connection, or block on one. */
  readonly #calls = new Map<Call, Lease | null>();
  #closed: SlotwiseError | null = null;

  constructor(config: ExclusiveLaneConfig) {
    this.#config = config;
  }

  get size(): number {
    return this.#all.size;
  }

  acquire(): Promise<Lease> {
    if (this.#closed !== null) return Promise.reject(this.#closed);
    const connection = [...this.#idle.keys()].at(-1);
    if (connection !== undefined) {
      clearTimeout(this.#idle.get(connection));
      this.#idle.delete(connection);
      return Promise.resolve(this.#lend(connection));
    }
    if (this.#all.size < this.#config.max) return this.#open();
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** Has the idle connections log in again; the others are not reused. Rejects if the server refuses. */
  async reauthenticate(credentials: Credentials): Promise<void> {
    for (const connection of this.#all) if (!this.#idle.has(connection)) this.#outdated.add(connection);
    await Promise.all(
      [...this.#idle.keys()].map(async (connection) => {
        try {
          await connection.reauthenticate(credentials);
        } catch (error) {
          void connection.close();
          throw error;
        }
      }),
    );
  }

  /** Sends a call that may block on a connection of its own. */
  send(call: Call): void {
    this.#calls.set(call, null);
    clock.watch(this);
    this.acquire().then(
      (lease) => this.#start(call, lease),
      (error: SlotwiseError) => {
        if (this.#calls.delete(call)) call.owner.failed(call, { kind: 'unwritten', error });
      },
    );
  }

  #start(call: Call, lease: Lease): void {
    if (this.#calls.get(call) !== null || call.state === SETTLED) {
      lease.release(false);
      return;
    }
    this.#calls.set(call, lease);
    lease.connection.whenIdle = () => {
      lease.connection.whenIdle = null;
      // A redirection may have brought it back here: then it waits for another lease.
      if (this.#calls.get(call) === lease) this.#calls.delete(call);
      lease.release(false);
    };
    lease.connection.send(call);
  }

  /** Who gave up must not keep a connection blocked: an answer that comes later would have nobody to go to. */
  tick(now: number): boolean {
    for (const [call, lease] of this.#calls) {
      if (lease === null && call.isDue(now)) call.fail(timeoutOf(call, undefined));
      if (call.state !== SETTLED && lease?.connection.state !== 'closed') continue;
      this.#calls.delete(call);
      if (lease === null) release(call);
      else lease.connection.destroy(new ConnectionLostError('the caller of a blocking command gave up'));
    }
    return this.#calls.size > 0;
  }

  #open(): Promise<Lease> {
    return new Promise((resolve, reject) => {
      let ready = false;
      const connection = new Connection(this.#config.connection, {
        ready: () => {
          ready = true;
          resolve(this.#lend(connection));
        },
        closed: (_, error) => {
          this.#all.delete(connection);
          clearTimeout(this.#idle.get(connection));
          this.#idle.delete(connection);
          if (!ready) reject(error ?? new ClosedError(`the pool of ${connection.key} is closed`, { node: connection.key }));
          this.#serveNext();
        },
      });
      this.#all.add(connection);
    });
  }

  #lend(connection: Connection): Lease {
    return new Lease(connection, (returned, dirty) => this.#takeBack(returned, dirty));
  }

  #takeBack(connection: Connection, dirty: boolean): void {
    if (connection.state === 'closed') return;
    if (dirty || this.#closed !== null || connection.load > 0 || this.#outdated.has(connection)) {
      connection.destroy(null);
      return;
    }
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve(this.#lend(connection));
      return;
    }
    const timer = setTimeout(() => void connection.close(), this.#config.idleMs);
    timer.unref();
    this.#idle.set(connection, timer);
  }

  /** A place became free. */
  #serveNext(): void {
    if (this.#closed !== null || this.#all.size >= this.#config.max) return;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) this.#open().then(waiter.resolve, waiter.reject);
  }

  close(): Promise<void> {
    const reason = this.#stop(new ClosedError('the pool is closed'));
    for (const connection of [...this.#idle.keys()]) connection.destroy(null);
    return Promise.all([...this.#all].map((connection) => connection.close())).then(() => void reason);
  }

  destroy(error: SlotwiseError): void {
    this.#stop(error);
    for (const connection of [...this.#all]) connection.destroy(error);
  }

  #stop(reason: SlotwiseError): void {
    this.#closed ??= reason;
    for (let waiter = this.#waiters.shift(); waiter !== undefined; waiter = this.#waiters.shift()) waiter.reject(this.#closed);
  }
}
