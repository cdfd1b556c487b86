import { callsOf, keysIn, numberAt } from '../../health/info-fields.js';
import type { ServerRow } from '../../health/server-row.js';
import type { OffsetMark, Sample, Samples } from './sampler.js';

/** What is measured of one server. Null: not known, or the server has no such thing. */
export interface Metrics {
  readonly roundTripMs: number | null;
  readonly opsPerSecond: number | null;
  readonly inBytesPerSecond: number | null;
  readonly outBytesPerSecond: number | null;
  /** Percent of one core, our own questions included: a server does not say for whom it worked. */
  readonly cpuPercent: number | null;
  /** Percent of the reads since the last look that found their key. */
  readonly hitPercent: number | null;
  readonly memoryBytes: number | null;
  /** Its `maxmemory`; null: no limit. */
  readonly memoryLimitBytes: number | null;
  readonly evictedPerSecond: number | null;
  readonly expiredPerSecond: number | null;
  readonly keys: number | null;
  readonly clients: number | null;
  readonly blockedClients: number | null;
  /** Keys that another node has moved to it by MIGRATE. */
  readonly migratedKeysPerSecond: number | null;
}

/** How far a replica is behind its primary. */
interface Lag {
  readonly lagBytes: number | null;
  /** Age of the newest write that it does not have yet. */
  readonly lagSeconds: number | null;
}

/** One server as a picture shows it. */
export interface ServerLine extends Metrics, Lag {
  readonly id: string;
  /** Member of a ring that it belongs to; null: to none. */
  readonly member: string | null;
  readonly name: string;
  readonly depth: number;
  readonly role: ServerRow['role'];
  /** Name of the server that it follows; null: none. */
  readonly primary: string | null;
  /** `ok`, or what it is busy with, or since when it does not answer. */
  readonly state: string;
  readonly silentMs: number | null;
  readonly problem: string | null;
  readonly slots: number | null;
}

const NO_METRICS: Metrics = {
  roundTripMs: null,
  opsPerSecond: null,
  inBytesPerSecond: null,
  outBytesPerSecond: null,
  cpuPercent: null,
  hitPercent: null,
  memoryBytes: null,
  memoryLimitBytes: null,
  evictedPerSecond: null,
  expiredPerSecond: null,
  keys: null,
  clients: null,
  blockedClients: null,
  migratedKeysPerSecond: null,
};

/** `repl-ping-replica-period` where nobody has changed it. */
const DEFAULT_PING_PERIOD_S = 10;

function numberIn({ info }: Sample, field: string): number | null {
  return numberAt(info, field);
}

/** What a counter grew by. Null: unknown, or counted anew since (CONFIG RESETSTAT). */
function growth(before: Sample, last: Sample, field: string): number | null {
  const [then, now] = [numberIn(before, field), numberIn(last, field)];
  return then === null || now === null || now < then ? null : now - then;
}

/** Whether the counters of both samples are those of one process. */
function isSameProcess(before: Sample, last: Sample): boolean {
  const [then, now] = [numberIn(before, 'uptime_in_seconds') ?? 0, numberIn(last, 'uptime_in_seconds') ?? 0];
  return before.info.get('run_id') === last.info.get('run_id') && now >= then && last.atMs > before.atMs;
}

/** `pingPeriodS`: seconds between two PINGs of a primary to its replicas. */
export function metricsOf({ last, before, silentSinceMs }: Samples, pingPeriodS = DEFAULT_PING_PERIOD_S): Metrics {
  if (last === null || silentSinceMs !== null) return NO_METRICS;
  const limit = numberIn(last, 'maxmemory');
  const clients = numberIn(last, 'connected_clients');
  // A replica counts the connection to its primary.
  const own = last.own.open + (last.info.get('master_link_status') === 'up' ? 1 : 0);
  return {
    ...NO_METRICS,
    roundTripMs: last.roundTripMs,
    memoryBytes: numberIn(last, 'used_memory'),
    memoryLimitBytes: limit === 0 ? null : limit,
    // A Sentinel has no data.
    keys: last.info.has('used_memory') ? keysIn(last.info) : null,
    clients: clients === null ? null : Math.max(0, clients - own),
    blockedClients: numberIn(last, 'blocked_clients'),
    ...(before !== null && isSameProcess(before, last) ? ratesOf(before, last, pingPeriodS) : {}),
  };
}

/** https://redis.io/docs/latest/commands/info/ */
function ratesOf(before: Sample, last: Sample, pingPeriodS: number): Partial<Metrics> {
  const seconds = (last.atMs - before.atMs) / 1_000;
  const perSecond = (amount: number | null): number | null => (amount === null ? null : amount / seconds);
  const grown = (field: string): number | null => growth(before, last, field);
  const without = (amount: number | null, own: number): number | null => (amount === null ? null : Math.max(0, amount - own));
  const [hits, misses] = [grown('keyspace_hits'), grown('keyspace_misses')];
  const [system, user] = [grown('used_cpu_sys'), grown('used_cpu_user')];
  const share = {
    cpuPercent: system === null || user === null ? null : ((system + user) / seconds) * 100,
    hitPercent: hits === null || misses === null || hits + misses === 0 ? null : (hits / (hits + misses)) * 100,
    evictedPerSecond: perSecond(grown('evicted_keys')),
    expiredPerSecond: perSecond(grown('expired_keys')),
    migratedKeysPerSecond: perSecond(callsBetween(before, last, 'restore-asking')),
  };
  // A connection that we opened meanwhile had a handshake, which nobody counted.
  if (before.own.begun !== last.own.begun) return share;
  return {
    ...share,
    opsPerSecond: perSecond(without(grown('total_commands_processed'), housekeepingOf(before, last, Math.ceil(seconds / pingPeriodS)))),
    inBytesPerSecond: perSecond(without(grown('total_net_input_bytes'), last.own.sentBytes - before.own.sentBytes)),
    outBytesPerSecond: perSecond(without(grown('total_net_output_bytes'), last.own.receivedBytes - before.own.receivedBytes)),
  };
}

