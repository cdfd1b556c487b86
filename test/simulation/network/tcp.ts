import { CLIENT, type Network } from './network.js';
import { Pipe } from './pipe.js';

/** What one side learns of a connection. */
export interface EndHandlers {
  /** `sentAt`: when the other side gave it to its kernel, in ms. `whenRead` is called when the program reads it. */
  data(bytes: Buffer, sentAt: number, whenRead?: () => void): void;
  /** The other side sends no more. */
  ended(): void;
  /** The connection is gone. */
  reset(): void;
  /** The other side has taken something of what was sent: there is room for more. */
  taken?(): void;
}

interface Chunk {
  readonly bytes: Buffer;
  readonly sentAt: number;
  readonly whenRead: (() => void) | undefined;
}

type Content = Chunk | 'end' | 'reset';

/** Size of a packet without content, in bytes. */
const EMPTY = 40;

/** The ways of a connection, as one end has them. */
interface Ways {
  readonly out: Pipe<Content>;
  readonly in: Pipe<Content>;
  readonly peer: End;
}

/** One end of a TCP connection, as its kernel has it. */
export class End {
  handlers: EndHandlers | null = null;
  /** Closed by this side: nothing more is taken or told. */
  isClosed = false;
  /** What arrived, and the program has not read, in bytes. */
  unread = 0;

  constructor(
    readonly host: string,
    private readonly ways: () => Ways,
  ) {}

  /** Bytes that were given to the kernel, and the other side's program has not read. */
  get waiting(): number {
    const { out, peer } = this.ways();
    return out.waiting + peer.unread;
  }

  write(bytes: Buffer, sentAt: number, whenRead?: () => void): void {
    if (!this.isClosed) this.ways().out.send({ bytes, sentAt, whenRead }, bytes.length);
  }

  /** Sends no more and hears nothing more. Bytes that nobody has read tell the other side by a reset. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.ways().out.send(this.unread > 0 ? 'reset' : 'end', EMPTY);
  }

  reset(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.ways().out.send('reset', EMPTY);
  }

  /** The host is gone, or has forgotten the connection. Nobody is told. */
  forget(): void {
    this.isClosed = true;
  }

  /** Called by the network. */
  receive(content: Content): void {
    if (typeof content === 'string') this.ways().in.end();
    if (this.isClosed) {
      // A kernel answers what comes for a connection that it does not have.
      if (typeof content !== 'string') this.ways().out.send('reset', EMPTY);
      return;
    }
    if (typeof content !== 'string') this.handlers?.data(content.bytes, content.sentAt, content.whenRead);
    else if (content === 'end') this.handlers?.ended();
    else {
      this.isClosed = true;
      this.handlers?.reset();
    }
  }
}

/** The end of a server. */
export class ServerEnd extends End {
  constructor(
    host: string,
    ways: () => Ways,
    /** Counts from 1: the order in which the client opened them. */
    readonly id: number,
    /** Port of the other side, as a server sees it. */
    readonly peerPort: number,
    /** Ways in and out, for faults of this connection alone: it may be slow, or stand still. */
    readonly pipes: { readonly up: Pipe<unknown>; readonly down: Pipe<unknown> },
  ) {
    super(host, ways);
  }
}

/** How an attempt to connect ends. */
export interface ConnectHandlers {
  connected(end: End): void;
  refused(): void;
}

/** Opens a connection of the client to what listens there. `host` and `key` differ for Unix sockets. */
export function openConnection(network: Network, host: string, key: string, handlers: ConnectHandlers): { abandon(): void } {
  let isAbandoned = false;
  network.connects++;
  const id = network.connects;
  const { timeline } = network;
  const answer = (run: () => void): void =>
    network.whenOpen(host, CLIENT, () => {
      timeline.after(network.latency(host, CLIENT), run);
    });
  const arrive = (): void => {
    if (isAbandoned) return;
    const listener = network.listeners.get(key);
    if (listener === undefined) {
      answer(() => {
        if (!isAbandoned) handlers.refused();
      });
      return;
    }
    const up: Pipe<Content> = new Pipe(network, CLIENT, host, (content: Content) => {
      there.receive(content);
      here.handlers?.taken?.();
    });
    const down: Pipe<Content> = new Pipe(network, host, CLIENT, (content: Content) => here.receive(content));
    const here: End = new End(CLIENT, () => ({ out: up, in: down, peer: there }));
    const there: ServerEnd = new ServerEnd(host, () => ({ out: down, in: up, peer: here }), id, 40_000 + (id % 20_000), {
      up: up as Pipe<unknown>,
      down: down as Pipe<unknown>,
    });
    listener.accept(there);
    answer(() => {
      if (isAbandoned) here.reset();
      else handlers.connected(here);
    });
  };
  network.whenOpen(CLIENT, host, () => timeline.after(network.latency(CLIENT, host), arrive));
  return {
    abandon: () => {
      isAbandoned = true;
    },
  };
}
