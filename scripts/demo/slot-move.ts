import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientOptions, createClient } from '../../lib/index.js';
import { slotOfKey } from '../../lib/routing/keys/slots.js';
import type { Cluster } from '../../test/support/cluster.js';
import { errorsOf } from './counters.js';
import { showLedger } from './failover.js';
import { ledgerOf } from './ledger.js';
import { Load } from './load.js';
import { duration, grouped, type Report } from './report.js';

const FIRST = 0;
const LAST = 199;
const KEYS = 1_000;
const PER_SECOND = 2_000;
const WORST_MS = 1_000;

/** Moves slots that are written and read meanwhile. */
export async function showSlotMove(report: Report, cluster: Cluster, topology: NonNullable<ClientOptions['topology']>): Promise<void> {
  report.chapter(`Cluster: slots ${FIRST} to ${LAST} move to another shard under load`);
  const keys = counters();
  await using redis = createClient({ topology });
  const from = await cluster.nodeForSlot(FIRST);
  const to = (await cluster.primaries()).find((server) => server !== from);
  if (to === undefined) throw new Error('the cluster has one primary only');
  await Promise.all(keys.map((key) => redis.set(key, '0')));
  report.line(`load: ${grouped(PER_SECOND)} INCR/s and ${grouped(PER_SECOND)} GET/s on ${grouped(keys.length)} counters in these slots`);
  const primaries = await cluster.primaries();
  const counted = async (): Promise<number[]> => [await errorsOf(primaries, 'MOVED'), await errorsOf(primaries, 'ASK')];
  const before = await counted();
  const load = new Load(redis, { keys, perSecond: PER_SECOND });
  await sleep(500);
  const begunAt = performance.now();
  report.note(`moving from ${from.address} to ${to.address}, key by key ...`);
  const moved = await cluster.moveSlots(from, to, FIRST, LAST, { pauseMs: 1 });
  report.note(`${grouped(moved)} keys in ${duration(performance.now() - begunAt)}`);
  await sleep(500);
  const ledger = ledgerOf(await load.stop());
  const [movedCount = 0, askCount = 0] = (await counted()).map((count, at) => count - (before[at] ?? 0));

  using owner = await to.connect();
  const values = await Promise.all(keys.map((key) => owner.ask('GET', key)));
  const found = values.reduce<number>((sum, value) => sum + Number(value), 0);
  showLedger(report, ledger, found);
  report.claim(
    movedCount > 0 && askCount > 0,
    `the servers redirected commands on the way: ${grouped(movedCount)} MOVED, ${grouped(askCount)} ASK (errorstats)`,
  );
  report.claim(ledger.errors.size === 0, 'no caller saw an error');
  report.claim(found === ledger.acknowledged, `the new owner ${to.address} has exactly the acknowledged increments`);
  const worstMs = Math.max(ledger.worstWriteMs, ledger.worstReadMs);
  report.claim(worstMs < WORST_MS, `the slowest answer took ${Math.ceil(worstMs)} ms`);
}

/** Keys whose slots are in the range. */
function counters(): string[] {
  const keys: string[] = [];
  for (let i = 0; keys.length < KEYS; i++) {
    const slot = slotOfKey(`counter:${i}`);
    if (slot >= FIRST && slot <= LAST) keys.push(`counter:${i}`);
  }
  return keys;
}
