import type { ClientProcess } from '../time/client-process.js';
import type { Network, TlsAnswer } from './network.js';
import { commandsText, repliesText } from './packet-text.js';
import { type End, TcpConnection } from './tcp.js';

/** Parts that Node reads from a socket before it turns to others: https://github.com/libuv/libuv/blob/v1.x/src/unix/stream.c (`uv__read`) */
const READS_A_TURN = 32;
/** What Node reads at once without a buffer of the program, in bytes. */
const READ_BYTES = 64 * 1024;

/** What a handle tells its socket. */
export interface HandleEvents {
  /** Memory to read into; null: it comes in new memory. */
  buffer(): Uint8Array | null;
  read(length: number, bytes: Uint8Array): void;
  ended(): void;
  failed(code: string): void;
  /** The other side's part of a TLS handshake; null: it speaks none. */
  hello(answer: TlsAnswer | null): void;
}

type Done = (code: string | null) => void;

interface PendingWrite {
  /** What the kernel has not taken. It is not copied: who changes it meanwhile sends something else. */
  readonly parts: Uint8Array[];
  readonly sentAt: number;
  readonly done: Done;
}

interface Arrived {
  readonly bytes: Uint8Array;
  readonly whenRead: (() => void) | undefined;
}

/**
 * A socket as libuv has it for Node, over the virtual network: which of its callbacks come in which turn of the loop.
 * https://github.com/libuv/libuv/blob/v1.x/src/unix/stream.c (`uv__stream_io`)
 */
export class VirtualHandle {
  bytesRead = 0;
  bytesWritten = 0;
  /** What the kernel has not taken, in bytes. */
  writeQueueSize = 0;
  isReading = false;
  #isClosed = false;
  #isUnix = false;
  #key = '';
  #connection: TcpConnection | null = null;
  #end: End | null = null;
  #arrived: Arrived[] = [];
  /** Why the connection is gone, as long as nobody was told; later calls say EPIPE. */
  #error: string | null = null;
  #hasReadEnd = false;
  #pending: PendingWrite | null = null;
  #shutdown: (() => void) | null = null;
  #isShut = false;
  #isPolled = false;
  readonly #poll = (): void => this.#ready();

  constructor(
    private readonly network: Network,
    private readonly process: ClientProcess,
    private readonly events: HandleEvents,
  ) {}

