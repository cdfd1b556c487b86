/**
 * BullMQ over `slotwise/bullmq` and over ioredis, on the same servers at the same time, while a Sentinel group loses its primary.
 *   node --import tsx test/packages/bench/bullmq-failover.ts [rounds]     (needs `npm run build` and the packages of this folder)
 */
import { setTimeout as sleep } from 'node:timers/promises';
import Redis from 'ioredis-original';
import { createBullConnection } from 'slotwise/bullmq';
import { SentinelGroup } from '../../support/sentinel.js';
import { BullLoad } from '../support/bullmq-load.js';

const rounds = Number(process.argv[2] ?? 1);
for (let round = 1; round <= rounds; round++) {
  const group = await SentinelGroup.start();
  const seeds = group.sentinels.map(({ host, port }) => ({ host, port }));
  const ours = createBullConnection({ topology: { kind: 'sentinel', seeds, name: group.name, access: {} } });
  const theirs = new Redis({ sentinels: seeds, name: group.name, maxRetriesPerRequest: null });
  theirs.on('error', () => {});
  const loads = { slotwise: new BullLoad('ours', ours), ioredis: new BullLoad('theirs', theirs) };
  await Promise.all(Object.values(loads).map((load) => load.start()));
  await sleep(2_000);
  const old = await group.primary();
  await old.kill();
  await group.failedOver(old);
  await sleep(5_000);
  const reports = await Promise.all([loads.slotwise.stop(), loads.ioredis.stop()]);
  for (const [at, name] of Object.keys(loads).entries()) console.log(round, name, JSON.stringify(reports[at]));
  await ours.quit();
  await theirs.quit();
  await group.stop();
}
