import type Denque from 'denque';
import { type BatchWritten, batchChannel } from '../diagnostics.js';
import { ArgumentError, SlotwiseError } from '../errors.js';
import { type Call, WRITTEN } from '../protocol/call.js';
import type { CallExtras } from '../protocol/call-extras.js';
import { Encoder } from '../protocol/resp/encoder.js';
import { queueMicrotask } from '../runtime/runtime.js';
import type { Socket } from '../runtime/sockets.js';
import { releaseUsage } from './deadlines.js';
import { DISCARDED_REPLY } from './internal-calls.js';
import type { Liveness } from './liveness.js';
import { SendTimes } from './send-times.js';
import { hasBacklog } from './upload.js';

/** One write carries at most about this much, so that a huge batch does not starve the event loop. */
const BATCH_BYTES = 512 * 1024;
const ASKING = Buffer.from('*1\r\n$6\r\nASKING\r\n');

/** The way out of a connection: calls become bytes, leave a batch at a time, and are in flight from then on. */
export class Writer {
  /** The socket takes no more for the moment: calls wait unencoded, which keeps them retryable. */
  blocked = false;
  readonly #encoder = new Encoder();
  /** Entries of `inFlight` since the last write. */
  #encoded = 0;
  /** Entries of `inFlight` of all writes. */
  #written = 0;
  readonly #times = new SendTimes();

  constructor(
    private readonly node: string,
    /** Calls that were encoded, in the order of the replies to come. */
    public inFlight: Denque<Call>,
    private readonly liveness: Liveness,
  ) {}

  /** The batch is as big as one write should be. */
  get isFull(): boolean {
    return this.#encoder.bytes >= BATCH_BYTES;
  }

  /** Encodes the call, with what goes before it. Refuses a call whose arguments are no longer what was given: nothing of it is sent then. */
  encode(call: Call): void {
    const encoder = this.#encoder;
    const before = encoder.bytes;
    try {
      if (call.extras !== null) this.#encodeExtras(call.extras);
      encoder.encode(call.spec, call.args);
    } catch (error) {
      encoder.truncate(before);
      refuse(call, error);
      return;
    }
    call.state = WRITTEN;
    if (call.extras !== null) this.#expectExtras(call, call.extras);
    this.#expect(call);
  }

  /** Encodes what goes before the command itself, in one piece with it. */
  #encodeExtras({ asking, batch }: CallExtras): void {
    if (asking) this.#encoder.raw(ASKING);
    if (batch !== null) for (const { spec, args } of batch.commands) this.#encoder.encode(spec, args);
  }

  /** The replies to what goes before the command. */
  #expectExtras(call: Call, { asking, batch }: CallExtras): void {
    if (asking) this.#expect(DISCARDED_REPLY);
    if (batch === null) return;
    batch.replies.length = 0;
    for (let left = batch.commands.length; left > 0; left--) this.#expect(call);
  }

  #expect(call: Call): void {
    this.inFlight.push(call);
    this.#encoded++;
  }

  /** Every tick of the clock. */
  mark(now: number): void {
    this.#times.mark(now, this.#written, this.#written - this.inFlight.length);
  }

  /** The tick by which this entry of `inFlight` was written; null: none was since. */
  writtenAt(index: number): number | null {
    return this.#times.of(this.#written - this.inFlight.length + index);
  }

  /** Gives the batch to the socket. */
  handOver(socket: Socket): void {
    const encoder = this.#encoder;
    if (encoder.bytes === 0) return;
    if (batchChannel.hasSubscribers) {
      batchChannel.publish({ node: this.node, commands: this.#encoded, bytes: encoder.bytes } satisfies BatchWritten);
    }
    let segments = encoder.take();
    // Pieces that would wait in the socket are copied: of memory that was transferred meanwhile nothing would be sent, and the server would
    // take what follows for the value.
    if (segments.length > 1 && socket.writableLength > 0) segments = [Buffer.concat(segments)];
    const ahead = this.inFlight.length - this.#encoded;
    this.#written += this.#encoded;
    this.#encoded = 0;
    let accepted = true;
    if (segments.length === 1 && segments[0] !== undefined) accepted = socket.write(segments[0]);
    else {
      socket.cork();
      for (const segment of segments) accepted = socket.write(segment) && accepted;
      socket.uncork();
    }
    // The time of an upload is none of a round trip.
    if (!hasBacklog(socket)) this.liveness.sent(ahead);
    // Length 0: the kernel has it all already, so the memory is free. Otherwise the encoder goes on in fresh memory.
    if (socket.writableLength === 0) encoder.release();
    else if (!accepted) this.blocked = true;
  }
}

/** Tells the caller once the batch is written, because what follows may end the connection. An earlier attempt may have run. */
function refuse(call: Call, error: unknown): void {
  releaseUsage(call);
  const { message, command } = error instanceof SlotwiseError ? error : { message: String(error), command: call.spec.name };
  const { executed, attempts, firstError } = call;
  queueMicrotask(() => call.fail(new ArgumentError(message, { command, executed, attempts, cause: firstError ?? undefined })));
}
