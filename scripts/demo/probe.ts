import { setTimeout as sleep } from 'node:timers/promises';
import type { SentinelGroup } from '../../test/support/sentinel.js';
import type { Server } from '../../test/support/server.js';

const EVERY_MS = 5;

/** When the condition holds, or null if it does not within the limit. */
async function timeOf(condition: () => Promise<boolean>, limitMs: number): Promise<number | null> {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    if (await condition()) return performance.now();
    await sleep(EVERY_MS);
  }
  return null;
}

/** When one of these servers takes a write of this key, asked directly, past the client. */
export function whenWritable(servers: readonly Server[], key: string, limitMs: number): Promise<number | null> {
  return timeOf(async () => (await Promise.all(servers.map((server) => takesWrite(server, key)))).includes(true), limitMs);
}

/**
 * Until then it says READONLY, MOVED or CLUSTERDOWN. Each time over a fresh connection: sentinels cut the old ones when they promote a
 * replica.
 */
function takesWrite(server: Server, key: string): Promise<boolean> {
  return server.ask('SET', key, 'written').then(
    () => true,
    () => false,
  );
}

/** When the first sentinel names another primary than `old`; no client can know it before. */
export function whenNamed({ sentinels, name }: SentinelGroup, old: Server, limitMs: number): Promise<number | null> {
  const named = async (sentinel: Server): Promise<boolean> => {
    const reply = await sentinel.ask('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name).catch(() => null);
    return Array.isArray(reply) && Number(reply[1]) !== old.port;
  };
  return timeOf(async () => (await Promise.all(sentinels.map(named))).includes(true), limitMs);
}
