import { ClusterAdmin } from '../lib/admin/index.js';
import type { AskConnection } from '../test/support/ask.js';
import type { Cluster } from '../test/support/cluster.js';
import { clusterPort } from '../test/support/cluster-view.js';
import type { Reply } from '../test/support/resp.js';
import type { SlotRange } from './key-space.js';

/** Slots that go from the shard that has them to the one that has `to`, and come back. */
export interface Move {
  readonly range: SlotRange;
  readonly to: number;
}

/** 2,000 slots of each of three shards go round; 200 for a quick look. Slots 5,000, 10,500 and 16,000 stay where they are. */
export function moves(quick: boolean): readonly Move[] {
  const count = quick ? 200 : 2_000;
  return [
    { range: [0, count - 1], to: 10_500 },
    { range: [5_500, 5_499 + count], to: 16_000 },
    { range: [11_000, 10_999 + count], to: 5_000 },
  ];
}

/** Slots that a move of `moves` started with: who has them when it goes back. */
const HOME: ReadonlyMap<number, number> = new Map([
  [10_500, 5_000],
  [16_000, 10_500],
  [5_000, 16_000],
]);

/**
 * All keys of a slot in one MIGRATE, as resharding tools do, in the order that https://redis.io/docs/latest/commands/cluster-setslot/
 * gives. One slot after the other: a node that takes slots and gives others away at the same time may, by its newer config epoch, claim
 * back in gossip what it has just given.
 */
export async function moveSlots(cluster: Cluster, all: readonly Move[], back: boolean): Promise<{ slots: number; keys: number }> {
  const primaries = await cluster.primaries();
  let slots = 0;
  let keys = 0;
  for (const {
    range: [first, last],
    to,
  } of all) {
    const source = await cluster.nodeForSlot(first);
    const target = await cluster.nodeForSlot(back ? (HOME.get(to) ?? to) : to);
    const others = primaries.filter((server) => server !== source && server !== target);
    const open = await Promise.all([source, target, ...others].map((server) => server.connect({ timeoutMs: 20_000, encoding: 'latin1' })));
    const [from, into, ...rest] = open;
    if (from === undefined || into === undefined) throw new Error('two servers were expected');
    try {
      const [sourceId, targetId] = await Promise.all([from.ask('CLUSTER', 'MYID'), into.ask('CLUSTER', 'MYID')]);
      const ends = {
        from,
        into,
        rest,
        sourceId: String(sourceId),
        targetId: String(targetId),
        host: target.host,
        port: clusterPort(target),
      };
      for (let slot = first; slot <= last; slot++) {
        keys += await moveOne(slot, ends);
        slots++;
      }
    } finally {
      for (const connection of open) connection.close();
    }
  }
  return { slots, keys };
}

/** The same by the administration of this library, which leaves it to servers that can move whole ranges by themselves. */
export async function haveSlotsMoved(cluster: Cluster, all: readonly Move[], back: boolean): Promise<{ slots: number; keys: number }> {
  const admin = new ClusterAdmin({ nodes: cluster.servers.map(({ address }) => address) });
  const notes: string[] = [];
  let slots = 0;
  let keys = 0;
  try {
    for (const {
      range: [first, last],
      to,
    } of all) {
      const [source, target] = await Promise.all([cluster.nodeForSlot(first), cluster.nodeForSlot(back ? (HOME.get(to) ?? to) : to)]);
      const wanted = Array.from({ length: last - first + 1 }, (_, at) => first + at);
      const plan = await admin.planReshard({ from: [source.address], to: target.address, slots: wanted });
      const moved = await admin.run(plan, { onNote: (text) => notes.push(text) });
      slots += moved.slots;
      keys += moved.keys;
    }
  } finally {
    admin.close();
  }
  const reason = notes.find((text) => text.includes('key by key'));
  if (reason !== undefined) throw new Error(`the servers did not move the slots by themselves: ${reason}`);
  return { slots, keys };
}

interface Ends {
  readonly from: AskConnection;
  readonly into: AskConnection;
  readonly rest: readonly AskConnection[];
  readonly sourceId: string;
  readonly targetId: string;
  readonly host: string;
  readonly port: number;
}

async function moveOne(slot: number, { from, into, rest, sourceId, targetId, host, port }: Ends): Promise<number> {
  await into.ask('CLUSTER', 'SETSLOT', slot, 'IMPORTING', sourceId);
  await from.ask('CLUSTER', 'SETSLOT', slot, 'MIGRATING', targetId);
  let count = 0;
  for (;;) {
    const keys = (await from.ask('CLUSTER', 'GETKEYSINSLOT', slot, 50)) as Reply[];
    if (keys.length === 0) break;
    await from.ask('MIGRATE', host, port, '', 0, 5_000, 'KEYS', ...keys.map(String));
    count += keys.length;
  }
  await into.ask('CLUSTER', 'SETSLOT', slot, 'NODE', targetId);
  await from.ask('CLUSTER', 'SETSLOT', slot, 'NODE', targetId);
  for (const other of rest) await other.ask('CLUSTER', 'SETSLOT', slot, 'NODE', targetId);
  return count;
}
