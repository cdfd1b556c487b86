import type { Socket } from 'node:net';
import type Denque from 'denque';
import { type BatchWritten, batchChannel } from '../diagnostics.js';
import { type Call, WRITTEN } from '../protocol/call.js';
import type { CallExtras } from '../protocol/call-extras.js';
import { Encoder } from '../protocol/resp/encoder.js';
import { DISCARDED_REPLY } from './internal-calls.js';
import type { Liveness } from './liveness.js';

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

  encode(call: Call): void {
    const encoder = this.#encoder;
    if (call.extras !== null) this.#encodeExtras(call, call.extras);
    encoder.encode(call.spec, call.args);
    call.state = WRITTEN;
    this.inFlight.push(call);
    this.#encoded++;
  }

  /** Encodes what goes before the command itself, in one piece with it. */
  #encodeExtras(call: Call, { asking, batch }: CallExtras): void {
    if (asking) {
      this.#encoder.raw(ASKING);
      this.inFlight.push(DISCARDED_REPLY);
      this.#encoded++;
    }
    if (batch === null) return;
    batch.replies.length = 0;
    for (const { spec, args } of batch.commands) {
      this.#encoder.encode(spec, args);
      this.inFlight.push(call);
      this.#encoded++;
    }
  }

  /** Gives the batch to the socket. */
  handOver(socket: Socket): void {
    const encoder = this.#encoder;
    if (encoder.bytes === 0) return;
    if (batchChannel.hasSubscribers) {
      batchChannel.publish({ node: this.node, commands: this.#encoded, bytes: encoder.bytes } satisfies BatchWritten);
    }
    const segments = encoder.take();
    this.liveness.sent(this.inFlight.length - this.#encoded);
    this.#encoded = 0;
    let accepted = true;
    if (segments.length === 1 && segments[0] !== undefined) accepted = socket.write(segments[0]);
    else {
      socket.cork();
      for (const segment of segments) accepted = socket.write(segment) && accepted;
      socket.uncork();
    }
    // Length 0: the kernel has it all already, so the memory is free. Otherwise the encoder goes on in fresh memory.
    if (socket.writableLength === 0) encoder.release();
    else if (!accepted) this.blocked = true;
  }
}