  /** `key`: of what listens, or the path of a Unix socket. */
  connect(key: string, done: Done): void {
    const { network, process } = this;
    this.#key = key;
    const later = (code: string | null): void => process.arrive(() => !this.#isClosed && done(code));
    this.#isUnix = key.startsWith('/');
    if (this.#isUnix && !network.listeners.has(key)) {
      later(network.paths.has(key) ? 'ECONNREFUSED' : 'ENOENT');
      return;
    }
    this.#connection = new TcpConnection(network, key, {
      refused: () => {
        this.#tell('is refused by');
        later('ECONNREFUSED');
      },
      connected: (end) => {
        this.#tell('is connected to');
        this.#take(end);
        later(null);
      },
    });
    this.#tell('connects to');
  }

  get #id(): number {
    return this.#connection?.server.id ?? 0;
  }

  get #name(): string {
    return `${this.#key} (${this.#id})`;
  }

  #tell(what: string): void {
    this.network.trace?.add('client', what, () => this.#name);
  }

  #take(end: End): void {
    this.#end = end;
    end.handlers = {
      data: (bytes, _sentAt, whenRead) => {
        this.#arrived.push({ bytes, whenRead });
        this.#look();
      },
      ended: () => this.#look(),
      reset: () => {
        // Linux says EPIPE where the other side had closed before: `tcp_reset` in net/ipv4/tcp_input.c
        this.#error = end.hasEnded ? 'EPIPE' : 'ECONNRESET';
        this.#look();
      },
      room: () => this.#look(),
      hello: (answer) => this.process.arrive(() => !this.#isClosed && this.events.hello(answer)),
    };
  }

  readStart(): void {
    this.isReading = true;
    this.#look();
  }

  readStop(): void {
    this.isReading = false;
  }

  /** Returns whether it is done, or why it cannot be; else `done` is called when the kernel has taken it all. */
  write(parts: readonly Uint8Array[], sentAt: number, done: Done): true | false | string {
    const end = this.#end;
    if (end === null) return 'EBADF';
    let bytes = 0;
    for (const part of parts) {
      bytes += part.length;
      this.network.trace?.packet('client', this.#id, part, (sent) => `→ ${this.#name}  ${commandsText(sent)}`);
    }
    this.bytesWritten += bytes;
    if (end.isReset) {
      const code = this.#error ?? 'EPIPE';
      this.#error = null;
      return code;
    }
    this.writeQueueSize += bytes;
    const rest = [...parts];
    if (this.#offer(end, rest, sentAt)) return true;
    this.#pending = { parts: rest, sentAt, done };
    return false;
  }

  /** Removes what the kernel takes. */
  #offer(end: End, parts: Uint8Array[], sentAt: number): boolean {
    for (let part = parts[0]; part !== undefined; part = parts[0]) {
      const taken = end.offer(part, sentAt);
      this.writeQueueSize -= taken;
      if (taken < part.length) {
        parts[0] = part.subarray(taken);
        return false;
      }
      parts.shift();
    }
    return true;
  }

  hello(): void {
    this.#end?.hello(null);
  }

  /** Sends no more after what was written. */
  shutdown(done: () => void): void {
    this.#shutdown = done;
    this.process.beforePoll(() => this.#shut());
  }

  #shut(): void {
    const done = this.#shutdown;
    if (done === null || this.#pending !== null || this.#isClosed) return;
    this.#shutdown = null;
    this.#isShut = true;
    this.#end?.shut();
    this.process.run(done);
  }

  close(done: () => void): void {
    this.#isClosed = true;
    this.#tell('closes');
    this.isReading = false;
    this.#arrived = [];
    if (this.#end !== null) this.#end.close();
    else this.#connection?.abandon();
    const pending = this.#pending;
    this.#pending = null;
    this.process.whenClosed(() => {
      // Whoever destroys a socket is not told what became of its writes: `onWriteComplete` in lib/internal/stream_base_commons.js of Node
      if (pending !== null) this.process.run(() => pending.done(null));
      done();
    });
  }

  /** Has the loop look at the socket if there is something for it. */
  #look(): void {
    if (this.#isPolled || this.#isClosed || this.#end === null) return;
    const { hasEnded, isReset } = this.#end;
    const reads = this.isReading && !this.#hasReadEnd && (this.#arrived.length > 0 || hasEnded || isReset);
    const writes = this.#pending !== null && (isReset || this.#end.room > 0);
    if (!reads && !writes) return;
    this.#isPolled = true;
    this.process.arrive(this.#poll);
  }

  #ready(): void {
    this.#isPolled = false;
    const end = this.#end;
    if (end === null || this.#isClosed) return;
    // Decided before: what comes while it reads is for the next turn.
    const isHungUp = end.isReset || (end.hasEnded && (this.#isShut || (this.#isUnix && end.isPeerClosed)));
    const isPartial = this.#read(end);
    if (isHungUp && isPartial && this.isReading && !this.#hasReadEnd) this.#readEnd();
    if (!this.#isClosed) this.#write(end);
    this.#look();
  }

  /** Returns whether it got less than it asked for. */
  #read(end: End): boolean {
    for (let left = READS_A_TURN; left > 0 && this.isReading && !this.#hasReadEnd && !this.#isClosed; left--) {
      if (this.#arrived.length > 0) {
        if (this.#readPart(end)) return true;
      } else if (end.hasEnded) this.#readEnd();
      else {
        const code = this.#error;
        if (code === null) return false;
        this.#error = null;
        this.#hasReadEnd = true;
        this.#tell('is reset by');
        this.process.run(() => this.events.failed(code));
      }
    }
    return false;
  }

  #readEnd(): void {
    this.#hasReadEnd = true;
    this.#tell('reads the end of');
    this.process.run(() => this.events.ended());
  }

  #readPart(end: End): boolean {
    const first = this.#arrived[0] as Arrived; // there is one
    const given = this.events.buffer();
    let bytes: Uint8Array;
    let length = 0;
    const size = given?.length ?? READ_BYTES;
    if (given === null && this.#arrived.length === 1 && first.bytes.length <= size) {
      bytes = first.bytes;
      length = bytes.length;
      this.#arrived = [];
      first.whenRead?.();
    } else {
      bytes = given ?? Buffer.allocUnsafeSlow(Math.min(size, end.unread));
      length = this.#fill(bytes);
    }
    this.bytesRead += length;
    this.network.trace?.packet('client', this.#id, bytes.subarray(0, length), (got) => `← ${this.#name}  ${repliesText(got)}`);
    end.read(length);
    this.process.run(() => this.events.read(length, bytes));
    return length < size;
  }

  #fill(into: Uint8Array): number {
    let length = 0;
    let taken = 0;
    for (const chunk of this.#arrived) {
      const { bytes, whenRead } = chunk;
      const room = into.length - length;
      if (bytes.length > room) {
        into.set(bytes.subarray(0, room), length);
        this.#arrived[taken] = { bytes: bytes.subarray(room), whenRead };
        length = into.length;
        break;
      }
      into.set(bytes, length);
      length += bytes.length;
      taken++;
      whenRead?.();
    }
    if (taken === this.#arrived.length) this.#arrived = [];
    else this.#arrived.splice(0, taken);
    return length;
  }

  #write(end: End): void {
    const pending = this.#pending;
    if (pending !== null) {
      const code = end.isReset ? (this.#error ?? 'EPIPE') : null;
      if (code === null && !this.#offer(end, pending.parts, pending.sentAt)) return;
      this.#pending = null;
      this.process.run(() => pending.done(code));
    }
    this.#shut();
  }
}
