import type Denque from 'denque';
import { ConnectError, ConnectionLostError, ProtocolError, ReplyError, ReplyTooLargeError, SlotwiseError } from '../errors.js';
import { type Call, WRITTEN } from '../protocol/call.js';
import type { CallExtras } from '../protocol/call-extras.js';
import { DECODE_BUFFERS, type Raw } from '../protocol/command-spec.js';
import { mendReply } from '../protocol/flawed-reply.js';
import { Parser } from '../protocol/resp/parser.js';
import type { ReplyLimits } from '../protocol/resp/reply-bounds.js';
import { replyError } from '../protocol/resp/reply-error.js';
import type { ReplySink } from '../protocol/resp/reply-sink.js';
import { releaseUsage } from './deadlines.js';
import { DISCARDED_REPLY } from './internal-calls.js';
import { isConfirmation, isLateRefusal, isPubsubPush } from './pubsub-replies.js';
import { RefusedWrites } from './refused-writes.js';
import { withoutSecrets, withoutSecretsOf } from './secret-replies.js';

/** What a demoted primary said to a write, in place of what it answers to the reads behind that. */
const NO_PRIMARY = { code: 'READONLY', message: "READONLY You can't write against a read only replica." };

/** What a reader tells its connection. */
interface ReaderEvents {
  push(items: Raw[]): void;
  /** An error came that answers no command. */
  refused(error: ConnectError): void;
}

/** The way into a connection: bytes become replies, and each reply settles the first call in flight. */
export class Reader implements ReplySink {
  readonly #parser: Parser;
  #subscriber = false;
  /** A subscriber that speaks RESP2: pushes have the form of replies. */
  #pushesInline = false;
  readonly #refusedWrites = new RefusedWrites();

  constructor(
    private readonly node: string,
    /** Calls that were encoded, in the order of the replies to come. */
    public inFlight: Denque<Call>,
    private readonly events: ReaderEvents,
    limits: Partial<ReplyLimits> = {},
  ) {
    this.#parser = new Parser(this, limits);
  }

  /** Makes the connection one that carries subscriptions. */
  subscribe(protocol: 2 | 3): void {
    this.#subscriber = true;
    this.#pushesInline = protocol === 2;
  }

  /** Strings in pushes are Buffers from the next push on. */
  pushBuffers(): void {
    this.#parser.pushMode = DECODE_BUFFERS;
  }

  /** Settles the calls that these bytes answer. Returns why nothing more can be read; null: more can. */
  read(bytes: Buffer, length: number): ConnectionLostError | null {
    try {
      this.#parser.write(bytes, 0, length);
      return null;
    } catch (error) {
      if (error instanceof ReplyTooLargeError) this.#refuseReply(error);
      const cause =
        error instanceof SlotwiseError ? error : new ProtocolError(`reading from ${this.node} failed: ${String(error)}`, { cause: error });
      return new ConnectionLostError(`${this.node}: ${cause.message}`, { node: this.node, cause });
    }
  }

  modeOfNext(): number {
    if (this.#pushesInline) return this.#parser.pushMode;
    const call = this.inFlight.peekFront();
    return call === undefined ? 0 : call.mode;
  }

  reply(value: Raw): void {
    if (this.#pushesInline && isPubsubPush(value)) {
      this.push(value);
      return;
    }
    const call = this.#next();
    if (call === undefined) throw new ProtocolError(`${this.node} sent a reply that no command asked for`, { node: this.node });
    if (call.extras !== null) {
      if (call.extras.batch !== null) this.#mendErrors(value, call.extras.batch);
      if (isPartReply(call.extras, value)) return;
    }
    const refusal = call.doubted ? NO_PRIMARY : this.#refusedWrites.refusalOf(call);
    if (refusal !== null && call.state === WRITTEN) {
      const error = replyError(refusal.code, refusal.message);
      error.node = this.node;
      error.command = call.spec.name;
      call.owner.failed(call, { kind: 'error-reply', error, node: this.node });
      return;
    }
    releaseUsage(call);
    if (call.state === WRITTEN) call.succeed(value);
  }

  #next(): Call | undefined {
    this.#refusedWrites.passed();
    return this.inFlight.shift();
  }

  /** Errors among the replies of a transaction say which node gave them, and quote no secrets. */
  #mendErrors(replies: Raw, { commands }: NonNullable<CallExtras['batch']>): void {
    if (!Array.isArray(replies)) return;
    for (let at = 0; at < replies.length; at++) {
      const reply = replies[at];
      if (!(reply instanceof ReplyError)) continue;
      reply.node = this.node;
      const queued = commands[at + 1]; // behind MULTI
      if (queued !== undefined) replies[at] = withoutSecretsOf(reply, queued.spec.name, queued.args);
    }
  }

  error(given: ReplyError): void {
    if (this.#subscriber && isLateRefusal(given, this.inFlight.peekFront())) return;
    const call = this.#next();
    if (call === undefined) {
      const error = withoutSecrets(given, []);
      // A server that is full or protected says so before it closes: https://redis.io/docs/latest/develop/reference/clients/
      this.events.refused(new ConnectError(`${this.node} refused the connection: ${error.message}`, { node: this.node, cause: error }));
      return;
    }
    const { spec, args } = answered(call);
    const error = withoutSecretsOf(given, spec.name, args);
    error.node = this.node;
    error.command = call.spec.name;
    if (call.extras !== null && isPartReply(call.extras, error)) return;
    this.#refusedWrites.add(call, error, this.inFlight.length);
    call.owner.failed(call, { kind: 'error-reply', error, node: this.node });
  }

  flawed(value: Raw, outOfRange: bigint | null): void {
    const call = this.inFlight.peekFront();
    const { batch = null } = call?.extras ?? {};
    const asked = batch?.commands[batch.replies.length] ?? call;
    if (call === undefined || asked === undefined || (this.#pushesInline && isPubsubPush(value))) {
      this.reply(value);
      return;
    }
    let own: Raw;
    try {
      own = mendReply(value, asked, batch, { outOfRange, node: this.node });
    } catch (error) {
      this.#next();
      if (call.extras !== null && isPartReply(call.extras, error as Error)) return; // `mendReply` throws nothing else
      releaseUsage(call);
      call.fail(error);
      return;
    }
    this.reply(own);
  }

  push(items: Raw[]): void {
    if (this.#subscriber && isConfirmation(items, this.inFlight.peekFront())) {
      const call = this.inFlight.shift();
      if (call?.state === WRITTEN) call.succeed(items);
    } else this.events.push(items);
  }

  /** Rejects the first call in flight for good: its reply, sent again, would end the next connection as well. */
  #refuseReply(error: ReplyTooLargeError): void {
    const call = this.inFlight.shift();
    if (call === undefined || call === DISCARDED_REPLY) return;
    while (call.batch !== null && this.inFlight.peekFront() === call) this.inFlight.shift();
    releaseUsage(call);
    call.fail(new ReplyTooLargeError(`${call.spec.name}: ${error.message}`, { node: this.node, command: call.spec.name }));
  }
}

/** The command that the next reply for this call answers: its own, or one that was sent in one piece with it. */
function answered(call: Call): Pick<Call, 'spec' | 'args'> {
  const { batch } = call;
  return batch?.commands[batch.replies.length] ?? call;
}

/** Whether the reply is not the call's own, but that of a command sent in one piece with it. */
function isPartReply({ batch }: CallExtras, reply: Raw): boolean {
  return batch !== null && batch.replies.push(reply) <= batch.commands.length;
}
