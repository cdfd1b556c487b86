import { type BreakerEvent, type BreakerState, CLOSED, nextBreaker } from './circuit-breaker.js';

/** One sample of a node. */
export interface HealthSample {
  /** Moment of the sample, on the clock in ms. */
  readonly at: number;
  /** Round trip in ms; null where the connection had to be opened first. */
  readonly rttMs: number | null;
  /** Whether the link to its primary is up; null: the node did not tell, or is the primary. */
  readonly linkUp: boolean | null;
  readonly freshAt: number | null;
  readonly lagBytes: number | null;
  readonly zone: string | null;
}

const RTT_WEIGHT = 0.2;
/** The shortest of so many round trips counts: one that our own process read late says nothing about the node. */
const ROUND_TRIPS = 3;
/** A node that comes back begins with a tenth of its share and has all of it after this time. */
const WARM_UP_MS = 5_000;
const FIRST_SHARE = 0.1;
/** A sample of the link counts for so long. */
const LINK_KNOWN_MS = 10_000;
/** A round trip is slow if it takes so many times the shortest of the other nodes, and at least so long. */
const SLOW_TIMES = 10;
const SLOW_MS = 100;

/**
 * The replication link of a node, as reads see it.
 *
 * | link | means | a sample says up | a sample says down |
 * |---|---|---|---|
 * | unknown | the topology decides | up | down |
 * | up | serves reads | – | down, at once |
 * | down | serves none | settling | – |
 * | settling | serves none yet | up, and warms up | down |
 */
export type Link = 'unknown' | 'up' | 'down' | 'settling';

export function nextLink(link: Link, isUp: boolean): Link {
  if (!isUp) return 'down';
  return link === 'down' ? 'settling' : 'up';
}

/** The health of one node by our own observation, as far as reads are concerned. */
export class NodeHealth {
  /** Smoothed round trip in ms; null until there were enough of them. */
  rttMs: number | null = null;
  #roundTrips: readonly number[] = [];
  freshAt: number | null = null;
  lagBytes: number | null = null;
  zone: string | null = null;
  /** How often the node was taken out of service for reads: by its link, its breaker or its connections. */
  ejections = 0;
  breaker: BreakerState = CLOSED;
  #link: Link = 'unknown';
  #linkAt = Number.NEGATIVE_INFINITY;
  #isDown = false;
  #backAt = Number.NEGATIVE_INFINITY;
  #refusals = 0;

  /** `fastestMs`: the shortest round trip of the other nodes of its shard. */
  onSample(sample: HealthSample, fastestMs: number): void {
    this.zone = sample.zone ?? this.zone;
    this.freshAt = sample.freshAt;
    this.lagBytes = sample.lagBytes;
    if (sample.linkUp !== null) {
      const link = nextLink(this.linkAt(sample.at), sample.linkUp);
      if (link === 'down' && this.#link !== 'down' && this.#link !== 'settling') this.ejections++;
      if (link === 'up' && this.#link === 'settling') this.#backAt = sample.at;
      this.#link = link;
      this.#linkAt = sample.at;
    }
    if (sample.rttMs === null) return;
    this.#roundTrips = [...this.#roundTrips, sample.rttMs].slice(-ROUND_TRIPS);
    const shortest = Math.min(...this.#roundTrips);
    if (this.rttMs !== null) this.rttMs += RTT_WEIGHT * (shortest - this.rttMs);
    else if (this.#roundTrips.length === ROUND_TRIPS) this.rttMs = shortest;
    this.#updateBreaker({ kind: 'round-trip', at: sample.at, isSlow: sample.rttMs > slowMs(fastestMs) });
  }

  /** The node did not answer a sample. */
  onMissedSample(at: number, replies: number): void {
    this.failed(at, replies, false);
  }

  /** A read failed at the node, or its connection did. `replies`: number of its replies so far; `isReply`: this failure is one of them. */
  failed(at: number, replies: number, isReply: boolean): void {
    if (isReply) this.#refusals++;
    this.#updateBreaker({ kind: 'failure', at, replies: replies - this.#refusals });
  }

  /** The probe was sent whose answer closes an open breaker. */
  onProbe(at: number): void {
    this.#updateBreaker({ kind: 'probe-sent', at });
  }

  /** The probe was answered in time, or not. */
  answered(at: number, isAnswer: boolean): void {
    this.#updateBreaker({ kind: isAnswer ? 'recovered' : 'probe-failed', at });
    if (this.breaker.state === 'closed') this.#backAt = at;
  }

  #updateBreaker(event: BreakerEvent): void {
    const before = this.breaker;
    this.breaker = nextBreaker(before, event);
    if (before.state === 'closed' && this.breaker.state === 'open') this.ejections++;
  }

  /** The node is new, or has come back to a topology that it had left. */
  joined(at: number): void {
    this.#backAt = at;
  }

  /** The node has no connection, and cannot get one. */
  down(): void {
    if (!this.#isDown) this.ejections++;
    this.#isDown = true;
  }

  /** The node has a connection again. */
  up(at: number): void {
    if (!this.#isDown) return;
    this.#isDown = false;
    this.#backAt = at;
    this.#updateBreaker({ kind: 'recovered', at });
  }

  linkAt(now: number): Link {
    return now - this.#linkAt > LINK_KNOWN_MS ? 'unknown' : this.#link;
  }

  /** Whether the link is up; null: the topology decides. */
  linkedAt(now: number): boolean | null {
    const link = this.linkAt(now);
    return link === 'unknown' ? null : link === 'up';
  }

  /** The share of its weight that counts. */
  shareAt(now: number): number {
    const back = (now - this.#backAt) / WARM_UP_MS;
    return back >= 1 ? 1 : FIRST_SHARE + (1 - FIRST_SHARE) * Math.max(0, back);
  }
}

/** A longer round trip counts as slow, in ms. */
export function slowMs(fastestMs: number): number {
  return Math.max(SLOW_MS, SLOW_TIMES * fastestMs);
}
