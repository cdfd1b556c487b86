import type { Random } from '../time/random.js';
import type { Timeline } from '../time/timeline.js';
import type { Pipe } from './pipe.js';
import type { ServerEnd } from './tcp.js';

/** Name of the host on which the client runs. */
export const CLIENT = 'client';

/** What listens on a port, as the kernel of its host sees it. */
export interface Listener {
  /** A new connection is there. Called also while the process is stopped: the kernel takes connections for it. */
  accept(end: ServerEnd): void;
}

/** What a resolver answers. */
export type NameAnswer = readonly string[] | { readonly code: 'ENOTFOUND' | 'EAI_AGAIN' } | 'silence';

export interface Latency {
  /** One way, in ms. */
  readonly least: number;
  readonly most: number;
}

/** Hosts, the ways between them, and names. */
export class Network {
  readonly pipes = new Set<Pipe<unknown>>();
  readonly names = new Map<string, NameAnswer>();
  /** By `host:port`, or the path of a Unix socket. */
  readonly listeners = new Map<string, Listener>();
  /** Connections that were opened, or tried, by the client. */
  connects = 0;
  /** Ways on which packets get lost: since when, and by how many faults. */
  readonly #cut = new Map<string, { readonly since: number; count: number }>();
  readonly #slow = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(
    readonly timeline: Timeline,
    readonly random: Random,
    private readonly usual: Latency = { least: 0.05, most: 0.5 },
  ) {}

  /** How long a packet takes, in ms. */
  latency(from: string, to: string): number {
    const slow = this.#slow.get(wayOf(from, to)) ?? 0;
    if (from === to) return 0.01 + slow;
    return this.random.skewed(this.usual.least, this.usual.most) + slow;
  }

  isCut(from: string, to: string): boolean {
    return this.#cut.size > 0 && this.#cut.has(wayOf(from, to));
  }

  /** Packets from here to there get lost, one way only, until there was a `heal` for each `cut`. */
  cut(from: string, to: string): void {
    const way = wayOf(from, to);
    const cut = this.#cut.get(way);
    if (cut === undefined) this.#cut.set(way, { since: this.timeline.now, count: 1 });
    else cut.count++;
  }

  heal(from: string, to: string): void {
    const way = wayOf(from, to);
    const cut = this.#cut.get(way);
    if (cut === undefined) return;
    cut.count--;
    if (cut.count === 0) this.#open(from, to, cut.since);
  }

  #open(from: string, to: string, since: number): void {
    const way = wayOf(from, to);
    this.#cut.delete(way);
    // TCP waits twice as long after each try, so the next one comes at the latest after as long as the cut has lasted.
    // https://datatracker.ietf.org/doc/html/rfc6298#section-5
    const lastedMs = this.timeline.now - since;
    for (const pipe of this.pipes) {
      if (pipe.from === from && pipe.to === to) pipe.healed(this.random.next() * Math.min(lastedMs, 3_000));
    }
    const waiting = this.#waiting.get(way) ?? [];
    this.#waiting.delete(way);
    for (const run of waiting) this.timeline.after(this.random.next() * Math.min(lastedMs, 1_000), run);
  }

  healAll(): void {
    for (const [way, { since }] of [...this.#cut]) {
      const [from = '', to = ''] = way.split('>');
      this.#open(from, to, since);
    }
    this.#slow.clear();
    for (const pipe of this.pipes) {
      pipe.bandwidth = Number.POSITIVE_INFINITY;
      pipe.extraMs = 0;
    }
  }

  /** Packets from here to there take longer by this, in ms. */
  slowDown(from: string, to: string, ms: number): void {
    if (ms === 0) this.#slow.delete(wayOf(from, to));
    else this.#slow.set(wayOf(from, to), ms);
  }

  /** Calls once the first packet of a connection gets through, which is sent again until then. */
  whenOpen(from: string, to: string, run: () => void): void {
    if (!this.isCut(from, to)) {
      run();
      return;
    }
    const way = wayOf(from, to);
    this.#waiting.set(way, [...(this.#waiting.get(way) ?? []), run]);
  }
}

/** The host of what listens there: of a Unix socket, the client's own. */
export function hostOf(key: string): string {
  return key.startsWith('/') ? CLIENT : key.slice(0, key.lastIndexOf(':'));
}

function wayOf(from: string, to: string): string {
  return `${from}>${to}`;
}
