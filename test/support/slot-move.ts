import type { AskConnection } from './ask.js';
import type { Reply } from './resp.js';

/** A primary that takes part in a move. */
export interface SlotEnd {
  readonly connection: AskConnection;
  readonly id: string;
  readonly host: string;
  readonly port: number;
}

export interface SlotMove {
  readonly source: SlotEnd;
  readonly target: SlotEnd;
  /** The other primaries, which are told last. */
  readonly others: readonly SlotEnd[];
  readonly password: string | undefined;
  /** Pause after each key. */
  readonly pause: (() => Promise<unknown>) | null;
}

/**
 * Moves one slot while clients use it, in the order that https://redis.io/docs/latest/commands/cluster-setslot/ gives. Its source asks
 * clients to go on (ASK) for keys that have left; so once it has none left, none can appear there. Resolves with the number of keys.
 */
export async function moveSlot(slot: number, { source, target, others, password, pause }: SlotMove): Promise<number> {
  await target.connection.ask('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source.id);
  await source.connection.ask('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target.id);
  const auth = password === undefined ? [] : ['AUTH', password];
  let count = 0;
  for (;;) {
    const keys = (await source.connection.ask('CLUSTER', 'GETKEYSINSLOT', slot, 100)) as Reply[];
    if (keys.length === 0) break;
    for (const key of keys) {
      await source.connection.ask('MIGRATE', target.host, target.port, '', 0, 5_000, ...auth, 'KEYS', String(key));
      count++;
      await pause?.();
    }
  }
  // The target first: if the source forgot the slot first, nobody would serve it for a moment.
  await target.connection.ask('CLUSTER', 'SETSLOT', slot, 'NODE', target.id);
  await source.connection.ask('CLUSTER', 'SETSLOT', slot, 'NODE', target.id);
  for (const other of others) await other.connection.ask('CLUSTER', 'SETSLOT', slot, 'NODE', target.id);
  return count;
}
