import { ClosedError, ConnectionLostError, NoNodeError, SlotwiseError } from '../../errors.js';
import type { Arg, CommandSpec, Decode } from '../../protocol/command-spec.js';
import { queueMicrotask } from '../../runtime/runtime.js';
import { type Transitions, transition } from '../../util/state-machine.js';
import type { Client } from '../client.js';
import { Emitter } from '../emitter.js';
import type { LifeMember } from '../life.js';
import type { View } from '../view.js';
import { type CallsEngine, type CallsHost, DedicatedCalls } from './dedicated-calls.js';
import { connectionClosed } from './errors.js';
import { DedicatedLink } from './link.js';
import { isFinal, tell } from './tell.js';
import type { ToldState } from './told-state.js';
import { Waiters } from './waiters.js';

/** Events of a dedicated connection. */
export type DedicatedEvents = {
  /** A connection carries commands, the first one or another after a loss; its state has been told again. */
  ready: [connection: { readonly node: string }];
  /** The connection was lost, or could not be had; another attempt follows. */
  reconnecting: [attempt: { readonly node: string | null; readonly error: SlotwiseError }];
  close: [];
};

export type DedicatedState = 'idle' | 'connecting' | 'ready' | 'reconnecting' | 'closing' | 'closed';

const TRANSITIONS: Transitions<DedicatedState> = {
  idle: ['connecting', 'closing', 'closed'],
  connecting: ['ready', 'reconnecting', 'closing', 'closed'],
  ready: ['reconnecting', 'closing', 'closed'],
  reconnecting: ['ready', 'closing', 'closed'],
  closing: ['closed'],
  closed: [],
};

/** What a dedicated connection needs of the client. */
export type DedicatedEngine = CallsEngine & Pick<Client, 'acquire' | 'view'>;

/**
 * Connection that is kept for good: commands go out on it in the order in which they are issued, and its state is theirs. When it is lost
 * another takes its place, to the primary of then, is told the state again, and gets what may be sent (again): see `afterFailure`.
 *
 * | state | means | left by |
 * |---|---|---|
 * | idle | nothing was asked of it | the first command, `connect()`: connecting |
 * | connecting | its first connection is on its way | ready; a failure: reconnecting |
 * | ready | a connection carries commands | its loss: reconnecting |
 * | reconnecting | commands wait for the next connection | ready |
 * | closing | `close()`: accepted commands go on, new ones are refused | the last outcome |
 * | closed | every command is refused | – |
 */
export class DedicatedConnection implements CallsHost, LifeMember {
  readonly events = new Emitter<DedicatedEvents>();
  state: DedicatedState = 'idle';
  readonly #calls: DedicatedCalls;
  readonly #link: DedicatedLink;
  /** Those who wait for a connection, and for the end. */
  readonly #ready = new Waiters();
  readonly #closed = new Waiters();
  #leaveLife: () => void = () => {};

  constructor(
    private readonly engine: DedicatedEngine,
    readonly view: View,
    readonly key: Arg | null,
    told: ToldState,
  ) {
    // Whoever waits has a deadline of his own, and the connection may be needed later than that.
    const { signal: _, ...options } = view.options;
    this.#link = new DedicatedLink({
      backoff: engine.options.reconnect,
      acquire: (signal) => engine.acquire(key, engine.view({ ...options, timeoutMs: 0, signal }, { ...view, life: null, session: null })),
      tell: (lease) => tell(lease, told.commands, engine.options.connectTimeoutMs),
      ready: ({ lease }) => this.#connected(lease.connection.key),
      lost: ({ connection }, error) => this.#lost(connection.key, error),
      outdated: () => this.#calls.leave(),
      failed: (error) => this.#failedToOpen(error),
    });
    this.#calls = new DedicatedCalls(engine, this, this.#link, told);
  }

  /** `leave`: takes it out of the life that it belongs to. */
  belongsTo(leave: () => void): void {
    if (this.isClosed) leave();
    else this.#leaveLife = leave;
  }

  rename(name: string | null): Promise<void> {
    return this.#calls.rename(name);
  }

  run(spec: CommandSpec, args: readonly Arg[], decode: Decode | null): Promise<unknown> {
    return this.#calls.run(spec, args, decode);
  }

  get isOpen(): boolean {
    return this.state !== 'closing' && this.state !== 'closed';
  }

  get isClosed(): boolean {
    return this.state === 'closed';
  }

  // --- the connection

  /** Has a connection opened, where there is none. */
  wake(): void {
    if (this.state === 'idle') this.#enter('connecting');
    this.#link.open();
  }

  /** Resolves when a connection carries commands. */
  connect(): Promise<void> {
    if (!this.isOpen) return Promise.reject(connectionClosed('connect()', 'no', null));
    if (this.#link.current !== null) return Promise.resolve();
    const ready = this.#ready.add(this.view.timeoutMs, () => this.#calls.line.cause);
    this.wake();
    return ready;
  }

  #connected(node: string): void {
    if (this.isOpen) {
      this.#enter('ready');
      this.events.emit('ready', { node });
    }
    this.#ready.resolve();
    this.#calls.connected();
  }

  #lost(node: string, error: SlotwiseError): void {
    this.#calls.lost(error);
    if (this.isOpen) {
      this.#enter('reconnecting');
      this.events.emit('reconnecting', { node, error });
    }
    // When the calls that it had are back. While they pause, where a new connection leads may change.
    queueMicrotask(() => {
      if (!this.isClosed) this.#link.open(this.#calls.line.pausedMs);
    });
  }

  /** Whether it is tried again by itself. */
  #failedToOpen(thrown: Error): boolean {
    const error = thrown instanceof SlotwiseError ? thrown : new ConnectionLostError(thrown.message, { cause: thrown });
    if (error instanceof ClosedError) {
      this.destroy(error);
      return false;
    }
    const rejects = isFinal(error) || (error instanceof NoNodeError && this.engine.options.failFast);
    if (rejects) this.#ready.reject(error);
    this.#calls.notConnected(error, rejects);
    if (this.state === 'connecting') this.#enter('reconnecting');
    if (this.isOpen) this.events.emit('reconnecting', { node: error.node ?? null, error });
    return !isFinal(error);
  }

  // --- its end

  /** Takes no more commands, ends what blocks, waits for the other replies, closes. */
  close(): Promise<void> {
    if (this.isClosed) return Promise.resolve();
    const closed = this.#closed.add(0, () => null);
    if (this.state === 'closing') return closed;
    this.#enter('closing');
    this.#calls.endBlocking();
    if (this.#calls.size === 0) this.drained();
    return closed;
  }

  drained(): void {
    if (this.state === 'closing') this.destroy(new ClosedError('the connection is closed'));
  }

  /** Closes at once: what is in flight rejects. */
  destroy(reason = new ClosedError('the connection was destroyed')): void {
    if (this.isClosed) return;
    this.#enter('closed');
    this.#leaveLife();
    this.#link.end(reason);
    this.#calls.end(reason);
    this.#ready.reject(reason);
    this.#closed.resolve();
    this.events.emit('close');
  }

  #enter(next: DedicatedState): void {
    this.state = transition(TRANSITIONS, this.state, next);
  }
}
