import type { Socket } from 'node:net';
import type { ConnectionOptions as TlsConnectionOptions } from 'node:tls';
import Denque from 'denque';
import { type ConnectTrace, connectChannel, finishTrace, log, startTrace } from '../diagnostics.js';
import {
  ClosedError,
  ConnectError,
  ConnectionLostError,
  IntegerRangeError,
  ProtocolError,
  ReplyError,
  ReplyTooLargeError,
  SlotwiseError,
} from '../errors.js';
import { type Address, addressKey } from '../options/address.js';
import type { CredentialSource, Credentials } from '../options/topology.js';
import { type AttemptFailure, Call, type CallExtras, NO_DEADLINE, SETTLED, UNWRITTEN, WRITTEN } from '../protocol/call.js';
import { command } from '../protocol/catalog/specs.js';
import { DECODE_BUFFERS, PUBSUB, type Raw } from '../protocol/command-spec.js';
import { Parser, type ReplySink } from '../protocol/resp/parser.js';
import { classify } from '../protocol/resp/reply-error.js';
import { clock, type Holder } from '../util/clock.js';
import { connectionError } from './connection-error.js';
import { connectionTimeout, expire, releaseUsage } from './deadlines.js';
import { asHandshakeError, handshakeSteps, judge, refusedCredentials, replyOrThrow, type ServerFacts } from './handshake.js';
import { DISCARDED_REPLY, internalCall } from './internal-calls.js';
import { Liveness } from './liveness.js';
import { isOutOfBand, kindOf } from './pushes.js';
import { openSocket } from './socket.js';
import { Writer } from './writer.js';

/** What a connection needs to come up. */
export interface ConnectionConfig {
  readonly address: Address;
  readonly tls: TlsConnectionOptions | null;
  /** For the whole way to `ready`, in ms. */
  readonly connectTimeoutMs: number;
  readonly keepAliveMs: number;
  readonly protocol: 2 | 3;
  readonly credentials: CredentialSource | null;
  readonly database: number;
  readonly clientName: string | null;
  /** Send `READONLY` in the handshake, for reads on replicas. */
  readonly readonly: boolean;
  /** It carries subscriptions: messages come by themselves, and SUBSCRIBE and its like are answered by a push. Default false. */
  readonly subscriber?: boolean;
}

/** What a connection tells its lane. */
export interface ConnectionEvents {
  ready(connection: Connection): void;
  /** Comes exactly once, right before its calls go back to their owners. `error` is null after `close()`. */
  closed(connection: Connection, error: SlotwiseError | null): void;
  push?(connection: Connection, items: Raw[]): void;
  /** It owes replies and says nothing; commands wait unwritten until `alive`. Without this listener silence is not looked for. */
  stalled?(connection: Connection): void;
  /** It speaks again. */
  recovered?(connection: Connection): void;
  /** A call that waited here, written or not, was given up at its deadline. */
  overdue?(connection: Connection): void;
  /** It owes replies and has said nothing for a moment, which may mean nothing; told again every tick until it speaks or is `silent`. */
  stalling?(connection: Connection): void;
}

/**
 * | state | means | `send` | next |
 * |---|---|---|---|
 * | connecting | socket opening or handshake running | queues | ready, closed |
 * | ready | commands flow | queues, writes once a tick | draining, closed |
 * | draining | `close()`: what was accepted is answered | refuses | closed |
 * | closed | | refuses | – |
 */
export type ConnectionPhase = 'connecting' | 'ready' | 'draining' | 'closed';

const PING = command('PING');

/** One socket: commands queue up during a tick, leave in one write, and are settled in order by the replies. */
export class Connection implements ReplySink, Holder {
  readonly key: string;
  state: ConnectionPhase = 'connecting';
  /** Told by the handshake. */
  server: ServerFacts = { protocol: 2, product: '', version: '', id: null, zone: null };

  readonly liveness = new Liveness();
  /** Silent for too long: what comes waits unwritten, since the server would not read it. */
  #held = false;

