import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.js';
import { keysOf } from '../key-space.js';
import { moves } from '../reshard.js';
import type { Resources } from '../resources.js';
import type { Stage } from '../stages/stage.js';
import type { PubsubContestantName } from './clients.js';
import { type PubsubLedger, pubsubLedgerOf } from './ledger.js';
import type { ChannelSet } from './messages.js';
import { PubsubProcess } from './process.js';

export interface PubsubRunOptions {
  readonly client: PubsubContestantName;
  /** Number of messages a second, over all channels. */
  readonly rate: number;
  readonly channels: number;
  readonly sharded: boolean;
  readonly quick: boolean;
  /**
   * How long publishers may go on with a server that was demoted and hands their messages to nobody, in ms: without sentinels nobody cuts
   * their connections. Default 50.
   */
  readonly toldLateMs?: number;
  readonly note: (text: string) => void;
}

const HOLD_MS = { whole: 12_000, quick: 6_000 };
const QUIET_MS = { whole: 2_500, quick: 1_200 };
const TAIL_MS = { whole: 3_000, quick: 1_500 };

/** Channels of a run: half of them ordinary and half sharded, with names in slots that move when slots move. */
export function channelSetsOf(channels: number, sharded: boolean): ChannelSet[] {
  const names = keysOf({ kind: 'ranges', ranges: moves(true).map(({ range }) => range), count: channels });
  const all = Array.from({ length: channels }, (_, i) => names.key(i));
  if (!sharded) return [{ kind: 'channel', channels: all }];
  const half = Math.ceil(channels / 2);
  return [
    { kind: 'channel', channels: all.slice(0, half) },
    { kind: 'shard', channels: all.slice(half) },
  ];
}

export interface PubsubReport {
  readonly ledger: PubsubLedger;
  /** Resources of the subscriber's process around the fault; null: not measured. */
  readonly resources: { readonly before: Resources; readonly after: Resources } | null;
}

/** Runs one fault once, under messages. */
export async function runPubsubFault<S extends Stage>(
  fault: Pick<Fault<S>, 'prepare' | 'warmUp' | 'strike' | 'leaks'>,
  stage: S,
  options: PubsubRunOptions,
): Promise<PubsubReport> {
  const { client, rate, channels, sharded, quick, note } = options;
  const pace = quick ? 'quick' : 'whole';
  const scene = { stage, quick, note, holdMs: HOLD_MS[pace] };
  const channelSets = channelSetsOf(channels, sharded);
  await fault.prepare?.(scene);
  const [subscriber, publisher] = await Promise.all([PubsubProcess.start(), PubsubProcess.start()]);
  try {
    await subscriber.ask({ ask: 'subscribe', client, target: stage.target, channelSets });
    await publisher.ask({ ask: 'publish', target: stage.target, channelSets, rate });
    await sleep(QUIET_MS[pace]);
    const warmUp = fault.leaks ? await fault.warmUp?.(scene) : undefined;
    const look = async (): Promise<Resources> => (await subscriber.ask({ ask: 'resources' })).resources;
    const before = fault.leaks ? await look() : null;
    const struck = await fault.strike(scene);
    await sleep(TAIL_MS[pace]);
    const after = fault.leaks ? await look() : null;
    const moments = warmUp === undefined ? struck : { struckAt: warmUp.struckAt, outages: [...warmUp.outages, ...struck.outages] };
    const { published } = await publisher.ask({ ask: 'stop' });
    // What is on its way.
    await sleep(500);
    const { received } = await subscriber.ask({ ask: 'stop' });
    return {
      ledger: pubsubLedgerOf(published, received, moments, options.toldLateMs),
      resources: before === null || after === null ? null : { before, after },
    };
  } finally {
    await Promise.all([subscriber.end(), publisher.end()]);
  }
}
