import type { Fault, Scene } from '../fault.js';
import type { Moments } from '../ledger.js';
import { nowMs } from '../now.js';
import { haveSlotsMoved, moves } from '../reshard.js';
import type { ClusterStage } from '../stages/cluster.js';
import { counters, fillCounters } from './cluster.js';

async function reshard({ stage, quick, note }: Scene<ClusterStage>): Promise<Moments> {
  const struckAt = nowMs();
  for (const back of [false, true]) {
    const begunAt = nowMs();
    const { slots, keys } = await haveSlotsMoved(stage.cluster, moves(quick), back);
    note(`${slots} slots with ${keys} keys moved ${back ? 'back ' : ''}in ${((nowMs() - begunAt) / 1_000).toFixed(1)} s`);
  }
  return { struckAt, outages: [] };
}

/** Slots that servers move by themselves, under load. */
export function atomicMoves(name: string, product: string): Fault<ClusterStage> {
  return {
    name,
    title: `${product} moves 6,000 slots, 100,000 keys, then back`,
    keys: counters,
    prepare: fillCounters,
    strike: reshard,
    // A server holds writes for a moment when it hands slots over.
    bounds: { failedWritesMs: 0, readsFailed: 0, aboveQuietMs: 500 },
  };
}
