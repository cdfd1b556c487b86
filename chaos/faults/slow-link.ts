import type { Fault, Scene } from '../fault.js';
import type { Moments } from '../ledger.js';
import { nowMs } from '../now.js';
import { type Stage, TAG } from '../stages/stage.js';

/** The load needs a twentieth of it. */
const LINE = { bytesPerSecond: 2_000_000, slice: 1_400 };
/** In each direction. */
const LATENCY_MS = 20;
/** On its way for longer than the 3 s after which a connection that says nothing is given up. */
const LARGE_BYTES = 8_000_000;

/** The ways to all servers become slow, while large values are sent and fetched beside the load. */
async function strike({ stage, holdMs, transfer }: Scene<Stage>): Promise<Moments> {
  if (stage.relays.length === 0) throw new Error('the servers are not reached through relays');
  const struckAt = nowMs();
  for (const relay of stage.relays) Object.assign(relay, { line: LINE, delayMs: LATENCY_MS });
  try {
    await transfer?.({ prefix: `{${TAG}}:large:`, bytes: LARGE_BYTES, forMs: holdMs });
  } finally {
    for (const relay of stage.relays) Object.assign(relay, { line: null, delayMs: 0 });
  }
  return { struckAt, outages: [] };
}

/** Nothing breaks, so that nothing may fail. */
export const slowLink: Fault = {
  name: 'slow-link',
  title: 'slow link: 2 MB/s, 20 ms, slices; 8 MB values sent and fetched',
  strike,
  bounds: { failedWritesMs: 0, readsFailed: 0, failedTransfers: 0 },
};
