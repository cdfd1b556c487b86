import type { Network } from './network.js';

/** What a pipe carries: a part of a stream, or its end. */
interface Packet<T> {
  readonly content: T;
  readonly size: number;
}

/**
 * One direction between two hosts: what goes in comes out, later and in order, as TCP has it. Where the way is cut nothing is lost: the sender
 * sends it again until the way is free, unless the connection ends first.
 */
export class Pipe<T> {
  /** Bytes that went in and did not come out. */
  waiting = 0;
  /** In bytes a millisecond. */
  bandwidth = Number.POSITIVE_INFINITY;
  /** Longer latency than the network's, in ms. */
  extraMs = 0;
  #lastAt = 0;
  /** What was sent while the way was cut. */
  #held: Packet<T>[] = [];
  #onTheWay: Packet<T>[] = [];
  #isEnded = false;

  constructor(
    private readonly network: Network,
    readonly from: string,
    readonly to: string,
    private readonly receive: (content: T) => void,
  ) {
    network.pipes.add(this as Pipe<unknown>);
  }

  send(content: T, size: number): void {
    if (this.#isEnded) return;
    const packet = { content, size };
    this.waiting += size;
    if (this.#held.length > 0 || this.network.isCut(this.from, this.to)) this.#held.push(packet);
    else this.#dispatch(packet, 0);
  }

  /** What is on the way is lost, and nothing is taken any more. */
  end(): void {
    this.#isEnded = true;
    this.#held = [];
    this.#onTheWay = [];
    this.waiting = 0;
    this.network.pipes.delete(this as Pipe<unknown>);
  }

  /** The way is free again: what waited is sent once more, when the sender next tries. */
  healed(retryMs: number): void {
    const held = this.#held;
    this.#held = [];
    for (const packet of held) this.#dispatch(packet, retryMs);
  }

  #dispatch(packet: Packet<T>, retryMs: number): void {
    const { timeline } = this.network;
    const transfer = packet.size / this.bandwidth;
    const at = Math.max(
      this.#lastAt + transfer,
      timeline.now + retryMs + this.network.latency(this.from, this.to) + this.extraMs + transfer,
    );
    this.#lastAt = at;
    this.#onTheWay.push(packet);
    timeline.at(at, () => this.#arrive());
  }

  #arrive(): void {
    const packet = this.#onTheWay.shift();
    if (packet === undefined) return; // the pipe has ended
    // What is on the way when it is cut gets lost, and is sent again.
    if (this.#held.length > 0 || this.network.isCut(this.from, this.to)) {
      this.#held.push(packet);
      return;
    }
    this.waiting -= packet.size;
    this.receive(packet.content);
  }
}
