import type { Link } from './link.js';
import type { Network } from './network.js';

/** What a pipe carries: a part of a stream, or its end. */
interface Packet<T> {
  readonly content: T;
  readonly size: number;
}

/**
 * One direction of a connection: what goes in comes out, later and in order, as TCP has it. Where the way is cut nothing is lost: the sender
 * sends it again until the way is free, unless the connection ends first.
 */
export class Pipe<T> {
  /** Bytes that went in and did not come out. */
  waiting = 0;
  /** Longer latency than that of the link, in ms. */
  extraMs = 0;
  readonly link: Link;
  #lastAt = 0;
  /** Nothing gets through: a fault of this connection alone. */
  #stalls = 0;
  /** What was sent while the way was cut. */
  #held: Packet<T>[] = [];
  #heldSince = 0;
  /** Of what is held, the first ones were on the way when it was cut: they go before what was sent meanwhile. */
  #heldOnTheWay = 0;
  #onTheWay: Packet<T>[] = [];
  /** Arrivals that were planned for packets which are sent again. */
  #calledOff = 0;
  #isEnded = false;
  // One for all packets.
  readonly #next = (): void => this.#arrive();

  constructor(
    network: Network,
    from: string,
    to: string,
    private readonly receive: (content: T) => void,
  ) {
    this.link = network.link(from, to);
    this.link.pipes.add(this as Pipe<unknown>);
  }

  get isBlocked(): boolean {
    return this.#stalls > 0 || this.link.isCut;
  }

  send(content: T, size: number): void {
    if (this.#isEnded) return;
    const packet = { content, size };
    this.waiting += size;
    // Behind what is on the way: that is held when it arrives.
    if (this.#onTheWay.length === 0 && (this.#held.length > 0 || this.isBlocked)) this.#hold(packet);
    else this.#dispatch(packet, 0);
  }

  /** What is lost where the way is cut, because it is sent once: as a reset is. */
  sendOnce(content: T, size: number): void {
    if (!this.isBlocked) this.send(content, size);
  }

  /** What is on the way is lost, and nothing is taken any more. */
  end(): void {
    this.#isEnded = true;
    this.#held = [];
    this.#onTheWay = [];
    this.waiting = 0;
    this.link.pipes.delete(this as Pipe<unknown>);
  }

  /** Nothing gets through, until there was a `release` for each `stall`. */
  stall(): void {
    this.#stalls++;
  }

  release(): void {
    if (this.#stalls > 0) this.#stalls--;
    this.opened();
  }

  /** No fault of this connection goes on. */
  clear(): void {
    this.#stalls = 0;
    this.extraMs = 0;
    this.opened();
  }

  /** The way may be free again. */
  opened(): void {
    if (this.#held.length === 0 || this.isBlocked) return;
    // What was sent after them waits for them, although it may be on the way.
    const held = [...this.#held, ...this.#onTheWay];
    this.#calledOff += this.#onTheWay.length;
    this.#onTheWay = [];
    this.#held = [];
    this.#heldOnTheWay = 0;
    const retryMs = this.link.nextTryMs(this.#heldSince);
    for (const packet of held) this.#dispatch(packet, retryMs);
  }

  #hold(packet: Packet<T>, place = this.#held.length): void {
    if (this.#held.length === 0) this.#heldSince = this.link.timeline.now;
    this.#held.splice(place, 0, packet);
  }

  #dispatch(packet: Packet<T>, retryMs: number): void {
    const { timeline } = this.link;
    const at = timeline.now + retryMs + this.extraMs + this.link.delay(packet.size);
    if (at > this.#lastAt) this.#lastAt = at;
    this.#onTheWay.push(packet);
    timeline.at(this.#lastAt, this.#next);
  }

  #arrive(): void {
    if (this.#calledOff > 0) {
      this.#calledOff--;
      return;
    }
    const packet = this.#onTheWay.shift();
    if (packet === undefined) return; // the pipe has ended
    // What is on the way when it is cut gets lost, and is sent again.
    if (this.#held.length > 0 || this.isBlocked) {
      this.#hold(packet, this.#heldOnTheWay++);
      return;
    }
    this.waiting -= packet.size;
    this.receive(packet.content);
  }
}
