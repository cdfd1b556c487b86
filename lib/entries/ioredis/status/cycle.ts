import { ClosedError } from '../../../index.js';
import { clearTimeout, nextTick, setImmediate, setTimeout } from '../../../runtime/runtime.js';
import { transition } from '../../../util/state-machine.js';
import { connectionErrorOf, MaxRetriesPerRequestError, ReplyError } from '../errors.js';
import { afterClose, type RedisStatus, STATUSES } from './statuses.js';

/** The engine, as far as statuses need it. */
export interface Reach {
  /** Resolves when commands are served. */
  serves(): Promise<unknown>;
  /** One attempt to reach the servers; rejects with the reason why not. */
  scout(): Promise<unknown>;
}

/** The object whose statuses these are. */
export interface CycleHost {
  /** The engine, made anew if there is none. */
  open(): Reach;
  /** Ends the engine at once; `isWanted`: because the program wants it. */
  shut(isWanted: boolean): void;
  /** Rejects what waits. */
  flush(error: Error): void;
  /** Emits the event of a status. */
  emitStatus(status: RedisStatus, arg?: number): void;
  /** Emits `error`, where somebody hears it. */
  report(error: Error): void;
  /** Whether nothing is tried after a failure. */
  endsBy(reason: Error): boolean;
  /** What `connect()` rejects with. */
  closed(): Error;
  /** The retry strategy's word on the attempt with this number. */
  delayOf(attempt: number, reason: unknown): unknown;
  /** There is a status between the wish to disconnect and the close. */
  readonly tellsDisconnecting: boolean;
  readonly connectTimeoutMs: number;
  readonly maxRetriesPerRequest: unknown;
}

interface Waiter {
  readonly ready: () => void;
  readonly closed: () => void;
}

/**
 * Cycle of the statuses. The engine reconnects by itself, as fast as it can; the cycle tells of it in ioredis' way, by the pace of the retry
 * strategy, which may also end it.
 */
export class Cycle {
  #status: RedisStatus = 'wait';
  #attempts = 0;
  /** The program closes it: nothing follows. */
  #isWanted = false;
  /** The last attempt failed: the next one asks the servers itself, because the engine tells of a failure once only. */
  #isDown = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Question whether the engine serves, which is still open. */
  #serving: Promise<unknown> | null = null;
  /** Counts the attempts, so that what comes late is told from what comes now. */
  #epoch = 0;
  #waiters: Waiter[] = [];

  constructor(private readonly host: CycleHost) {}

  get status(): RedisStatus {
    return this.#status;
  }

  /** For programs that write the status, as BullMQ does. */
  overwrite(status: RedisStatus): void {
    this.#status = status;
  }

  /** Emits `wait`, the status of an object that connects later. */
  announce(): void {
    this.#tell('wait');
  }