/** Commands that no client has sent: our own, the acknowledgements of replicas, and the PINGs by which a primary shows that it lives. */
function housekeepingOf(before: Sample, last: Sample, mostPings: number): number {
  const own = last.own.commands - before.own.commands;
  const acknowledgements = callsBetween(before, last, 'replconf');
  const isReplica = last.info.get('role') === 'slave';
  const pings = isReplica ? Math.min(callsBetween(before, last, 'ping'), mostPings) : 0;
  return own + acknowledgements + pings;
}

function callsBetween(before: Sample, last: Sample, command: string): number {
  return Math.max(0, callsOf(last.info, command) - callsOf(before.info, command));
}

/** How far a replica is behind. The seconds come of the time at which its primary was where the replica is now. */
export function lagOf(replica: Samples, primary: Samples): Lag {
  const own = replica.last === null || replica.silentSinceMs !== null ? null : numberIn(replica.last, 'slave_repl_offset');
  const newest = primary.offsets.at(-1);
  if (own === null || newest === undefined || primary.silentSinceMs !== null) return { lagBytes: null, lagSeconds: null };
  const lagBytes = Math.max(0, newest.offset - own);
  return { lagBytes, lagSeconds: lagBytes === 0 ? 0 : ageOf(primary.offsets, own) };
}

/** Seconds since a primary was at an offset, between two marks in proportion. As old as the oldest mark, where it was there before that. */
function ageOf(marks: readonly OffsetMark[], offset: number): number {
  const newest = marks.at(-1);
  const after = marks.find((mark) => mark.offset > offset);
  if (newest === undefined || after === undefined) return 0;
  const before = marks[marks.indexOf(after) - 1] ?? after;
  const part = after.offset === before.offset ? 0 : (offset - before.offset) / (after.offset - before.offset);
  return (newest.atMs - (before.atMs + Math.max(0, part) * (after.atMs - before.atMs))) / 1_000;
}

/** The servers of a report with what was measured of them. `samplesOf` gives what is known of a row. */
export function serverLines(rows: readonly ServerRow[], samplesOf: (row: ServerRow) => Samples, nowMs: number): ServerLine[] {
  return rows.map((row, index) => {
    const samples = samplesOf(row);
    const primary = rows
      .slice(0, index)
      .reverse()
      .find(({ depth, role }) => depth === row.depth - 1 && role !== 'sentinel');
    const period = Number(primary?.facts?.config.get('repl-ping-replica-period') ?? 0);
    const silentMs = samples.silentSinceMs === null ? null : nowMs - samples.silentSinceMs;
    return {
      id: row.id,
      member: row.member ?? null,
      name: row.name,
      depth: row.depth,
      role: roleOf(row, samples),
      primary: primary?.name ?? null,
      state: stateOf(row, samples, silentMs),
      silentMs,
      problem: samples.problem ?? (samples.last === null ? row.problem : null),
      slots: row.slots === null ? null : row.slots.length,
      ...metricsOf(samples, period > 0 ? period : undefined),
      ...(primary === undefined ? { lagBytes: null, lagSeconds: null } : lagOf(samples, samplesOf(primary))),
    };
  });
}

function roleOf(row: ServerRow, { last, silentSinceMs }: Samples): ServerRow['role'] {
  const role = silentSinceMs === null ? last?.info.get('role') : undefined;
  return role === 'master' ? 'primary' : role === 'slave' ? 'replica' : row.role;
}

/** State of a server that answers the question of how it is with an error. */
export const REFUSES = 'refuses';

/** What a server is busy with, in the order of what hinders it most. */
function stateOf(row: ServerRow, { last, silentSinceMs, problem }: Samples, silentMs: number | null): string {
  if (silentSinceMs !== null) return `${problem === null ? 'silent' : 'down'} ${secondsText((silentMs ?? 0) / 1_000)}`;
  if (problem !== null) return REFUSES;
  if (last === null) return row.address === null || !row.reachable ? 'down' : 'asked';
  const { info } = last;
  if (info.get('loading') === '1') return `loading ${percentText(info.get('loading_loaded_perc'))}`;
  if (info.get('master_sync_in_progress') === '1') return `sync ${percentText(info.get('master_sync_perc'))}`.trimEnd();
  if (info.has('master_link_status') && info.get('master_link_status') !== 'up') {
    const seconds = Number(info.get('master_link_down_since_seconds') ?? -1);
    return seconds >= 0 ? `no link ${secondsText(seconds)}` : 'no link';
  }
  const failover = info.get('master_failover_state') ?? 'no-failover';
  return failover === 'no-failover' ? 'ok' : 'failover';
}

function percentText(text: string | undefined): string {
  const percent = Number(text ?? Number.NaN);
  return Number.isFinite(percent) && percent >= 0 ? `${Math.floor(percent)} %` : '';
}

/** `5 s`, `12 min`, `3 h`: an age at a glance. */
export function secondsText(seconds: number): string {
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  return seconds < 7_200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`;
}