  readonly #config: ConnectionConfig;
  readonly #events: ConnectionEvents;
  readonly #parser: Parser;
  readonly #subscriber: boolean;
  /** A subscriber that speaks RESP2: pushes have the form of replies. */
  #inline = false;
  /** Accepted, not encoded: provably not executed. */
  #queue = new Denque<Call>();
  /** Encoded, in the order of the replies to come. */
  #inFlight = new Denque<Call>();
  readonly #writer: Writer;
  #socket: Socket;
  #flushing = false;
  #watched = false;
  /** No call of the two queues is due before this. */
  #earliestDeadline = Number.POSITIVE_INFINITY;
  #connectTimer: NodeJS.Timeout;
  #closing: (() => void)[] = [];
  #reason: SlotwiseError | null = null;
  readonly #flush = (): void => this.#write();
  /** Only while it connects and somebody listens. */
  #trace: ConnectTrace | null = null;

  constructor(config: ConnectionConfig, events: ConnectionEvents) {
    this.#config = config;
    this.#events = events;
    this.key = addressKey(config.address);
    this.#parser = new Parser(this);
    this.#writer = new Writer(this.key, this.#inFlight, this.liveness);
    this.#subscriber = config.subscriber === true;
    this.#connectTimer = setTimeout(() => {
      const hint = config.tls === null ? '' : '; does this port speak TLS?';
      this.destroy(
        new ConnectError(`${this.key} did not finish the connection's handshake in ${config.connectTimeoutMs} ms${hint}`, {
          node: this.key,
        }),
      );
    }, config.connectTimeoutMs);
    const open = (): Socket =>
      openSocket(config, {
        connected: () => void this.#handshake(config.protocol),
        data: (bytes, length) => this.#read(bytes, length),
        drained: () => this.#drained(),
        closed: (error) => this.#closed(error),
      });
    if (connectChannel.hasSubscribers) this.#trace = { node: this.key };
    this.#socket = this.#trace === null ? open() : startTrace(connectChannel, this.#trace, open);
    log.connection('%s opening', this.key);
  }

  /** Calls accepted and not answered. */
  get load(): number {
    return this.#queue.length + this.#inFlight.length;
  }

  /** Bytes received since it opened. */
  get bytesRead(): number {
    return this.#socket.bytesRead;
  }

  /** Strings in pushes are Buffers from the next push on. */
  pushBuffers(): void {
    this.#parser.pushMode = DECODE_BUFFERS;
  }

  /** Accepts a call: it will be written at the end of this tick, or as soon as the connection is ready. */
  send(call: Call): void {
    if (this.state === 'draining' || this.state === 'closed') {
      call.owner.failed(call, {
        kind: 'not-sent',
        error: this.#reason ?? new ClosedError(`the connection to ${this.key} is closed`, { node: this.key }),
      });
      return;
    }
    // Who gave up stays settled, and is dropped at the write.
    if (call.state !== SETTLED) call.state = UNWRITTEN;
    this.#queue.push(call);
    if (call.deadline < this.#earliestDeadline && call.deadline !== NO_DEADLINE) this.#earliestDeadline = call.deadline;
    if (!this.#watched) {
      this.#watched = true;
      clock.watch(this);
    }
    if (!this.#flushing && this.state === 'ready') {
      this.#flushing = true;
      process.nextTick(this.#flush);
    }
  }

  /** Sends a command of the library itself and gives its raw reply. */
  request(words: readonly string[], deadline = NO_DEADLINE): Promise<Raw> {
    const call = internalCall(words, deadline);
    const reply = Call.promiseOfLast();
    this.send(call);
    return reply as Promise<Raw>; // no decoder
  }

  /**
   * Logs in again, in order among the other commands. Rejects with an `AuthError` if the server refuses, which leaves the connection as it was.
   * https://redis.io/docs/latest/commands/auth/
   */
  async reauthenticate({ username, password }: Credentials): Promise<void> {
    // As in the handshake: before Redis 6 there are no users.
    const user = username ?? (this.server.protocol === 3 ? 'default' : null);
    try {
      await this.request(['AUTH', ...(user === null ? [] : [user]), password], clock.deadlineIn(this.#config.connectTimeoutMs));
    } catch (error) {
      // A connection that breaks logs in by its successor's handshake.
      if (error instanceof ReplyError) throw refusedCredentials(this.key, error);
    }
  }

  /** Gives back what was not written, for another node. */
  takeUnwritten(): Call[] {
    const unwritten = this.#queue.toArray();
    this.#queue = new Denque();
    return unwritten;
  }

  /** Those that are not answered, in order. */
  forEachHeld(visit: (call: Call) => void): void {
    for (const calls of [this.#inFlight, this.#queue]) {
      for (let index = 0; index < calls.length; index++) {
        const call = calls.peekAt(index);
        if (call !== undefined) visit(call);
      }
    }
  }

  /** Gives back the in-flight calls that may run again elsewhere, each once in its life. Their replies, if they ever come, are dropped. */
  takeRepeatable(): Call[] {
    const taken: Call[] = [];
    const inFlight = new Denque<Call>();
    for (let call = this.#inFlight.shift(); call !== undefined; call = this.#inFlight.shift()) {
      const stays = call.state === SETTLED || !call.repeatable || call.moved;
      inFlight.push(stays ? call : DISCARDED_REPLY);
      if (stays) continue;
      call.markMoved();
      taken.push(call);
    }
    this.#setInFlight(inFlight);
    return taken;
  }

  #setInFlight(calls: Denque<Call>): void {
    this.#inFlight = calls;
    this.#writer.inFlight = calls;
  }

  /** Refuses new calls, waits for the replies of the others, then closes. */
  close(): Promise<void> {
    if (this.state === 'closed') return Promise.resolve();
    const closed = new Promise<void>((resolve) => this.#closing.push(resolve));
    if (this.state === 'connecting' && this.load === 0) this.destroy(null);
    else if (this.state !== 'draining') {
      if (this.state === 'ready') this.state = 'draining';
      else this.#closeWhenReady = true;
      this.#endIfDrained();
    }
    return closed;
  }

  #closeWhenReady = false;
  /** The first error reply before it was ready. */
  #refusal: ReplyError | null = null;

  /** Closes at once. In-flight calls are lost, unwritten ones go back to their owners. */
  destroy(error: SlotwiseError | null): void {
    if (this.state === 'closed') return;
    this.#reason ??= error;
    this.#closed(error);
    this.#socket.destroy();
  }

  // --- handshake

  async #handshake(protocol: 2 | 3): Promise<void> {
    try {
      const credentials = typeof this.#config.credentials === 'function' ? await this.#config.credentials() : this.#config.credentials;
      if (this.state !== 'connecting') return;
      const steps = handshakeSteps({ ...this.#config, credentials }, protocol);
      const replies = await this.#sendNow(steps.map((step) => step.words));
      if (this.state !== 'connecting') return;
      const outcome = judge(steps, replies, this.key);
      if (outcome.next === 'resp2') {
        log.connection('%s does not take HELLO 3, going on with RESP2', this.key);
        await this.#handshake(2);
      } else if (outcome.next === 'fail') this.destroy(outcome.error);
      else this.#becomeReady(outcome.server);
    } catch (error) {
      this.destroy(asHandshakeError(error, this.key));
    }
  }

  /** Past the queue: handshake commands go before everything that waits. */
  #sendNow(commands: readonly (readonly string[])[]): Promise<Raw[]> {
    const replies = commands.map((words) => {
      const call = internalCall(words);
      const reply = Call.promiseOfLast() as Promise<Raw>; // no decoder
      this.#writer.encode(call);
      return reply;
    });
    this.#writer.handOver(this.#socket);
    return Promise.all(replies.map((reply) => reply.catch((error: unknown) => replyOrThrow(error))));
  }

  #becomeReady(server: ServerFacts): void {
    clearTimeout(this.#connectTimer);
    this.server = server;
    this.#inline = this.#subscriber && server.protocol === 2;
    this.state = this.#closeWhenReady ? 'draining' : 'ready';
    // Valkey 8 answers `REDIRECT host:port` from then on instead of READONLY: https://valkey.io/commands/client-capa/
    if (server.product === 'valkey') void this.#sendNow([['CLIENT', 'CAPA', 'redirect']]).catch(() => {});
    this.#endConnect();
    log.connection('%s ready, RESP%d %s %s', this.key, server.protocol, server.product, server.version);
    this.#events.ready(this);
    this.#write();
  }

  /** The attempt to connect is over, with or without an error. */
  #endConnect(...error: [] | [SlotwiseError]): void {
    if (this.#trace !== null) finishTrace(connectChannel, this.#trace, ...error);
    this.#trace = null;
  }

  // --- writing

  #write(): void {
    this.#flushing = false;
    clock.expireNow();
    // A socket that broke takes nothing more, and says so a moment later.
    if (this.#socket.destroyed) return;
    const writer = this.#writer;
    if (writer.blocked || this.#held || (this.state !== 'ready' && this.state !== 'draining')) return;
    const queue = this.#queue;
    while (queue.length > 0 && !writer.isFull) {
      const call = queue.shift() as Call; // length was checked
      // Who gave up must not find the command executed later.
      if (call.state === SETTLED) releaseUsage(call);
      else writer.encode(call);
    }
    writer.handOver(this.#socket);
    if (queue.length > 0 && !writer.blocked && !this.#flushing) {
      this.#flushing = true;
      setImmediate(this.#flush);
    }
    this.#endIfDrained();
  }

  #drained(): void {
    this.#writer.blocked = false;
    this.#write();
  }

  // --- reading

  #read(bytes: Buffer, length: number): void {
    if (this.state === 'closed') return;
    this.liveness.heard();
    const owed = this.#inFlight.length;
    try {
      this.#parser.write(bytes, 0, length);
    } catch (error) {
      if (error instanceof ReplyTooLargeError) this.#refuseReply(error);
      const cause =
        error instanceof SlotwiseError ? error : new ProtocolError(`reading from ${this.key} failed: ${String(error)}`, { cause: error });
      this.destroy(new ConnectionLostError(`${this.key}: ${cause.message}`, { node: this.key, cause }));
      return;
    }
    this.liveness.answered(owed - this.#inFlight.length);
    // After the replies: they may tell that what waits here belongs elsewhere by now.
    if (this.#held) this.#revive();
    this.#endIfDrained();
  }

  #revive(): void {
    if (this.state === 'closed') return;
    this.#held = false;
    this.#events.recovered?.(this);
    this.#write();
  }

  modeOfNext(): number {
    if (this.#inline) return this.#parser.pushMode;
    const call = this.#inFlight.peekFront();
    return call === undefined ? 0 : call.mode;
  }

  reply(value: Raw): void {
    if (this.#inline && isOutOfBand(value)) {
      this.push(value);
      return;
    }
    const call = this.#inFlight.shift();
    if (call === undefined) throw new ProtocolError(`${this.key} sent a reply that no command asked for`, { node: this.key });
    if (call.extras !== null && isPartReply(call.extras, value)) return;
    releaseUsage(call);
    if (call.state === WRITTEN) call.succeed(value);
  }

  error(error: ReplyError): void {
    if (this.#subscriber && this.state === 'ready' && isLateRefusal(error, this.#inFlight.peekFront())) return;
    const call = this.#inFlight.shift();
    if (call === undefined) {
      // A server that is full or protected says so before it closes: https://redis.io/docs/latest/develop/reference/clients/
      this.destroy(new ConnectError(`${this.key} refused the connection: ${error.message}`, { node: this.key, cause: error }));
      return;
    }
    error.node = this.key;
    error.command = call.spec.name;
    if (this.state === 'connecting') this.#refusal ??= error;
    if (call.extras !== null && isPartReply(call.extras, error)) return;
    call.owner.failed(call, { kind: 'error-reply', error, node: this.key });
  }

  integerRange(value: bigint): void {
    const call = this.#inFlight.shift();
    if (call === undefined) return;
    releaseUsage(call);
    call.fail(new IntegerRangeError(value, { node: this.key, command: call.spec.name }));
  }

  /** The first call in flight must not have its reply sent again: it would end the next connection, too. */
  #refuseReply(error: ReplyTooLargeError): void {
    const call = this.#inFlight.shift();
    if (call === undefined || call === DISCARDED_REPLY) return;
    while (call.batch !== null && this.#inFlight.peekFront() === call) this.#inFlight.shift();
    releaseUsage(call);
    call.fail(new ReplyTooLargeError(`${call.spec.name}: ${error.message}`, { node: this.key, command: call.spec.name }));
  }

  push(items: Raw[]): void {
    if (this.#subscriber && this.#inFlight.length > 0 && this.#confirms(items)) {
      const call = this.#inFlight.shift();
      if (call?.state === WRITTEN) call.succeed(items);
    } else this.#events.push?.(this, items);
  }

  /** Is this what the first call in flight waits for? Each SUBSCRIBE and its like names one channel, so that one push answers it. */
  #confirms([kind]: Raw[]): boolean {
    const spec = this.#inFlight.peekFront()?.spec;
    return spec !== undefined && (spec.flags & PUBSUB) !== 0 && kindOf(kind) === spec.name.toLowerCase();
  }

  // --- ends

  #endIfDrained(): void {
    if (this.state === 'draining' && this.load === 0) this.destroy(null);
  }

  #closed(socketError: Error | null): void {
    if (this.state === 'closed') return;
    const wasConnecting = this.state === 'connecting';
    this.state = 'closed';
    clearTimeout(this.#connectTimer);
    const error = this.#reason ?? connectionError(socketError, wasConnecting, this.key, this.#refusal);
    this.#reason = error;
    log.connection('%s closed: %s', this.key, error.message);
    this.#endConnect(error);
    const lost = this.#inFlight.toArray();
    this.#setInFlight(new Denque());
    const unwritten = this.takeUnwritten();
    const ended = this.#closing.length > 0 && lost.length === 0 && unwritten.length === 0;
    this.#events.closed(this, ended ? null : error);
    const mayHaveRun: AttemptFailure = { kind: 'connection-lost', error };
    let previous: Call | null = null;
    for (const call of lost) {
      // A unit stands in the FIFO once a reply it waits for.
      if (call !== previous && call !== DISCARDED_REPLY) call.owner.failed(call, mayHaveRun);
      previous = call;
    }
    const didNotRun: AttemptFailure = { kind: 'not-sent', error };
    for (const call of unwritten) call.owner.failed(call, didNotRun);
    for (const resolve of this.#closing) resolve();
  }

  // --- deadlines

  tick(now: number): boolean {
    if (now >= this.#earliestDeadline) {
      const connecting = this.state === 'connecting';
      const reject = (call: Call): void => {
        call.fail(connectionTimeout(call, this.key, connecting));
        this.#events.overdue?.(this);
      };
      this.#earliestDeadline = Math.min(expire(this.#queue, now, reject), expire(this.#inFlight, now, reject));
    }
    if (this.liveness.tick(this.#inFlight.length > 0) && !this.#held && this.state === 'ready' && this.#events.stalled !== undefined) {
      this.#held = true;
      log.connection('%s owes %d replies and says nothing', this.key, this.#inFlight.length);
      this.#events.stalled(this);
    } else if (this.liveness.isStalling && !this.#held && this.state === 'ready') this.#events.stalling?.(this);
    this.#watched = this.load > 0;
    if (!this.#watched) this.#shrink();
    return this.#watched;
  }

  /** The arrays of a queue that once held 100,000 calls take a megabyte each: an idle connection begins with small ones again. */
  #shrink(): void {
    this.#queue = new Denque();
    this.#setInFlight(new Denque());
  }
}

/**
 * A sharded channel that the server ends by itself looks like the answer to SUNSUBSCRIBE; when that one was on its way, it is refused then, because
 * the slot has left. Behind it there is a PING, which is about no slot, or that one is not written yet.
 */
function isLateRefusal(error: ReplyError, next: Call | undefined): boolean {
  if (next !== undefined && next.spec !== PING) return false;
  const kind = classify(error);
  return kind === 'moved' || kind === 'clusterdown';
}

/** The reply is not the call's own, but that of a command sent in one piece with it. */
function isPartReply({ batch }: CallExtras, reply: Raw): boolean {
  return batch !== null && batch.replies.push(reply) <= batch.commands.length;
}
