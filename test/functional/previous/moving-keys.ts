import { setTimeout as sleep } from 'node:timers/promises';
import type { AskConnection } from '../../support/ask.js';
import type { Server } from '../../support/server.js';

interface Move {
  /** The server that is asked for keys now. */
  readonly from: () => Promise<Server>;
  /** Nodes of the cluster that takes them. */
  readonly to: readonly Server[];
  readonly pauseMs: number;
  readonly isOver: () => boolean;
}

/**
 * Moves all keys of a server to a cluster, as a tool would: one by one, with a pause after each. Goes on until nothing is left. What fails is
 * tried again the next time round.
 */
export async function moveAll(move: Move): Promise<void> {
  for (let left = 1; left > 0 && !move.isOver(); await sleep(20)) {
    try {
      left = await moveOnce(move);
    } catch {
      // A server that was killed: another one takes over.
    }
  }
}

/** Resolves with the number of keys that are left. */
async function moveOnce(move: Move): Promise<number> {
  const { to, pauseMs, isOver } = move;
  using from = await (await move.from()).connect({ timeoutMs: 5_000 });
  let cursor = '0';
  do {
    const [next, keys] = (await from.ask('SCAN', cursor, 'COUNT', 50)) as [string, string[]];
    cursor = next;
    for (const key of keys) {
      if (isOver()) return 0;
      const target = to.find(({ state }) => state === 'running');
      if (target !== undefined) await migrate(from, key, target.host, target.port, true);
      await sleep(pauseMs);
    }
  } while (cursor !== '0');
  return Number(await from.ask('DBSIZE'));
}

/** A node of another slot names the one to ask. */
async function migrate(from: AskConnection, key: string, host: string, port: number, follow: boolean): Promise<void> {
  try {
    await from.ask('MIGRATE', host, port, key, 0, 200);
  } catch (error) {
    const moved = / MOVED \d+ (\S+):(\d+)/.exec(String(error));
    if (moved !== null && follow) await migrate(from, key, String(moved[1]), Number(moved[2]), false);
  }
}
