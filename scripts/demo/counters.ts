import type { Server } from '../../test/support/server.js';

/** How often each server ran a command since it started, by its own count: https://redis.io/docs/latest/commands/info/ */
export function callsOf(servers: readonly Server[], command: string): Promise<number[]> {
  return Promise.all(
    servers.map(async (server) => {
      const line = (await server.info('commandstats'))[`cmdstat_${command}`] ?? '';
      return Number(/calls=(\d+)/.exec(line)?.[1] ?? 0);
    }),
  );
}

/** How often all these servers together answered with an error of this kind (`MOVED`, `ASK`), by their own count. */
export async function errorsOf(servers: readonly Server[], kind: string): Promise<number> {
  const counts = await Promise.all(
    servers.map(async (server) => {
      const line = (await server.info('errorstats'))[`errorstat_${kind}`] ?? '';
      return Number(/count=(\d+)/.exec(line)?.[1] ?? 0);
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What each server adds to its count of a command while `work` runs. */
export async function countCalls(servers: readonly Server[], command: string, work: () => Promise<unknown>): Promise<number[]> {
  const before = await callsOf(servers, command);
  await work();
  const after = await callsOf(servers, command);
  return after.map((calls, at) => calls - (before[at] ?? 0));
}
