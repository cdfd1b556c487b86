import { hostOf, type Network } from '../../network/network.js';
import { Pipe } from '../../network/pipe.js';
import type { ServerConnection, ServerProcess } from '../server-process.js';

/** A server, as others connect to it. */
type Peer = ServerProcess<ServerConnection>;

const END = Symbol('end');
type Content = unknown | typeof END;

/** Size of a packet without content, in bytes. */
const EMPTY = 40;

function nothing(): void {
  // Nobody listens.
}

/** One end of a connection between two servers, of messages in order. */
export class LinkEnd<In = unknown, Out = unknown> {
  isClosed = false;
  /** Called by the process of this end. */
  received: (message: In) => void = nothing;
  /** The other side has closed it, or does not know it any more. */
  closed: () => void = nothing;
  other: LinkEnd | null = null;
  readonly #life: number;

  constructor(
    readonly owner: Peer,
    /** Who the other side is. */
    readonly peer: Peer,
    readonly out: Pipe<Content>,
  ) {
    this.#life = owner.life;
    owner.links.add(this as LinkEnd);
  }

  /** `bytes`: its size. */
  send(message: Out, bytes = 100): void {
    if (!this.isClosed) this.out.send(message, bytes);
  }

  close(): void {
    if (this.isClosed) return;
    this.forget();
    this.out.send(END, EMPTY);
  }

  /** The host is gone: nobody is told. */
  forget(): void {
    this.isClosed = true;
    this.owner.links.delete(this as LinkEnd);
  }

  #endWays(): void {
    this.out.end();
    this.other?.out.end();
  }

  /** Called by the network. */
  arrive(content: Content): void {
    const { owner } = this;
    if (this.isClosed || owner.life !== this.#life) {
      // A kernel answers what comes for a connection that it does not have.
      if (content !== END && owner.state !== 'dead') this.out.send(END, EMPTY);
      if (content === END) this.#endWays();
      return;
    }
    if (content === END) this.#endWays();
    owner.arrives(() => {
      if (this.isClosed) return;
      if (content !== END) this.received(content as In);
      else {
        this.forget();
        this.closed();
      }
    });
  }
}

export interface LinkHandlers {
  connected(end: LinkEnd): void;
  refused(): void;
}

/** Connects to the server that listens there. Nothing is called if the process dies meanwhile. */
export function openLink(network: Network, from: Peer, key: string, handlers: LinkHandlers): void {
  const { timeline } = network;
  const host = hostOf(key);
  const { life } = from;
  const answer = (run: () => void): void =>
    network.whenOpen(host, from.host, () =>
      timeline.after(network.latency(host, from.host), () => from.life === life && from.arrives(run)),
    );
  network.whenOpen(from.host, host, () =>
    timeline.after(network.latency(from.host, host), () => {
      const to = network.listeners.get(key) as Peer | undefined;
      if (from.life !== life || from.state === 'dead') return;
      if (to === undefined) {
        answer(handlers.refused);
        return;
      }
      const up: Pipe<Content> = new Pipe(network, from.host, host, (content: Content) => there.arrive(content));
      const down: Pipe<Content> = new Pipe(network, host, from.host, (content: Content) => here.arrive(content));
      const here = new LinkEnd(from, to, up);
      const there = new LinkEnd(to, from, down);
      here.other = there;
      there.other = here;
      to.arrives(() => to.linked(there));
      answer(() => handlers.connected(here));
    }),
  );
}