  /** Resolves when it is ready; rejects when the attempt fails. */
  connect(): Promise<void> {
    if (this.#status === 'connecting' || this.#status === 'connect' || this.#status === 'ready') {
      return Promise.reject(new Error('Redis is already connecting/connected'));
    }
    if (this.#status === 'reconnecting') clearTimeout(this.#timer);
    this.#isWanted = false;
    return new Promise((resolve, reject) => {
      this.#waiters.push({ ready: resolve, closed: () => reject(this.host.closed()) });
      this.#enter('connecting');
      this.#attempt();
    });
  }

  /** Calls back when the events of now were emitted, and what a connecting object becomes. */
  whenTold(then: () => void): void {
    if (this.#status === 'connecting' || this.#status === 'connect') this.#waiters.push({ ready: then, closed: then });
    else nextTick(then);
  }

  /** Closes at once; with `reconnect` it goes on after that. */
  disconnect(reconnect: boolean): void {
    if (!reconnect) this.#isWanted = true;
    const isLater = this.#status === 'reconnecting' || this.#status === 'wait';
    this.#disconnecting();
    if (isLater && this.#status === 'disconnecting') {
      this.#closed(undefined);
      return;
    }
    switch (this.#status) {
      case 'wait':
        this.#closed(undefined);
        break;
      case 'reconnecting':
        if (!reconnect) {
          clearTimeout(this.#timer);
          this.#end();
        }
        break;
      case 'close':
      case 'end':
        break;
      default:
        this.#closeSoon();
    }
  }

  /** Ends when `last`, the last replies, have come. */
  async quit(last: () => Promise<void>): Promise<void> {
    this.#disconnecting();
    // Until then it reconnects for what waits.
    await last();
    this.#isWanted = true;
    this.#closeSoon();
  }

  /** Closes when what follows the reply to QUIT has run; not what is connected anew by then. */
  #closeSoon(): void {
    const epoch = this.#epoch;
    setImmediate(() => {
      if (epoch === this.#epoch) this.#closeNow();
    });
  }

  /** The status of an object that is told of all commands. */
  monitoring(): void {
    if (this.#status === 'ready') this.#enter('monitoring');
  }

  // --- what the engine tells

  /** A connection to the primary broke, or could not be made. */
  lost(error: Error, isAttempt: boolean): void {
    if (this.#status === 'connecting') this.#failed(error, this.#epoch);
    else if (this.#status === 'ready' || this.#status === 'connect' || this.#status === 'monitoring') {
      this.#isDown = isAttempt;
      const reason = connectionErrorOf(error);
      if (isAttempt || isOfSystem(reason)) this.host.report(reason);
      this.#closed(reason);
      if (this.status === 'reconnecting') this.#watch(this.host.open());
    }
  }

  /** Something that no command tells. `isLost`: no server can be found, which the connection to one tells as well. */
  failed(error: Error, isLost: boolean): void {
    if (this.#status === 'connecting') this.#failed(error, this.#epoch);
    else if (this.#status === 'ready' && !isLost) this.host.report(connectionErrorOf(error));
  }

  /** The engine is another one now. */
  renewed(reach: Reach): void {
    this.#serving = null;
    if (this.#status === 'connecting') this.#watch(reach);
  }

  // --- attempts

  #attempt(): void {
    const epoch = ++this.#epoch;
    const failed = (error: unknown): void => this.#failed(error, epoch);
    let reach: Reach;
    try {
      reach = this.host.open();
    } catch (error) {
      // Options that no attempt mends.
      this.#isWanted = true;
      nextTick(() => failed(error));
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => failed(timedOut()), this.host.connectTimeoutMs);
    this.#watch(reach);
    if (this.#isDown) reach.scout().catch(failed);
  }

  /** Becomes ready as soon as the engine serves, also before the retry strategy would have it tried. */
  #watch(reach: Reach): void {
    if (this.#serving !== null) return;
    const serving = reach.serves();
    this.#serving = serving;
    serving.then(
      () => this.#served(serving),
      (error) => {
        if (this.#serving !== serving) return;
        this.#serving = null;
        // An engine that closes answers no more questions.
        if (!(error instanceof ClosedError)) this.#failed(error, this.#epoch);
      },
    );
  }

  #served(serving: Promise<unknown>): void {
    if (this.#serving !== serving) return;
    this.#serving = null;
    if (this.#status === 'reconnecting') this.#enter('connecting');
    if (this.#status !== 'connecting') return;
    clearTimeout(this.#timer);
    this.#isDown = false;
    this.#enter('connect');
    // After the listeners of `connect`.
    nextTick(() => {
      if (this.#status !== 'connect') return;
      this.#attempts = 0;
      this.#enter('ready');
    });
  }

  #failed(error: unknown, epoch: number): void {
    if (this.#status !== 'connecting' || epoch !== this.#epoch) return;
    const reason = connectionErrorOf(error);
    this.#isDown = true;
    // The server refuses: what waits would be refused, too.
    const isLast = this.host.endsBy(reason);
    if (reason instanceof ReplyError || isLast) this.host.flush(reason);
    if (!this.#isWanted || !isOfSystem(reason)) this.host.report(reason);
    this.#isWanted ||= isLast;
    this.#closed(reason);
  }

  // --- after the end of a connection

  #disconnecting(): void {
    if (!this.host.tellsDisconnecting || this.#status === 'end' || this.#status === 'disconnecting') return;
    clearTimeout(this.#timer);
    this.#enter('disconnecting');
  }

  #closeNow(): void {
    if (this.#status === 'reconnecting') {
      clearTimeout(this.#timer);
      this.#end();
    } else if (this.#status !== 'close' && this.#status !== 'end') this.#closed(undefined);
  }

  #closed(reason: Error | undefined): void {
    clearTimeout(this.#timer);
    this.#epoch++;
    this.#enter('close');
    const next = afterClose({
      isWanted: this.#isWanted,
      delay: this.#isWanted ? null : this.#delay(reason),
      attempts: this.#attempts,
      maxRetriesPerRequest: this.host.maxRetriesPerRequest,
    });
    if (next.next === 'end') {
      this.#end();
      return;
    }
    this.#enter('reconnecting', next.delayMs);
    this.#timer = setTimeout(() => {
      this.#enter('connecting');
      this.#attempt();
    }, next.delayMs);
    if (next.flush) this.host.flush(new MaxRetriesPerRequestError(Number(this.host.maxRetriesPerRequest)));
  }

  #end(): void {
    const isWanted = this.#isWanted;
    this.#isWanted = false;
    this.#attempts = 0;
    this.#isDown = false;
    this.#serving = null;
    this.#enter('end');
    this.host.shut(isWanted);
  }

  /** A strategy that throws ends it, as one does that gives no number. */
  #delay(reason: Error | undefined): unknown {
    try {
      return this.host.delayOf(++this.#attempts, reason);
    } catch (error) {
      this.host.report(error instanceof Error ? error : new Error(String(error)));
      return null;
    }
  }

  // --- statuses

  #enter(status: RedisStatus, arg?: number): void {
    this.#status = transition(STATUSES, this.#status, status);
    this.#tell(status, arg);
  }

  #tell(status: RedisStatus, arg?: number): void {
    const waiters = status === 'ready' || status === 'close' ? this.#waiters.splice(0) : [];
    nextTick(() => {
      try {
        this.host.emitStatus(status, arg);
      } finally {
        // Also where a listener throws, which ends most processes.
        for (const { ready, closed } of waiters) {
          if (status === 'ready') ready();
          else closed();
        }
      }
    });
  }
}

function isOfSystem(error: Error): boolean {
  return 'syscall' in error;
}

function timedOut(): Error {
  return Object.assign(new Error('connect ETIMEDOUT'), { errorno: 'ETIMEDOUT', code: 'ETIMEDOUT', syscall: 'connect' });
}
