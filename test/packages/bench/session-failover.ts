/**
 * express-session with connect-redis over `slotwise/node-redis` and over node-redis, on the same servers at the same time, while a Sentinel
 * group loses its primary.
 *   node --import tsx test/packages/bench/session-failover.ts [rounds]     (needs `npm run build` and the packages of this folder)
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createSentinel as createOriginal } from 'redis-original';
import { createSentinel } from 'slotwise/node-redis';
import { SentinelGroup } from '../../support/sentinel.js';
import { SessionLoad, type StoreClient } from '../support/session-load.js';

const rounds = Number(process.argv[2] ?? 1);
for (let round = 1; round <= rounds; round++) {
  const group = await SentinelGroup.start();
  const options = { sentinelRootNodes: group.sentinels.map(({ host, port }) => ({ host, port })), name: group.name };
  const clients = {
    slotwise: createSentinel({ ...options, commandOptions: { idempotent: true } }),
    // What may have been saved is not saved again.
    cautious: createSentinel(options),
    'node-redis': createOriginal(options),
  };
  for (const client of Object.values(clients)) client.on('error', () => {});
  await Promise.all(Object.values(clients).map((client) => client.connect()));
  const loads = Object.entries(clients).map(([name, client]) => new SessionLoad(name, client as unknown as StoreClient));
  await Promise.all(loads.map((load) => load.start()));
  await sleep(2_000);
  const old = await group.primary();
  await old.kill();
  await group.failedOver(old);
  await sleep(5_000);
  const reports = await Promise.all(loads.map((load) => load.stop()));
  for (const [at, name] of Object.keys(clients).entries()) console.log(round, name, JSON.stringify(reports[at]));
  for (const client of Object.values(clients)) await client.close();
  await group.stop();
}
