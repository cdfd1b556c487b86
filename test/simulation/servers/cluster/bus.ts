import type { Pipe } from '../../network/pipe.js';
import type { ServerConnection, ServerProcess } from '../server-process.js';
import { MESSAGE_BYTES, type Message } from './messages.js';

/** A node's end of the bus. */
export interface BusPeer {
  readonly process: ServerProcess<ServerConnection>;
  receive(message: Message): void;
}

interface Link {
  readonly pipe: Pipe<Message>;
  readonly openedAt: number;
  /** Of the process at the other end: another one knows nothing of the link. */
  readonly life: number;
}

/** Links to the other nodes, each for what this one sends. */
export class Bus {
  readonly #links: (Link | undefined)[] = [];

  constructor(
    private readonly self: ServerProcess<ServerConnection>,
    private readonly peer: (ordinal: number) => BusPeer | undefined,
  ) {}

  /** When the link was opened; null: there is none. */
  openedAt(ordinal: number): number | null {
    const link = this.#links[ordinal];
    if (link === undefined) return null;
    const process = this.peer(ordinal)?.process;
    if (process !== undefined && process.state !== 'dead' && process.life === link.life) return link.openedAt;
    this.close(ordinal);
    return null;
  }

  /** Whether there is a link now. It takes packets both ways to have one. */
  open(ordinal: number): boolean {
    const peer = this.peer(ordinal);
    if (peer === undefined || peer.process.state === 'dead') return false;
    const { network, host } = this.self;
    if (network.isCut(host, peer.process.host) || network.isCut(peer.process.host, host)) return false;
    const pipe = this.self.pipeTo<Message>(peer.process, (message) => peer.receive(message));
    this.#links[ordinal] = { pipe, openedAt: this.self.now, life: peer.process.life };
    return true;
  }

  /** What is on the way is lost. */
  close(ordinal: number): void {
    this.#links[ordinal]?.pipe.end();
    this.#links[ordinal] = undefined;
  }

  closeAll(): void {
    for (let ordinal = 0; ordinal < this.#links.length; ordinal++) this.close(ordinal);
  }

  /** Without a link it is lost. */
  send(ordinal: number, message: Message): void {
    this.#links[ordinal]?.pipe.send(message, MESSAGE_BYTES);
  }
}
