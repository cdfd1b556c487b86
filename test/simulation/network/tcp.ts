import type { Link } from './link.js';
import { CLIENT, hostOf, type Listener, type Network, type TlsAnswer } from './network.js';
import { Pipe } from './pipe.js';

/** What one side learns of a connection. */
export interface EndHandlers {
  /** `sentAt`: when the other side gave it away, in ms. `whenRead` is called when the program reads it. */
  data(bytes: Buffer, sentAt: number, whenRead?: () => void): void;
  /** The other side sends no more. */
  ended(): void;
  /** The connection is gone. */
  reset(): void;
  /** There is room for more, after `offer` took less than it was offered. */
  room?(): void;
  /** The other side begins with TLS, or answers. */
  hello?(answer: TlsAnswer | null): void;
}

interface Chunk {
  readonly bytes: Buffer;
  readonly sentAt: number;
  readonly whenRead: (() => void) | undefined;
}

/** A part of the stream, or what kernels tell each other. */
type Content = Chunk | { readonly hello: TlsAnswer | null } | 'accepted' | 'open' | 'end' | 'reset' | 'room';

/** Size of a packet without content, in bytes. */
const EMPTY = 40;
/** Size of the first flight of a TLS handshake, in bytes. */
const HELLO = 1_500;

const copyOf = (bytes: Uint8Array, length: number): Buffer => Buffer.from(length === bytes.length ? bytes : bytes.subarray(0, length));
const itself = (bytes: Buffer, length: number): Buffer => (length === bytes.length ? bytes : bytes.subarray(0, length));

/** One end of a TCP connection, as its kernel has it. */
export class End {
  handlers: EndHandlers | null = null;
  /** Closed by this side: nothing more is taken or told. */
  isClosed = false;
  /** The other side sends no more. */
  hasEnded = false;
  /** The other side has reset it. What came before can still be read. */
  isReset = false;
  /** What arrived, and the program has not read, in bytes. */
  unread = 0;
  /** `offer` took less than it was offered. */
  #wantsRoom = false;
  /** What the kernel has not taken of `write`. */
  #backlog: Chunk[] = [];
  /** This side sends no more. */
  #isShut = false;

  constructor(
    readonly host: string,
    readonly connection: TcpConnection,
  ) {}

