import { backoffMs } from '../util/backoff.js';
import type { TopologySnapshot } from './snapshot.js';

/** Least time between the beginnings of two probes. */
const SPACING_MS = 100;
/** The same while commands wait for the outcome. */
const URGENT_SPACING_MS = 25;
/** Servers need seconds for a failover; so long the next probe comes soon, afterwards it is likely to last. */
const URGENT_FOR_MS = 15_000;
const URGENT = { minMs: URGENT_SPACING_MS, maxMs: 2 * URGENT_SPACING_MS };
const FAILING_EARLY = { minMs: URGENT_SPACING_MS, maxMs: 4 * URGENT_SPACING_MS };
/** Commands wait for something that may come any time, a replica for instance. */
const AWAITED = { minMs: SPACING_MS, maxMs: 1_000 };
const LASTING = { minMs: URGENT_SPACING_MS, maxMs: 1_000 };
/** Where only a person can help: wrong credentials, servers of another kind. Logging in over and over looks like an attack. */
const UNRECOVERABLE = { minMs: 500, maxMs: 2_000 };
/** A change seldom comes alone: gossip is under way, replicas reconnect. */
const SETTLING_MS = 250;

export interface ProbeSchedule {
  readonly periodMs: number;
  readonly now: number;
  /** When the last probe began; -Infinity: none. */
  readonly startedAt: number;
  /** Somebody asked for a probe since it began. */
  readonly woken: boolean;
  /** Who asked cannot go on without it. */
  readonly urgent: boolean;
  /** Since when commands have been waiting for a better snapshot; null: they are not. */
  readonly urgentSince: number | null;
  /** Commands wait for news, though not for a primary. */
  readonly awaited: boolean;
  /** Failed probes since the last success. */
  readonly failures: number;
  /** The last probe failed in a way that waiting does not mend. */
  readonly unrecoverable: boolean;
  /** Probes since the last one that found something new. */
  readonly quietProbes: number;
}

/** No probe has found anything new for so long that the next one comes by the period. */
export function isSettled(quietProbes: number, periodMs: number): boolean {
  return settlingMs(quietProbes) >= periodMs;
}

function settlingMs(quietProbes: number): number {
  return SETTLING_MS * 2 ** Math.min(quietProbes, 20);
}

/** In how many ms the next probe begins. All of it has jitter, so that a thousand clients do not ask in step. */
export function nextProbeDelayMs(pace: ProbeSchedule, random: () => number = Math.random): number {
  const { now, startedAt, urgentSince } = pace;
  if (pace.unrecoverable) return Math.max(0, startedAt + backoffMs(pace.failures, UNRECOVERABLE, random) - now);
  const spacing = (urgentSince === null && !pace.urgent ? SPACING_MS : URGENT_SPACING_MS) * (1 + 0.25 * random());
  if (pace.woken) return Math.max(0, startedAt + spacing - now);
  if (urgentSince === null && pace.failures === 0) {
    if (pace.awaited) return backoffMs(pace.quietProbes, AWAITED, random);
    return Math.min(pace.periodMs, settlingMs(pace.quietProbes)) * (0.9 + 0.2 * random());
  }
  const early = urgentSince !== null && now - urgentSince < URGENT_FOR_MS;
  const limits = early ? (pace.failures > 0 ? FAILING_EARLY : URGENT) : LASTING;
  return backoffMs(pace.failures > 0 ? pace.failures : pace.quietProbes, limits, random);
}

/**
 * Is there no primary for commands, or do we not know? `awaited`: commands wait. A fixed address that leads to a replica is as good as any for those
 * that only read, so it counts only then.
 */
export function needsUrgentProbe(snapshot: TopologySnapshot | null, suspects: ReadonlySet<string>, awaited: boolean): boolean {
  if (snapshot === null || snapshot.problem !== undefined) return true;
  const { kind, shards, slots } = snapshot;
  if (kind === 'single' && awaited && shards[0]?.primary?.role === 'replica') return true;
  if (slots !== null && slots.uncovered > 0) return true;
  const serving = slots === null ? shards : shards.filter((_, index) => slots.owns(index));
  return serving.some(({ primary }) => primary === null || !primary.usable || suspects.has(primary.key));
}
