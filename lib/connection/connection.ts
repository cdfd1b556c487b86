import type { Socket } from 'node:net';
import type { ConnectionOptions as TlsConnectionOptions } from 'node:tls';
import { type BatchWritten, batchChannel, type ConnectTrace, connectChannel, finishTrace, log, startTrace } from '../diagnostics.js';
import {
  type AuthError,
  ClosedError,
  ConnectError,
  ConnectionLostError,
  IntegerRangeError,
  ProtocolError,
  ReplyError,
  ReplyTooLargeError,
  SlotwiseError,
  TimeoutError,
} from '../errors.js';
import { type Address, addressKey, type CredentialSource, type Credentials } from '../options.js';
import {
  Call,
  type CallOwner,
  DECODE_BUFFERS,
  type Detour,
  type Failure,
  NO_DEADLINE,
  PUBSUB,
  type Raw,
  SETTLED,
  UNWRITTEN,
  WRITTEN,
} from '../protocol/command.js';
import { Encoder } from '../protocol/encoder.js';
import { Parser, type ReplySink } from '../protocol/parser.js';
import { command, specOf } from '../protocol/specs.js';
import { clock, type Holder } from '../util/clock.js';
import { Fifo } from '../util/fifo.js';
import { handshakeSteps, judge, refusedCredentials, type ServerFacts } from './handshake.js';
import { isOutOfBand, kindOf } from './pushes.js';
import { Silence } from './silence.js';
import { openSocket } from './socket.js';

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
  silent?(connection: Connection): void;
  /** It speaks again. */
  alive?(connection: Connection): void;
  /** Calls that were written were given up at their deadline. */
  overdue?(connection: Connection): void;
  /** It owes replies and has said nothing for a moment, which may mean nothing; told again every tick until it speaks or is `silent`. */
  hesitates?(connection: Connection): void;
}

/**
 * | state | means | `send` | next |
 * |---|---|---|---|
 * | connecting | socket opening or handshake running | queues | ready, closed |
 * | ready | commands flow | queues, writes once a tick | draining, closed |
 * | draining | `close()`: what was accepted is answered | refuses | closed |
 * | closed | | refuses | – |
 */
export type ConnectionState = 'connecting' | 'ready' | 'draining' | 'closed';

/** One write carries at most about this much, so that a huge batch does not starve the event loop. */
const BATCH_BYTES = 512 * 1024;
const ASKING = Buffer.from('*1\r\n$6\r\nASKING\r\n');

/** Owner of commands the library sends for itself: a failure is a plain rejection. */
export const internalOwner: CallOwner = {
  budget: { commands: 0, bytes: 0 },
  idempotent: false,
  failed(call: Call, failure: Failure): void {
    call.fail(failure.error);
  },
};
const ignored = Call.make(command('ASKING'), [], null, 0, internalOwner, NO_DEADLINE);
ignored.state = SETTLED;

/** One socket: commands queue up during a tick, leave in one write, and are settled in order by the replies. */
export class Connection implements ReplySink, Holder {
  readonly key: string;
  state: ConnectionState = 'connecting';
  /** Told by the handshake. */
  server: ServerFacts = { protocol: 2, product: '', version: '', id: null, zone: null };

  readonly silence = new Silence();
  /** Silent for too long: what comes waits unwritten, since the server would not read it. */
  #held = false;

