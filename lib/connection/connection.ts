import Denque from 'denque';
import { log } from '../diagnostics.js';
import { ClosedError, type SlotwiseError } from '../errors.js';
import type { Credentials } from '../options/access.js';
import { type Address, addressKey } from '../options/address.js';
import { type Call, NO_DEADLINE, SETTLED, takePromise, UNWRITTEN } from '../protocol/call.js';
import type { Raw } from '../protocol/command-spec.js';
import type { ReplyLimits } from '../protocol/resp/reply-bounds.js';
import { clock, type Holder } from '../util/clock.js';
import { transition } from '../util/state-machine.js';
import { areSettled, handBack, parted, takeRepeatable, visitCalls } from './call-queues.js';
import type { ConnectConfig } from './connect-attempt.js';
import { connectionError } from './connection-error.js';
import { ConnectionName } from './connection-name.js';
import { type ConnectionPhase, PHASES } from './connection-phase.js';
import { connectionTimeout, expire, releaseUsage } from './deadlines.js';
import { authWords, loggedIn, type ServerFacts } from './handshake.js';
import { internalCall } from './internal-calls.js';
import type { Liveness } from './liveness.js';
import { Reader } from './reader.js';
import { StallWatch } from './stall-watch.js';
import { Transport } from './transport.js';
import { WriteSchedule } from './write-schedule.js';
import { Writer } from './writer.js';

/** What a connection needs to come up. */
export interface ConnectionConfig extends ConnectConfig, Partial<ReplyLimits> {
  readonly address: Address;
  readonly keepAliveMs: number;
  /** Whether the connection is for subscriptions: messages come by themselves, and a push answers SUBSCRIBE and its like. Default false. */
  readonly subscriber?: boolean;
}

/** What a connection tells its owner. */
export interface ConnectionEvents {
  ready(connection: Connection): void;
  /** The connection is closed; called exactly once, right before its calls go back to their owners. `error` is null after `close()`. */
  closed(connection: Connection, error: SlotwiseError | null): void;
  push?(connection: Connection, items: Raw[]): void;
  /** The server owes replies and no byte comes: commands wait unwritten until `recovered`. Without this listener they do not. */
  stalled?(connection: Connection): void;
  /** Bytes come again. */
  recovered?(connection: Connection): void;
  /** A call that waited here, written or not, was rejected at its deadline. */
  overdue?(connection: Connection): void;
  /** The server owes replies and no byte has come for a moment, which may mean nothing. Comes every tick until bytes come, or `stalled`. */
  stalling?(connection: Connection): void;
}

/** One socket: commands queue up during a tick, leave in one write, and are settled in order by the replies. */
export class Connection implements Holder {
  readonly key: string;
  /** Changes in `#enter` only. */
  state: ConnectionPhase = 'connecting';
  /** Known from the handshake on. */
  server: ServerFacts = { protocol: 2, product: '', version: '', id: null, localAddress: null, zone: null };
  readonly liveness: Liveness;
  readonly name: ConnectionName;
  readonly #config: ConnectionConfig;
  readonly #events: ConnectionEvents;
  /** Accepted, not encoded: provably not executed. */
  #queue = new Denque<Call>();
  /** Encoded, in the order of the replies to come. Writer and reader have the same one. */
  #inFlight = new Denque<Call>();
  readonly #writer: Writer;
  #reader: Reader;
  readonly #transport: Transport;
  readonly #schedule = new WriteSchedule(() => this.#write());
  /** The clock ticks this connection. */
  #watched = false;
  /** While it is stalled, calls wait unwritten, since the server would not read them. */
  readonly #stall: StallWatch;
  /** No call of the two queues is due before this. */
  #earliestDeadline = Number.POSITIVE_INFINITY;
  /** Resolve the promises of `close()`. */
  readonly #closing: (() => void)[] = [];
  /** Reason for which the connection closes or has closed. */
  #reason: SlotwiseError | null = null;

