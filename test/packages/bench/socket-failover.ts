/**
 * socket.io with its adapter over `slotwise/ioredis` and over ioredis, on the same servers at the same time, while a Sentinel group loses its
 * primary.
 *   node --import tsx test/packages/bench/socket-failover.ts [rounds]     (needs `npm run build` and the packages of this folder)
 */
import { setTimeout as sleep } from 'node:timers/promises';
import Original from 'ioredis-original';
import Redis from 'slotwise/ioredis';
import { SentinelGroup } from '../../support/sentinel.js';
import { SocketLoad } from '../support/socket-load.js';

const rounds = Number(process.argv[2] ?? 1);
for (let round = 1; round <= rounds; round++) {
  const group = await SentinelGroup.start();
  const options = { sentinels: group.sentinels.map(({ host, port }) => ({ host, port })), name: group.name };
  const loads = {
    slotwise: new SocketLoad('ours', () => new Redis(options)),
    ioredis: new SocketLoad('theirs', () => new Original(options)),
  };
  await Promise.all(Object.values(loads).map((load) => load.start()));
  await sleep(2_000);
  const old = await group.primary();
  await old.kill();
  await group.failedOver(old);
  await sleep(5_000);
  const reports = await Promise.all(Object.values(loads).map((load) => load.stop()));
  for (const [at, name] of Object.keys(loads).entries()) console.log(round, name, JSON.stringify(reports[at]));
  await group.stop();
}