  get #out(): Pipe<Content> {
    return this === this.connection.client ? this.connection.up : this.connection.down;
  }

  get #peer(): End {
    return this === this.connection.client ? this.connection.server : this.connection.client;
  }

  get isPeerClosed(): boolean {
    return this.#peer.isClosed;
  }

  /** Bytes that were given to the kernel, and the other side's program has not read. */
  get waiting(): number {
    return this.#out.waiting + this.#peer.unread;
  }

  /** What the kernel takes at the moment, in bytes. */
  get room(): number {
    return Math.max(0, this.connection.kernelBytes - this.waiting);
  }

  /** Gives the kernel as much as it takes, and returns how much that was. The memory may be used again. */
  offer(bytes: Uint8Array, sentAt: number): number {
    return this.#give(bytes, sentAt, undefined, copyOf);
  }

  #give<Bytes extends Uint8Array>(
    bytes: Bytes,
    sentAt: number,
    whenRead: Chunk['whenRead'],
    kept: (of: Bytes, length: number) => Buffer,
  ): number {
    if (this.isClosed || this.isReset || this.#isShut) return bytes.length;
    const length = Math.min(this.room, bytes.length);
    const isWhole = length === bytes.length;
    if (!isWhole) this.#wantsRoom = true;
    if (isWhole || length > 0) this.#send(kept(bytes, length), sentAt, isWhole ? whenRead : undefined);
    return length;
  }

  #send(bytes: Buffer, sentAt: number, whenRead: (() => void) | undefined): void {
    const out = this.#out;
    const { random, nature } = out.link;
    if (nature.splits > 0 && bytes.length > 1 && random.chance(nature.splits)) {
      const at = random.integer(1, bytes.length - 1);
      out.send({ bytes: bytes.subarray(0, at), sentAt, whenRead: undefined }, at);
      out.send({ bytes: bytes.subarray(at), sentAt, whenRead }, bytes.length - at);
    } else out.send({ bytes, sentAt, whenRead }, bytes.length);
  }

  /** Bytes that the process holds because the kernel takes no more. */
  get backlog(): number {
    return this.#backlog.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** What the kernel does not take, the process keeps. */
  write(bytes: Buffer, sentAt: number, whenRead?: () => void): void {
    if (this.isClosed) return;
    if (this.#backlog.length > 0) this.#backlog.push({ bytes, sentAt, whenRead });
    else this.#keepRest(bytes, sentAt, whenRead);
  }

  #keepRest(bytes: Buffer, sentAt: number, whenRead: (() => void) | undefined): boolean {
    const taken = this.#give(bytes, sentAt, whenRead, itself);
    if (taken < bytes.length) this.#backlog.unshift({ bytes: bytes.subarray(taken), sentAt, whenRead });
    return taken === bytes.length;
  }

  #fill(): void {
    let chunk = this.#backlog.shift();
    while (chunk !== undefined && this.#keepRest(chunk.bytes, chunk.sentAt, chunk.whenRead)) chunk = this.#backlog.shift();
  }

  /** The program has read so much. */
  read(bytes: number): void {
    this.unread -= bytes;
    const peer = this.#peer;
    if (!peer.#wantsRoom || this.isClosed) return;
    peer.#wantsRoom = false;
    this.#out.send('room', 0);
  }

  /** Sends no more, and goes on listening. */
  shut(): void {
    if (this.isClosed || this.#isShut) return;
    this.#isShut = true;
    this.#out.send('end', EMPTY);
  }

  /** Sends no more and hears nothing more. Bytes that nobody has read tell the other side by a reset. */
  close(): void {
    if (this.isClosed) return;
    if (this.unread > 0) {
      this.reset();
      return;
    }
    this.shut();
    this.isClosed = true;
    this.connection.closed();
  }

  reset(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#out.sendOnce('reset', EMPTY);
    this.connection.closed();
  }

  /** The host is gone, or has forgotten the connection. Nobody is told. */
  forget(): void {
    this.isClosed = true;
    this.connection.closed();
  }

  /** Begins with TLS, or answers. */
  hello(answer: TlsAnswer | null): void {
    if (!this.isClosed) this.#out.send({ hello: answer }, HELLO);
  }

  /** Called by the network. */
  receive(content: Content): void {
    if (content === 'open' || content === 'accepted') this.connection.opened(content);
    else if (content === 'reset') this.#wasReset();
    else if (content === 'end') {
      this.hasEnded = true;
      if (!this.isClosed) this.handlers?.ended();
    } else if (content === 'room') {
      if (this.isClosed) return;
      this.#fill();
      this.handlers?.room?.();
      // A kernel answers what comes for a connection that it does not have.
    } else if (this.isClosed) this.#out.sendOnce('reset', EMPTY);
    else if ('hello' in content) this.handlers?.hello?.(content.hello);
    else {
      this.unread += content.bytes.length;
      this.handlers?.data(content.bytes, content.sentAt, content.whenRead);
    }
  }

  #wasReset(): void {
    this.connection.end();
    if (this.isClosed) return;
    this.isReset = true;
    this.handlers?.reset();
  }
}

/** The end of a server. */
export class ServerEnd extends End {
  constructor(
    host: string,
    connection: TcpConnection,
    /** Counts from 1: the order in which the client opened them. */
    readonly id: number,
    /** Port of the other side, as a server sees it. */
    readonly peerPort: number,
    /** Ways in and out, for faults of this connection alone: it may be slow, or stand still. */
    readonly pipes: { readonly up: Pipe<unknown>; readonly down: Pipe<unknown> },
  ) {
    super(host, connection);
  }

  /** Something on the way says to both sides that the connection is gone. */
  interrupt(): void {
    const { client } = this.connection;
    this.receive('reset');
    client.receive('reset');
  }
}

/** How an attempt to connect ends. */
export interface ConnectHandlers {
  connected(end: End): void;
  refused(): void;
}

/** Opens a connection of the client to what listens there. */
export function openConnection(network: Network, _host: string, key: string, handlers: ConnectHandlers): TcpConnection {
  return new TcpConnection(network, key, handlers);
}

/** A connection of the client, or of a proxy, to what listens at `key`, from its first packet on. */
export class TcpConnection {
  readonly client: End;
  readonly server: ServerEnd;
  readonly up: Pipe<Content>;
  readonly down: Pipe<Content>;
  /** What the kernels of both sides hold of one direction, in bytes. */
  readonly kernelBytes: number;
  readonly #there: Link;
  readonly #back: Link;
  /** The client wants it no more. */
  #isAbandoned = false;
  #listener: Listener | null = null;

  constructor(
    private readonly network: Network,
    private readonly key: string,
    private readonly handlers: ConnectHandlers,
    /** The host that opens it. */
    from = CLIENT,
  ) {
    const host = hostOf(key);
    const id = ++network.connects;
    this.up = new Pipe(network, from, host, (content: Content) => this.server.receive(content));
    this.down = new Pipe(network, host, from, (content: Content) => this.client.receive(content));
    this.client = new End(from, this);
    const pipes = { up: this.up as Pipe<unknown>, down: this.down as Pipe<unknown> };
    this.server = new ServerEnd(host, this, id, 40_000 + (id % 20_000), pipes);
    this.#there = this.up.link;
    this.#back = this.down.link;
    const { least, most } = network.nature.kernelBytes;
    this.kernelBytes = Math.round(this.#there.random.skewed(least, most));
    this.#carry(this.#there, () => this.#asked(network.timeline.now));
  }

  /** The client wants it no more. */
  abandon(): void {
    this.#isAbandoned = true;
  }

  #carry(link: Link, run: () => void): void {
    link.whenOpen(() => this.network.timeline.after(link.delay(EMPTY), run));
  }

  /** The first packet has come. */
  #asked(since: number): void {
    if (this.#isAbandoned) {
      this.end();
      return;
    }
    const { network, key } = this;
    const door = network.doors.get(key);
    if (door === 'drop') {
      network.timeline.after(this.#there.nextTryMs(since, 1_000), () => this.#asked(since));
      return;
    }
    this.#listener = door === 'mute' ? mute : (network.listeners.get(key) ?? null);
    if (this.#listener !== null && door !== 'refuse') this.down.send('open', EMPTY);
    else {
      this.#carry(this.#back, () => {
        this.end();
        if (!this.#isAbandoned) this.handlers.refused();
      });
    }
  }

  /** Called by the ends. The client learns first that it is connected. */
  opened(step: 'open' | 'accepted'): void {
    const { client, server, network } = this;
    if (step === 'open') {
      if (this.#isAbandoned) {
        client.reset();
        server.forget();
        return;
      }
      this.up.send('accepted', EMPTY);
      this.handlers.connected(client);
      return;
    }
    const listener = this.#listener;
    if (listener === null || (listener !== mute && network.listeners.get(this.key) !== listener)) {
      server.reset(); // it died meanwhile
      return;
    }
    network.ends.add(server);
    listener.accept(server);
  }

  /** An end is closed. */
  closed(): void {
    if (this.client.isClosed && this.server.isClosed) this.end();
    if (this.server.isClosed) this.network.ends.delete(this.server);
  }

  /** Nothing comes any more. */
  end(): void {
    this.up.end();
    this.down.end();
    this.network.ends.delete(this.server);
  }
}

/** Takes connections, and leaves it at that. */
const mute: Listener = {
  accept: () => {
    // Nobody reads.
  },
};
