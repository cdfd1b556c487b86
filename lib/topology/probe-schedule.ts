import { random as runtimeRandom } from '../runtime/runtime.js';
import { backoffMs } from '../util/backoff.js';
import { hasFixedAddress, type TopologySnapshot } from './snapshot.js';

/** Least time between the beginnings of two probes, in ms. */
const SPACING_MS = 100;
/** The same while commands wait for the outcome. */
const URGENT_SPACING_MS = 25;
/**
 * A failover takes seconds: for so long probes are frequent. A shard that still has no primary afterwards will probably have none for some
 * time.
 */
const URGENT_FOR_MS = 15_000;
const URGENT = { minMs: URGENT_SPACING_MS, maxMs: 2 * URGENT_SPACING_MS };
const FAILING_EARLY = { minMs: URGENT_SPACING_MS, maxMs: 4 * URGENT_SPACING_MS };
/** Limits while commands wait for something that may come any time, a replica for instance. */
const COMMANDS_WAIT = { minMs: SPACING_MS, maxMs: 1_000 };
const LASTING = { minMs: URGENT_SPACING_MS, maxMs: 1_000 };
/** Limits while only a person can help: wrong credentials, servers of another kind. Logging in over and over looks like an attack. */
const UNRECOVERABLE = { minMs: 500, maxMs: 2_000 };
/** First delay after a change, which seldom comes alone: gossip is under way, replicas reconnect. */
const SETTLING_MS = 250;

/** What decides how soon the next probe begins. Times on one clock, in ms. */
export interface ProbeSchedule {
  readonly periodMs: number;
  readonly now: number;
  /** Begin of the last probe; -Infinity: none. */
  readonly startedAt: number;
  /** Another probe was asked for since it began. */
  readonly woken: boolean;
  /** Commands depend on that probe. */
  readonly urgent: boolean;
  /** Moment from which the snapshot has lacked a usable primary; null: it has one. */
  readonly urgentSince: number | null;
  /** Commands wait for another snapshot, though not for a primary. */
  readonly commandsWait: boolean;
  /** Failed probes since the last success. */
  readonly failures: number;
  /** The last probe failed in a way that waiting does not mend. */
  readonly unrecoverable: boolean;
  /** Probes since the last one that found a change. */
  readonly quietProbes: number;
}

/** Whether no probe has found a change for so long that the next one comes by the period. */
export function isSettled(quietProbes: number, periodMs: number): boolean {
  return settlingMs(quietProbes) >= periodMs;
}

function settlingMs(quietProbes: number): number {
  return SETTLING_MS * 2 ** Math.min(quietProbes, 20);
}

/** The time until the next probe begins, in ms. All of it has jitter, so that a thousand clients do not ask in step. */
export function nextProbeDelayMs(schedule: ProbeSchedule, random: () => number = runtimeRandom): number {
  const { now, startedAt, urgentSince } = schedule;
  if (schedule.unrecoverable) return Math.max(0, startedAt + backoffMs(schedule.failures, UNRECOVERABLE, random) - now);
  const spacing = (urgentSince === null && !schedule.urgent ? SPACING_MS : URGENT_SPACING_MS) * (1 + 0.25 * random());
  if (schedule.woken) return Math.max(0, startedAt + spacing - now);
  if (urgentSince === null && schedule.failures === 0) {
    if (schedule.commandsWait) return backoffMs(schedule.quietProbes, COMMANDS_WAIT, random);
    return Math.min(schedule.periodMs, settlingMs(schedule.quietProbes)) * (0.9 + 0.2 * random());
  }
  const early = urgentSince !== null && now - urgentSince < URGENT_FOR_MS;
  const limits = early ? (schedule.failures > 0 ? FAILING_EARLY : URGENT) : LASTING;
  return backoffMs(schedule.failures > 0 ? schedule.failures : schedule.quietProbes, limits, random);
}

/**
 * True where commands have no usable primary, or where that is not known. A fixed address that leads to a replica is as good as any for
 * commands that only read, so it counts only while commands wait.
 */
export function needsUrgentProbe(snapshot: TopologySnapshot | null, suspects: ReadonlySet<string>, commandsWait: boolean): boolean {
  if (snapshot === null || snapshot.problem !== undefined) return true;
  const { kind, shards, slots } = snapshot;
  if (hasFixedAddress(kind) && commandsWait && shards[0]?.primary?.role === 'replica') return true;
  if (slots !== null && slots.uncovered > 0) return true;
  const serving = slots === null ? shards : shards.filter((_, index) => slots.owns(index));
  return serving.some(({ primary }) => primary === null || !primary.usable || suspects.has(primary.key));
}