  constructor(config: ConnectionConfig, events: ConnectionEvents) {
    this.#config = config;
    this.#events = events;
    this.key = addressKey(config.address);
    this.#stall = new StallWatch(this.key, {
      stalled: events.stalled === undefined ? null : () => events.stalled?.(this),
      stalling: () => events.stalling?.(this),
      recovered: () => this.#recovered(),
    });
    this.liveness = this.#stall.liveness;
    this.name = new ConnectionName(config, this);
    this.#writer = new Writer(this.key, this.#inFlight, this.liveness);
    this.#reader = this.#newReader();
    this.#transport = new Transport(config, this.key, {
      write: (calls) => this.#writeNow(calls),
      ready: (server) => this.#becomeReady(server),
      failed: (error) => this.destroy(error),
      data: (bytes, length) => this.#read(bytes, length),
      drained: () => {
        this.#writer.blocked = false;
        this.#write();
      },
      reopened: () => this.#reopened(),
      closed: (error) => this.#closed(error),
    });
  }

  #newReader(): Reader {
    const push = (items: Raw[]): void => this.#events.push?.(this, items);
    return new Reader(this.key, this.#inFlight, { push, refused: (error) => this.destroy(error) }, this.#config);
  }

  /** What was asked on the socket before gets no answer: the handshake is begun anew. */
  #reopened(): void {
    const lost = this.#inFlight.toArray();
    this.#inFlight.clear();
    this.#reader = this.#newReader();
    handBack(lost, [], this.#closedError());
  }

  #enter(state: ConnectionPhase): void {
    this.state = transition(PHASES, this.state, state);
    this.name.follow(state, this.#transport.attempt.name);
  }

  /** Calls accepted and not answered. */
  get load(): number {
    return this.#queue.length + this.#inFlight.length;
  }

  /** Bytes so far, as they are without TLS. */
  get bytes(): { readonly sent: number; readonly received: number } {
    return { sent: this.#transport.socket.bytesWritten, received: this.#transport.socket.bytesRead };
  }

  /** Strings in pushes are Buffers from the next push on. */
  pushBuffers(): void {
    this.#reader.pushBuffers();
  }

  /** Accepts a call: it will be written by the end of this tick, or as soon as the connection is ready. */
  send(call: Call): void {
    if (this.state === 'draining' || this.state === 'closed') {
      call.owner.failed(call, { kind: 'not-sent', error: this.#closedError() });
      return;
    }
    // A settled call stays settled, and is dropped at the write.
    if (call.state !== SETTLED) call.state = UNWRITTEN;
    this.#queue.push(call);
    if (call.deadline < this.#earliestDeadline && call.deadline !== NO_DEADLINE) this.#earliestDeadline = call.deadline;
    if (!this.#watched) {
      this.#watched = true;
      clock.watch(this);
    }
    if (this.state === 'ready') this.#schedule.called();
  }

  #closedError(): SlotwiseError {
    return this.#reason ?? new ClosedError(`the connection to ${this.key} is closed`, { node: this.key });
  }

  /** Whether a caller waits for a reply that is on its way. */
  get isAwaited(): boolean {
    return !areSettled(this.#inFlight);
  }

  /** Sends a command of the library itself and gives its raw reply. */
  request(words: readonly string[], deadline = NO_DEADLINE): Promise<Raw> {
    const call = internalCall(words, deadline);
    const reply = takePromise();
    this.send(call);
    return reply as Promise<Raw>; // no decoder
  }

  /** Logs in again, in order among the other commands. Rejects with an `AuthError` where the server refuses, and stays as it was. */
  reauthenticate(credentials: Credentials): Promise<void> {
    return loggedIn(this.request(authWords(credentials, this.server.protocol), clock.deadlineIn(this.#config.connectTimeoutMs)), this.key);
  }

  /** Gives back what was not written, for another node: all of it, or what this is true of. */
  takeUnwritten(isTaken?: (call: Call) => boolean): Call[] {
    const { taken, left } = parted(this.#queue, isTaken);
    this.#queue = left;
    return taken;
  }

  /** Visits the calls that are not answered, in order. */
  forEachHeld(visit: (call: Call) => void): void {
    visitCalls(this.#inFlight, visit);
    visitCalls(this.#queue, visit);
  }

  /** Gives back the in-flight calls that may run again elsewhere, each once in its life. Their replies, if they ever come, are dropped. */
  takeRepeatable(): Call[] {
    return takeRepeatable(this.#inFlight);
  }

  /** Refuses new calls, waits for the replies that callers wait for, then closes. While it connects, it takes calls until it is ready. */
  close(): Promise<void> {
    if (this.state === 'closed') return Promise.resolve();
    const closed = new Promise<void>((resolve) => this.#closing.push(resolve));
    if (this.state === 'ready') this.#enter('draining');
    this.#endIfDrained();
    return closed;
  }

  /** Closes at once. In-flight calls are lost, unwritten ones go back to their owners. */
  destroy(error: SlotwiseError | null): void {
    if (this.state === 'closed') return;
    this.#reason ??= error;
    this.#closed(error);
    this.#transport.socket.destroy();
  }

  #becomeReady(server: ServerFacts): void {
    if (this.state !== 'connecting') return;
    this.#transport.attempt.end();
    this.server = server;
    if (this.#config.subscriber === true) this.#reader.subscribe(server.protocol);
    this.#enter(this.#closing.length > 0 ? 'draining' : 'ready');
    log.connection('%s ready, RESP%d %s %s', this.key, server.protocol, server.product, server.version);
    this.#events.ready(this);
    this.#write();
  }

  /** Writes calls of the handshake, which go before all that wait. Throws once the connection is closed. */
  #writeNow(calls: readonly Call[]): void {
    if (this.state === 'closed') throw this.#closedError();
    for (const call of calls) this.#writer.encode(call);
    this.#writer.handOver(this.#transport.socket);
  }

  #write(): void {
    this.#schedule.writing();
    clock.expireNow();
    // A socket that broke takes nothing more, and reports it a moment later.
    if (this.#transport.socket.destroyed) return;
    const writer = this.#writer;
    if (writer.blocked || this.#stall.isStalled || (this.state !== 'ready' && this.state !== 'draining')) return;
    const queue = this.#queue;
    while (queue.length > 0 && !writer.isFull) {
      const call = queue.shift() as Call; // length was checked
      // A caller that was told of a timeout must not find the command executed later.
      if (call.state === SETTLED) releaseUsage(call);
      else writer.encode(call);
    }
    writer.handOver(this.#transport.socket);
    if (queue.length > 0 && !writer.blocked) this.#schedule.goOnLater();
    this.#endIfDrained();
  }

  #read(bytes: Buffer, length: number): void {
    if (this.state === 'closed') return;
    this.liveness.received();
    const owed = this.#inFlight.length;
    const error = this.#reader.read(bytes, length);
    if (error !== null) {
      this.destroy(error);
      return;
    }
    this.liveness.answered(owed - this.#inFlight.length);
    // After the replies: by them, calls that wait here may belong elsewhere by now.
    this.#stall.recover();
    this.#endIfDrained();
  }

  #recovered(): void {
    if (this.state === 'closed') return;
    this.#events.recovered?.(this);
    this.#write();
  }

  #endIfDrained(): void {
    if (this.#closing.length > 0 && this.state !== 'closed' && areSettled(this.#inFlight, this.#queue)) this.destroy(null);
  }

  #closed(socketError: Error | null): void {
    if (this.state === 'closed') return;
    const { attempt } = this.#transport;
    this.#reason ??= connectionError(socketError, this.state === 'connecting', this.key, attempt.refusal, attempt.closedAt);
    const error = this.#reason;
    this.#enter('closed');
    log.connection('%s closed: %s', this.key, error.message);
    attempt.end(error);
    const lost = this.#inFlight.toArray();
    const unwritten = this.#queue.toArray();
    const ended = this.#closing.length > 0 && areSettled(this.#inFlight, this.#queue);
    this.#emptyQueues();
    this.#events.closed(this, ended ? null : error);
    handBack(lost, unwritten, error);
    for (const resolve of this.#closing) resolve();
  }

  tick(now: number): boolean {
    this.#writer.mark(now);
    if (now >= this.#earliestDeadline) {
      const place = { node: this.key, connecting: this.state === 'connecting', tls: this.#config.tls !== null };
      const reject = (call: Call, index: number): void => {
        call.fail(connectionTimeout(call, place, { writtenAt: this.#writer.writtenAt(index), silentMs: this.liveness.silentMs }));
        this.#events.overdue?.(this);
      };
      this.#earliestDeadline = Math.min(expire(this.#queue, now, reject), expire(this.#inFlight, now, reject));
    }
    this.#stall.tick(this.#transport.socket, this.#inFlight.length > 0, this.state === 'ready');
    this.#endIfDrained();
    this.#watched = this.load > 0;
    // The arrays of a queue that once held 100,000 calls take a megabyte each: an idle connection begins with small ones again.
    if (!this.#watched) this.#emptyQueues();
    return this.#watched;
  }

  #emptyQueues(): void {
    this.#queue = new Denque();
    this.#inFlight = new Denque();
    this.#writer.inFlight = this.#inFlight;
    this.#reader.inFlight = this.#inFlight;
  }
}
