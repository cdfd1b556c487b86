import type { Moments } from '../ledger.js';
import type { Published, Received } from './messages.js';

/** What became of the messages of all channels. */
export interface PubsubLedger {
  readonly published: number;
  readonly acknowledged: number;
  readonly delivered: number;
  readonly gaps: number;
  /** Acknowledged and never delivered. */
  readonly missing: number;
  /** Of these, how many no gap tells of. */
  readonly hidden: number;
  /** Of these, how many were acknowledged by a server that may have handed them to nobody, because it ended or had been demoted. */
  readonly hiddenByServers: number;
  /** For each channel with something wrong what is wrong with it, and what was told of it; times in ms after the harm. */
  readonly faults: readonly string[];
  readonly twice: number;
  /** Delivered after a later one of their channel. */
  readonly disordered: number;
  /** The same, of messages whose publisher had given them up: a server that hung ran them when it went on. */
  readonly late: number;
  /** For each outage the longest time, over the channels, from its end to the next message; Infinity: none came. */
  readonly backMs: readonly number[];
  /** The longest time without a message of a channel from the harm on. */
  readonly silenceMs: number;
}

/** Two processes read their clocks, and one of them rounds to ms. */
const CLOCK_MS = 2;
/**
 * A server that is killed may have acknowledged what it had not yet handed on; one that was demoted hands what it gets to its own
 * subscribers only.
 */
const HANDING_ON_MS = 50;

interface Sums {
  faults: string[];
  published: number;
  acknowledged: number;
  delivered: number;
  gaps: number;
  missing: number;
  hidden: number;
  hiddenByServers: number;
  twice: number;
  disordered: number;
  late: number;
}

export function pubsubLedgerOf(
  published: Readonly<Record<string, Published>>,
  received: Readonly<Record<string, Received>>,
  moments: Moments,
  toldLateMs = HANDING_ON_MS,
): PubsubLedger {
  const sums: Sums = {
    faults: [],
    published: 0,
    acknowledged: 0,
    delivered: 0,
    gaps: 0,
    missing: 0,
    hidden: 0,
    hiddenByServers: 0,
    twice: 0,
    disordered: 0,
    late: 0,
  };
  const channels = Object.keys(published);
  for (const channel of channels)
    addChannel(sums, channel, { sent: published[channel] ?? NOTHING_SENT, came: received[channel] ?? NOTHING_CAME }, moments, toldLateMs);
  return {
    ...sums,
    backMs: moments.outages.map(({ backAt }) =>
      Math.max(...channels.map((channel) => firstAfter(received[channel]?.at ?? NONE, backAt) - backAt)),
    ),
    silenceMs: Math.max(0, ...channels.map((channel) => longestSilence(received[channel]?.at ?? NONE, moments.struckAt))),
  };
}

const NONE = new Float64Array(0);
const NOTHING_SENT: Published = { issuedAt: NONE, acknowledgedAt: NONE, receivers: NONE };
const NOTHING_CAME: Received = { numbers: new Int32Array(0), at: NONE, gaps: [] };

function addChannel(
  sums: Sums,
  channel: string,
  { sent, came }: { readonly sent: Published; readonly came: Received },
  moments: Moments,
  toldLateMs: number,
): void {
  const { numbers, gaps } = came;
  const { issuedAt, acknowledgedAt, receivers } = sent;
  sums.published += issuedAt.length;
  sums.gaps += gaps.length;
  const wrong: Record<'hidden' | 'twice' | 'disordered', number[]> = { hidden: [], twice: [], disordered: [] };
  const seen = new Uint8Array(issuedAt.length);
  let last = -1;
  for (const n of numbers) {
    sums.delivered++;
    if (seen[n] === 1) wrong.twice.push(n);
    else if (n < last) {
      if (acknowledgedAt[n] === 0) sums.late++;
      else wrong.disordered.push(n);
    }
    seen[n] = 1;
    last = Math.max(last, n);
  }
  for (let n = 0; n < issuedAt.length; n++) {
    const acknowledged = acknowledgedAt[n] ?? 0;
    if (acknowledged === 0) continue;
    sums.acknowledged++;
    if (seen[n] === 1) continue;
    sums.missing++;
    const issued = issuedAt[n] ?? 0;
    if (gaps.some(({ since, until }) => issued <= until + CLOCK_MS && acknowledged >= since - CLOCK_MS)) continue;
    sums.hidden++;
    const harms = [moments.struckAt, ...moments.outages.map(({ struckAt }) => struckAt)];
    // What a server handed to somebody may be lost only at the harm itself.
    const excusedMs = receivers[n] === 0 ? toldLateMs : HANDING_ON_MS;
    if (harms.some((at) => acknowledged >= at - HANDING_ON_MS && acknowledged <= at + excusedMs)) sums.hiddenByServers++;
    else wrong.hidden.push(n);
  }
  sums.twice += wrong.twice.length;
  sums.disordered += wrong.disordered.length;
  for (const [what, all] of Object.entries(wrong)) {
    if (all.length > 0) sums.faults.push(`${channel}: ${all.length} ${what}, ${describeFault(all, sent, gaps, moments.struckAt)}`);
  }
}

function describeFault(numbers: readonly number[], sent: Published, gaps: Received['gaps'], struckAt: number): string {
  const [first, last] = [numbers[0] ?? 0, numbers.at(-1) ?? 0];
  const span = (from: number | undefined, to: number | undefined): string =>
    [from, to].map((at) => ((at ?? 0) - struckAt).toFixed(1)).join(' to ');
  const told = gaps.map(({ since, until }) => span(since, until)).join(', ') || 'none';
  const { issuedAt, acknowledgedAt, receivers } = sent;
  const times = `issued ${span(issuedAt[first], issuedAt[last])}, acknowledged ${span(acknowledgedAt[first], acknowledgedAt[last])}`;
  return `${first} to ${last}: ${times}, ${receivers[first]} receivers; gaps: ${told}`;
}

function firstAfter(times: Float64Array, time: number): number {
  return times.find((at) => at >= time) ?? Number.POSITIVE_INFINITY;
}

function longestSilence(times: Float64Array, from: number): number {
  let longest = 0;
  for (let i = 1; i < times.length; i++) {
    const at = times[i] ?? 0;
    if (at >= from) longest = Math.max(longest, at - Math.max(from, times[i - 1] ?? 0));
  }
  return longest;
}
