import type { Random } from '../time/random.js';
import type { Timeline } from '../time/timeline.js';
import type { Pipe } from './pipe.js';

/** Time after which TCP sends again what was not acknowledged, the first time; doubled each time. Linux: `TCP_RTO_MIN`, `TCP_TIMEOUT_INIT`. */
const RETRY_MS = 200;
const CONNECT_RETRY_MS = 1_000;
/** It does not grow beyond this: Linux' `TCP_RTO_MAX` is 120 s, which no seed lasts. */
const MOST_RETRY_MS = 8_000;

/** What makes a link worse, until it is taken away. */
export interface Burden {
  /** Each packet takes longer by this, in ms. */
  readonly slowMs?: number;
  /** Each packet takes longer by up to this, in ms. */
  readonly jitterMs?: number;
  /** Share of the packets that get lost once. */
  readonly loss?: number;
  /** In bytes a ms, shared by all connections. */
  readonly bandwidth?: number;
}

/** A machine: while it has no power, packets to and from it get lost. */
export class Host {
  isDown = false;

  constructor(readonly name: string) {}
}

export interface Latency {
  /** One way, in ms. */
  readonly least: number;
  readonly most: number;
}

/** What a link is from the beginning. */
export interface LinkNature {
  readonly latency: Latency;
  /** Share of the packets that arrive in two parts. */
  readonly splits: number;
}

/** One direction between two hosts. Packets take their time on it, and get lost while it is cut. */
export class Link {
  readonly pipes = new Set<Pipe<unknown>>();
  readonly #burdens = new Set<Burden>();
  #cuts = 0;
  #slowMs = 0;
  #jitterMs = 0;
  #loss = 0;
  #bandwidth = Number.POSITIVE_INFINITY;
  /** When the last byte leaves that was given to a link with a bandwidth. */
  #freeAt = 0;
  /** First packets of connections, sent again and again: each with when it was sent first. */
  #waiting: { readonly since: number; readonly run: () => void }[] = [];

  constructor(
    readonly from: Host,
    readonly to: Host,
    readonly timeline: Timeline,
    readonly random: Random,
    readonly nature: LinkNature,
  ) {}

  /** Packets get lost. */
  get isCut(): boolean {
    return this.#cuts > 0 || this.to.isDown || this.from.isDown;
  }

  /** Cuts it, until there was a `heal` for each `cut`. */
  cut(): void {
    this.#cuts++;
  }

  heal(): void {
    if (this.#cuts === 0) return;
    this.#cuts--;
    this.opened();
  }

  /** Makes it worse, until the returned function is called. */
  burden(burden: Burden): () => void {
    this.#burdens.add(burden);
    this.#weigh();
    return () => {
      this.#burdens.delete(burden);
      this.#weigh();
    };
  }

  clear(): void {
    this.#cuts = 0;
    this.#burdens.clear();
    this.#weigh();
    this.opened();
  }

  #weigh(): void {
    const all = [...this.#burdens];
    this.#slowMs = all.reduce((sum, { slowMs = 0 }) => sum + slowMs, 0);
    this.#jitterMs = all.reduce((sum, { jitterMs = 0 }) => sum + jitterMs, 0);
    this.#loss = Math.max(0, ...all.map(({ loss = 0 }) => loss));
    this.#bandwidth = Math.min(...all.map(({ bandwidth = Number.POSITIVE_INFINITY }) => bandwidth));
  }

  /** How long the next packet takes, in ms. */
  delay(bytes: number): number {
    const { random, nature, timeline } = this;
    let ms = this.from === this.to ? 0.01 : random.skewed(nature.latency.least, nature.latency.most);
    if (this.#burdens.size === 0) return ms;
    ms += this.#slowMs + this.#jitterMs * random.next();
    for (let retryMs = RETRY_MS; this.#loss > 0 && random.chance(this.#loss) && retryMs <= MOST_RETRY_MS; retryMs *= 2) ms += retryMs;
    if (this.#bandwidth === Number.POSITIVE_INFINITY) return ms;
    this.#freeAt = Math.max(this.#freeAt, timeline.now) + bytes / this.#bandwidth;
    return this.#freeAt - timeline.now + ms;
  }

  /** Runs once the first packet of a connection gets through, which is sent again until then. */
  whenOpen(run: () => void): void {
    if (this.isCut) this.#waiting.push({ since: this.timeline.now, run });
    else run();
  }

  /** It may be free again: what waited is sent once more, when the sender next tries. */
  opened(): void {
    if (this.isCut) return;
    for (const pipe of this.pipes) pipe.opened();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { since, run } of waiting) {
      this.timeline.after(this.nextTryMs(since, CONNECT_RETRY_MS), () => (this.isCut ? this.#waiting.push({ since, run }) : run()));
    }
  }

  /** How long it is until TCP sends again what it sent at this moment first, in ms. https://datatracker.ietf.org/doc/html/rfc6298#section-5 */
  nextTryMs(since: number, firstMs = RETRY_MS): number {
    let at = since;
    let retryMs = firstMs;
    while (at <= this.timeline.now) {
      at += retryMs;
      retryMs = Math.min(retryMs * 2, MOST_RETRY_MS);
    }
    return at - this.timeline.now;
  }
}