  readonly #config: ConnectionConfig;
  readonly #events: ConnectionEvents;
  readonly #encoder = new Encoder();
  readonly #parser: Parser;
  readonly #subscriber: boolean;
  /** A subscriber that speaks RESP2: pushes have the form of replies. */
  #inline = false;
  /** Accepted, not encoded: provably not executed. */
  readonly #queue = new Fifo<Call>();
  /** Encoded, in the order of the replies to come. */
  readonly #inFlight = new Fifo<Call>();
  #socket: Socket;
  #flushing = false;
  #blocked = false;
  /** Entries put into the FIFO since the last write. */
  #encoded = 0;
  #watched = false;
  /** No call of the two FIFOs is due before this. */
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
        kind: 'unwritten',
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
    const { spec, args } = specOf(words);
    const call = Call.make(spec, args, null, 0, internalOwner, deadline);
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
    return this.#queue.takeAll();
  }

  /** Gives back the in-flight calls that may run again elsewhere, each once in its life. Their replies, if they ever come, are dropped. */
  takeRepeatable(): Fifo<Call> {
    const taken = new Fifo<Call>();
    this.#inFlight.replaceEach((call) => {
      if (call.state === SETTLED || !call.repeatable || call.moved) return call;
      call.markMoved();
      taken.push(call);
      return ignored;
    });
    return taken;
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
      const { spec, args } = specOf(words);
      const call = Call.make(spec, args, null, 0, internalOwner, NO_DEADLINE);
      const reply = Call.promiseOfLast() as Promise<Raw>; // no decoder
      this.#encode(call);
      return reply;
    });
    this.#handOver();
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
    if (this.#blocked || this.#held || (this.state !== 'ready' && this.state !== 'draining')) return;
    const queue = this.#queue;
    while (queue.length > 0 && this.#encoder.bytes < BATCH_BYTES) {
      const call = queue.shift() as Call; // length was checked
      // Who gave up must not find the command executed later.
      if (call.state === SETTLED) release(call);
      else this.#encode(call);
    }
    this.#handOver();
    if (queue.length > 0 && !this.#blocked && !this.#flushing) {
      this.#flushing = true;
      setImmediate(this.#flush);
    }
    this.#endIfDrained();
  }

  #encode(call: Call): void {
    const encoder = this.#encoder;
    if (call.detour !== null) this.#encodeDetour(call, call.detour);
    encoder.encode(call.spec, call.args);
    call.state = WRITTEN;
    this.#inFlight.push(call);
    this.#encoded++;
  }

  /** What goes before the command itself, in one piece with it. */
  #encodeDetour(call: Call, { asking, unit }: Detour): void {
    if (asking) {
      this.#encoder.raw(ASKING);
      this.#inFlight.push(ignored);
      this.#encoded++;
    }
    if (unit === null) return;
    unit.replies.length = 0;
    for (const part of unit.parts) {
      this.#encoder.encode(part.spec, part.args);
      this.#inFlight.push(call);
      this.#encoded++;
    }
  }

  #handOver(): void {
    const encoder = this.#encoder;
    if (encoder.bytes === 0) return;
    if (batchChannel.hasSubscribers) {
      batchChannel.publish({ node: this.key, commands: this.#encoded, bytes: encoder.bytes } satisfies BatchWritten);
    }
    const segments = encoder.take();
    this.silence.sent(this.#inFlight.length - this.#encoded);
    this.#encoded = 0;
    const socket = this.#socket;
    let accepted = true;
    if (segments.length === 1 && segments[0] !== undefined) accepted = socket.write(segments[0]);
    else {
      socket.cork();
      for (const segment of segments) accepted = socket.write(segment) && accepted;
      socket.uncork();
    }
    // Length 0: the kernel has it all already, so the memory is free. Otherwise the encoder goes on in fresh memory, and if the socket
    // also says stop, commands wait unencoded, which keeps them retryable.
    if (socket.writableLength === 0) encoder.release();
    else if (!accepted) this.#blocked = true;
  }

  #drained(): void {
    this.#blocked = false;
    this.#write();
  }

  // --- reading

  #read(bytes: Buffer, length: number): void {
    if (this.state === 'closed') return;
    this.silence.heard();
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
    this.silence.answered(owed - this.#inFlight.length);
    // After the replies: they may tell that what waits here belongs elsewhere by now.
    if (this.#held) this.#revive();
    this.#endIfDrained();
  }

  #revive(): void {
    if (this.state === 'closed') return;
    this.#held = false;
    this.#events.alive?.(this);
    this.#write();
  }

  modeOfNext(): number {
    if (this.#inline) return this.#parser.pushMode;
    const call = this.#inFlight.peek();
    return call === undefined ? 0 : call.mode;
  }

  reply(value: Raw): void {
    if (this.#inline && isOutOfBand(value)) {
      this.push(value);
      return;
    }
    const call = this.#inFlight.shift();
    if (call === undefined) throw new ProtocolError(`${this.key} sent a reply that no command asked for`, { node: this.key });
    if (call.detour !== null && isPartReply(call.detour, value)) return;
    release(call);
    if (call.state === WRITTEN) call.succeed(value);
  }

  error(error: ReplyError): void {
    const call = this.#inFlight.shift();
    if (call === undefined) {
      // A server that is full or protected says so before it closes: https://redis.io/docs/latest/develop/reference/clients/
      this.destroy(new ConnectError(`${this.key} refused the connection: ${error.message}`, { node: this.key, cause: error }));
      return;
    }
    error.node = this.key;
    error.command = call.spec.name;
    if (this.state === 'connecting') this.#refusal ??= error;
    if (call.detour !== null && isPartReply(call.detour, error)) return;
    call.owner.failed(call, { kind: 'reply', error, node: this.key });
  }

  integerRange(value: bigint): void {
    const call = this.#inFlight.shift();
    if (call === undefined) return;
    release(call);
    call.fail(new IntegerRangeError(value, { node: this.key, command: call.spec.name }));
  }

  /** The first call in flight must not have its reply sent again: it would end the next connection, too. */
  #refuseReply(error: ReplyTooLargeError): void {
    const call = this.#inFlight.shift();
    if (call === undefined || call === ignored) return;
    while (call.unit !== null && this.#inFlight.peek() === call) this.#inFlight.shift();
    release(call);
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
    const spec = this.#inFlight.peek()?.spec;
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
    const error = this.#reason ?? lossError(socketError, wasConnecting, this.key, this.#refusal);
    this.#reason = error;
    log.connection('%s closed: %s', this.key, error.message);
    this.#endConnect(error);
    const lost = this.#inFlight.takeAll();
    const unwritten = this.takeUnwritten();
    const ended = this.#closing.length > 0 && lost.length === 0 && unwritten.length === 0;
    this.#events.closed(this, ended ? null : error);
    const mayHaveRun: Failure = { kind: 'lost', error };
    let previous: Call | null = null;
    for (const call of lost) {
      // A unit stands in the FIFO once a reply it waits for.
      if (call !== previous && call !== ignored) call.owner.failed(call, mayHaveRun);
      previous = call;
    }
    const didNotRun: Failure = { kind: 'unwritten', error };
    for (const call of unwritten) call.owner.failed(call, didNotRun);
    for (const resolve of this.#closing) resolve();
  }

  // --- deadlines

  tick(now: number): boolean {
    if (now >= this.#earliestDeadline) {
      const connecting = this.state === 'connecting';
      const queued = expire(this.#queue, now, this.key, connecting);
      const inFlight = expire(this.#inFlight, now, this.key, connecting, () => this.#events.overdue?.(this));
      this.#earliestDeadline = Math.min(queued, inFlight);
    }
    if (this.silence.tick(this.#inFlight.length > 0) && !this.#held && this.state === 'ready' && this.#events.silent !== undefined) {
      this.#held = true;
      log.connection('%s owes %d replies and says nothing', this.key, this.#inFlight.length);
      this.#events.silent(this);
    } else if (this.silence.hesitates && !this.#held && this.state === 'ready') this.#events.hesitates?.(this);
    this.#watched = this.load > 0;
    return this.#watched;
  }
}

/** The reply is not the call's own, but that of a command sent in one piece with it. */
function isPartReply({ unit }: Detour, reply: Raw): boolean {
  return unit !== null && unit.replies.push(reply) <= unit.parts.length;
}

/** Rejects the overdue calls, which keep their places. Returns the earliest deadline that is left. */
function expire(calls: Fifo<Call>, now: number, node: string, connecting: boolean, expired?: () => void): number {
  let earliest = Number.POSITIVE_INFINITY;
  calls.forEach((call) => {
    if (call.state === SETTLED) return;
    if (call.isDue(now)) {
      call.fail(timeoutOf(call, node, connecting));
      expired?.();
    } else if (call.deadline < earliest && call.deadline !== NO_DEADLINE) earliest = call.deadline;
  });
  return earliest;
}

export function timeoutOf(call: Call, node: string | undefined, connecting = false): TimeoutError {
  const unwritten = connecting ? `${node} has not finished the connection's handshake` : `not yet written to ${node}`;
  const where = call.state === WRITTEN ? `no reply from ${node}` : node === undefined ? 'no node to send it to' : unwritten;
  const first = call.firstError === null ? '' : `; first failure: ${call.firstError.message}`;
  return new TimeoutError(`${call.spec.name} timed out: ${where}${first}`, {
    node,
    command: call.spec.name,
    executed: call.executed,
    attempts: call.attempts + 1,
    cause: call.firstError ?? undefined,
  });
}

/** The last holder lets go of the call: its room in the client's bound is free again. */
export function release(call: Call): void {
  const budget = call.owner.budget;
  budget.commands--;
  budget.bytes -= call.bytes;
}

function lossError(cause: Error | null, wasConnecting: boolean, node: string, refusal: ReplyError | null): SlotwiseError {
  if (cause instanceof SlotwiseError) return cause;
  const why = cause === null ? 'the server closed it' : cause.message || String((cause as NodeJS.ErrnoException).code ?? cause);
  return wasConnecting
    ? // A server that is full or protected says so to whatever comes first, and closes: https://redis.io/docs/latest/develop/reference/clients/
      new ConnectError(`cannot connect to ${node}: ${why}${refusal === null ? '' : ` after "${refusal.message}"`}`, {
        node,
        cause: cause ?? refusal ?? undefined,
      })
    : new ConnectionLostError(`the connection to ${node} broke: ${why}`, { node, cause });
}

function replyOrThrow(error: unknown): Raw {
  if (error instanceof SlotwiseError && error.executed === 'yes') return error;
  throw error;
}

function asHandshakeError(error: unknown, node: string): SlotwiseError | AuthError {
  if (error instanceof SlotwiseError) return error;
  return new ConnectError(`the credentials for ${node} could not be had: ${error instanceof Error ? error.message : String(error)}`, {
    node,
    cause: error,
  });
}
