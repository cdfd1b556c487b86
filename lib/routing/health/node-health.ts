import { type BreakerEvent, type BreakerState, CLOSED, nextBreaker } from './circuit-breaker.js';

/** What a look at a node told. */
export interface HealthSample {
  /** On the clock, in ms. */
  readonly at: number;
  /** In ms; null where the connection had to be opened first. */
  readonly rttMs: number | null;
  /** Null: it did not say, or it is the primary. */
  readonly linkUp: boolean | null;
  readonly freshAt: number | null;
  readonly lagBytes: number | null;
  readonly zone: string | null;
}

const RTT_WEIGHT = 0.2;
/** The shortest of so many round trips is a sample: one that our own process was late to see says nothing about the node. */
const ROUND_TRIPS = 3;
/** A node that comes back begins with a tenth of its share and has all of it after this time. */
const WARM_UP_MS = 5_000;
const FIRST_SHARE = 0.1;
/** What a node said of its link longer ago than this says nothing. */
const LINK_KNOWN_MS = 10_000;
/** A round trip is slow that takes so many times the shortest of the others', and at least so long. */
const SLOW_TIMES = 10;
const SLOW_MS = 100;

/**
 * | link | means | a look that says up | that says down |
 * |---|---|---|---|
 * | unknown | the topology's word counts | up | down |
 * | up | serves reads | – | down, at once |
 * | down | serves none | settling | – |
 * | settling | serves none yet | up, and warms up | down |
 */
export type Link = 'unknown' | 'up' | 'down' | 'settling';

export function nextLink(link: Link, isUp: boolean): Link {
  if (!isUp) return 'down';
  return link === 'down' ? 'settling' : 'up';
}

/** What we know of one node by our own observation, as far as reads are concerned. */
export class NodeHealth {
  /** Smoothed; null until there were enough to tell. */
  rttMs: number | null = null;
  #roundTrips: readonly number[] = [];
  freshAt: number | null = null;
  lagBytes: number | null = null;
  zone: string | null = null;
  /** How often it was taken out of service for reads: link, breaker, connections. */
  ejections = 0;
  breaker: BreakerState = CLOSED;
  #link: Link = 'unknown';
  #linkAt = Number.NEGATIVE_INFINITY;
  #isDown = false;
  #backAt = Number.NEGATIVE_INFINITY;
  #refusals = 0;

  /** `fastestMs`: the shortest round trip of the other nodes of its shard. */
  onSample(look: HealthSample, fastestMs: number): void {
    this.zone = look.zone ?? this.zone;
    this.freshAt = look.freshAt;
    this.lagBytes = look.lagBytes;
    if (look.linkUp !== null) {
      const link = nextLink(this.linkAt(look.at), look.linkUp);
      if (link === 'down' && this.#link !== 'down' && this.#link !== 'settling') this.ejections++;
      if (link === 'up' && this.#link === 'settling') this.#backAt = look.at;
      this.#link = link;
      this.#linkAt = look.at;
    }
    if (look.rttMs === null) return;
    this.#roundTrips = [...this.#roundTrips, look.rttMs].slice(-ROUND_TRIPS);
    const shortest = Math.min(...this.#roundTrips);
    if (this.rttMs !== null) this.rttMs += RTT_WEIGHT * (shortest - this.rttMs);
    else if (this.#roundTrips.length === ROUND_TRIPS) this.rttMs = shortest;
    this.#follow({ kind: 'round trip', at: look.at, isSlow: look.rttMs > slowMs(fastestMs) });
  }

  /** It said nothing when it was looked at. */
  onMissedSample(at: number, replies: number): void {
    this.failed(at, replies, false);
  }

  /** A read failed there, or its connection did. `replies`: how many it has given so far; `isReply`: this failure is one of them. */
  failed(at: number, replies: number, isReply: boolean): void {
    if (isReply) this.#refusals++;
    this.#follow({ kind: 'failed', at, replies: replies - this.#refusals });
  }

  /** What became of the question that a breaker that was open is closed by. */
  onProbe(at: number): void {
    this.#follow({ kind: 'tried', at });
  }

  answered(at: number, isAnswer: boolean): void {
    this.#follow({ kind: isAnswer ? 'answered' : 'unanswered', at });
    if (this.breaker.state === 'closed') this.#backAt = at;
  }

  #follow(event: BreakerEvent): void {
    const before = this.breaker;
    this.breaker = nextBreaker(before, event);
    if (before.state === 'closed' && this.breaker.state === 'open') this.ejections++;
  }

  /** It is new, or has come back to a topology that it had left. */
  joined(at: number): void {
    this.#backAt = at;
  }

  /** No connection can be had. */
  down(): void {
    if (!this.#isDown) this.ejections++;
    this.#isDown = true;
  }

  /** One can again. */
  up(at: number): void {
    if (!this.#isDown) return;
    this.#isDown = false;
    this.#backAt = at;
    this.#follow({ kind: 'answered', at });
  }

  linkAt(now: number): Link {
    return now - this.#linkAt > LINK_KNOWN_MS ? 'unknown' : this.#link;
  }

  /** Null: ask the topology. */
  linkedAt(now: number): boolean | null {
    const link = this.linkAt(now);
    return link === 'unknown' ? null : link === 'up';
  }

  /** Of its weight. */
  shareAt(now: number): number {
    const back = (now - this.#backAt) / WARM_UP_MS;
    return back >= 1 ? 1 : FIRST_SHARE + (1 - FIRST_SHARE) * Math.max(0, back);
  }
}

/** A round trip of this and more counts as a failure. */
export function slowMs(fastestMs: number): number {
  return Math.max(SLOW_MS, SLOW_TIMES * fastestMs);
}
