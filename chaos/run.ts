import { setTimeout as sleep } from 'node:timers/promises';
import type { BlockedReport } from './blocked-callers.js';
import type { ContestantName } from './clients.js';
import { type Fault, type ListRead, OWN_KEYS } from './fault.js';
import { keysOf } from './key-space.js';
import { type Ledger, ledgerOf, type Moments } from './ledger.js';
import { LoadedClient } from './loaded-client.js';
import { DirectWriter } from './prober.js';
import { type PubsubLedger, pubsubLedgerOf } from './pubsub/ledger.js';
import { PubsubProcess } from './pubsub/process.js';
import type { Resources } from './resources.js';
import { type Stage, TAG } from './stages/stage.js';
import { channelSubscribers } from './subscribers.js';
import type { TransfersReport } from './transfers.js';

export interface RunOptions {
  readonly client: ContestantName;
  /** INCRs a second, and as many GETs. */
  readonly rate: number;
  readonly quick: boolean;
  readonly note: (text: string) => void;
}

/** One fault, once, under one client's load. */
export interface RunReport {
  readonly ledger: Ledger;
  readonly moments: Moments;
  /** The longest time for which the client's process stood still from the harm on, in ms: the machine was busy. */
  readonly stallMs: number;
  /** Time from the harm to the servers' comeback, in ms, for each outage. */
  readonly outagesMs: readonly number[];
  /** What a writer that asked the primary directly got acknowledged, and what of it is missing. */
  readonly direct: { readonly acknowledged: number; readonly lost: number } | null;
  readonly blocked: BlockedReport | null;
  /** Time from the last comeback to the next element that a blocked caller got, in ms. */
  readonly blockedBackMs: number | null;
  /** What became of messages that another client published to this one's subscribers. */
  readonly subscribers: PubsubLedger | null;
  /** What became of the poisoned read. */
  readonly list: ListRead | null;
  readonly transfers: TransfersReport | null;
  readonly resources: { readonly before: Resources; readonly after: Resources } | null;
}

const HOLD_MS = { whole: 25_000, quick: 6_000 };
const QUIET_MS = { whole: 1_500, quick: 1_000 };
/** The load goes on for so long after the fault. */
const TAIL_MS = { whole: 2_000, quick: 1_000 };
const TIMEOUT_MS = 30_000;
/** Messages a second to each subscriber. */
const MESSAGE_RATE = 50;
/** Sockets that are closed need a moment to go. */
const SETTLE_MS = 6_000;

export async function runFault<S extends Stage>(fault: Fault<S>, stage: S, options: RunOptions): Promise<RunReport> {
  const { client, rate, quick, note } = options;
  const pace = quick ? 'quick' : 'whole';
  const scene = { stage, quick, note, holdMs: HOLD_MS[pace] };
  const space = fault.keys?.(quick) ?? OWN_KEYS;
  await fault.prepare?.(scene);
  const loaded = await LoadedClient.open(client, { target: stage.target, reads: fault.reads ?? 'primary', timeoutMs: TIMEOUT_MS });
  let direct: DirectWriter | null = null;
  let publisher: PubsubProcess | null = null;
  const subscribers = channelSubscribers(fault.subscribers ?? 0);
  try {
    await loaded.ask({ ask: 'load', rate, keys: space, blocked: fault.blocked ?? null, subscribers });
    if (subscribers.length > 0) {
      publisher = await PubsubProcess.start();
      const channels = subscribers.map(({ channel }) => channel);
      await publisher.ask({
        ask: 'publish',
        target: stage.target,
        channelSets: [{ kind: 'channel', channels }],
        rate: MESSAGE_RATE * subscribers.length,
      });
    }
    if (fault.direct) direct = await DirectWriter.start(await stage.primary(), `{${TAG}}:direct:`, rate);
    await sleep(QUIET_MS[pace]);
    const before = fault.leaks ? (await loaded.ask({ ask: 'resources' })).resources : null;
    let list: ListRead | null = null;
    let transfers: TransfersReport | null = null;
    const moments = await fault.strike({
      ...scene,
      readList: async (key, limitMs) => {
        list = (await loaded.ask({ ask: 'list', key, limitMs }, limitMs + TIMEOUT_MS)).read;
      },
      transfer: async (asked) => {
        const limitMs = asked.forMs + TIMEOUT_MS;
        transfers = (await loaded.ask({ ask: 'transfer', options: asked, limitMs }, limitMs + TIMEOUT_MS)).transfers;
      },
    });
    const last = moments.outages.at(-1);
    direct?.stop();
    await sleep(TAIL_MS[pace] + (fault.leaks ? SETTLE_MS : 0));
    const after = fault.leaks ? (await loaded.ask({ ask: 'resources' })).resources : null;
    const published = (await publisher?.ask({ ask: 'stop' }))?.published ?? null;
    // What is on its way.
    if (published !== null) await sleep(500);
    const { writes, reads, stalls, blocked, received } = await loaded.ask(
      { ask: 'stop', limitMs: TIMEOUT_MS + 2_000 },
      TIMEOUT_MS + 30_000,
    );
    await loaded.ask({ ask: 'close' });
    const keys = keysOf(space);
    const names = Array.from({ length: keys.countersOf(writes.length) }, (_, counter) => keys.key(counter));
    const found = await stage.counts(names);
    const lostDirectly = direct === null || last === undefined ? null : direct.lost(await stage.counts(direct.keys), last.backAt);
    return {
      ledger: ledgerOf(writes, reads, keys, found, moments),
      moments,
      stallMs: Math.max(0, ...stalls.filter(({ at }) => at >= moments.struckAt).map(({ ms }) => ms)),
      outagesMs: moments.outages.map(({ struckAt, backAt }) => backAt - struckAt),
      direct: lostDirectly,
      blocked,
      blockedBackMs: blocked === null || last === undefined ? null : firstAfter(blocked.deliveredAt, last.backAt),
      subscribers: published === null ? null : pubsubLedgerOf(published, received, moments),
      list,
      transfers,
      resources: before === null || after === null ? null : { before, after },
    };
  } finally {
    direct?.stop();
    await Promise.all([loaded.end(), publisher?.end()]);
  }
}

function firstAfter(times: Float64Array, time: number): number {
  return Math.min(...times.filter((at) => at >= time).map((at) => at - time));
}
