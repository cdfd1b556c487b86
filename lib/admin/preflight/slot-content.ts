import type { Address } from '../../options/address.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { listOf, numberOf, textOf } from '../../topology/replies.js';
import { AdminError } from '../admin-error.js';
import type { BatchClient } from '../node-connections.js';
import type { KeyMove } from './subjects.js';

/** A key so large that moving it is felt. */
export interface BigKey {
  readonly slot: number;
  readonly key: Buffer;
  readonly bytes: number;
  /** As TYPE says it. */
  readonly type: string;
  /** Elements; for a string its bytes. */
  readonly length: number;
}

/** What the slots of a move hold. */
export interface SlotContent {
  /** Number of keys by database. */
  readonly keys: ReadonlyMap<number, number>;
  /** Keys whose size was asked for, and their bytes. */
  readonly measured: { readonly keys: number; readonly bytes: number };
  /** The largest first. */
  readonly bigKeys: readonly BigKey[];
  /** A few of the keys, for questions about rights. */
  readonly samples: readonly Buffer[];
}

export interface ContentOptions {
  /** Bytes from which on a key is a big one. */
  readonly bigBytes: number;
  /** Keys of one move whose size is asked for, at most; of more there is a share of each slot. */
  readonly maxKeys: number;
  readonly stop: AbortSignal | undefined;
}

/** Commands that are under way at once: no other client waits long behind them. */
const AT_ONCE = 512;
const SAMPLES = 4;
/** Elements whose size is taken for that of all: exact for small keys, and soon done for large ones. */
const ELEMENTS = 1_000;

const LENGTHS: Readonly<Record<string, string>> = {
  string: 'STRLEN',
  list: 'LLEN',
  hash: 'HLEN',
  set: 'SCARD',
  zset: 'ZCARD',
  stream: 'XLEN',
};

/** What asks a server many questions at once. */
export type KeyReader = Pick<BatchClient, 'sendAll'>;

/** Looks at the keys that a move is to take: how many there are, how large, and which are the large ones. */
export async function readContent(connections: KeyReader, { from, slots }: KeyMove, options: ContentOptions): Promise<SlotContent> {
  const { address } = from;
  const reader = address === null ? null : new ContentReader(connections, address, options.stop);
  const keys = new Map<number, number>();
  const measured = { keys: 0, bytes: 0 };
  const bigKeys: BigKey[] = [];
  const samples: Buffer[] = [];
  if (reader === null) return { keys, measured, bigKeys, samples };
  for (const database of from.databases) {
    const counts = await reader.each(slots, database, (slot) => ['CLUSTER', 'COUNTKEYSINSLOT', slot]);
    const filled = counts.flatMap((reply, at) => (numberOf(reply, 0) > 0 ? [{ slot: slots[at] ?? 0, keys: numberOf(reply, 0) }] : []));
    const total = filled.reduce((sum, slot) => sum + slot.keys, 0);
    if (total > 0) keys.set(database, total);
    const perSlot = total <= options.maxKeys ? Number.MAX_SAFE_INTEGER : Math.max(1, Math.floor(options.maxKeys / filled.length));
    for (let at = 0; at < filled.length; at += AT_ONCE) {
      const found = await reader.keysOf(filled.slice(at, at + AT_ONCE), perSlot, database);
      if (samples.length < SAMPLES) samples.push(...found.slice(0, SAMPLES - samples.length).map(({ key }) => key));
      const sizes = await reader.each(found, database, ({ key }) => ['MEMORY', 'USAGE', key, 'SAMPLES', ELEMENTS]);
      for (const [index, { slot, key }] of found.entries()) {
        const bytes = numberOf(sizes[index], 0);
        if (bytes > 0) measured.keys++;
        measured.bytes += bytes;
        if (bytes >= options.bigBytes) bigKeys.push({ slot, key, bytes, ...(await reader.shapeOf(key, database)) });
      }
    }
  }
  return { keys, measured, bigKeys: bigKeys.sort((a, b) => b.bytes - a.bytes), samples };
}

/** Questions to one node, some at once. What it refuses has no answer. */
class ContentReader {
  constructor(
    private readonly connections: KeyReader,
    private readonly address: Address,
    private readonly stop: AbortSignal | undefined,
  ) {}

  async each<T>(items: readonly T[], database: number, words: (item: T) => readonly Arg[], buffers = false): Promise<Raw[]> {
    const replies: Raw[] = [];
    for (let at = 0; at < items.length; at += AT_ONCE) {
      if (this.stop?.aborted === true) throw new AdminError('stopped while the keys were looked at. Nothing was done');
      replies.push(...(await this.connections.sendAll(this.address, items.slice(at, at + AT_ONCE).map(words), { database, buffers })));
    }
    return replies;
  }

  async keysOf(
    slots: readonly { readonly slot: number; readonly keys: number }[],
    perSlot: number,
    database: number,
  ): Promise<{ readonly slot: number; readonly key: Buffer }[]> {
    const words = ({ slot, keys }: { readonly slot: number; readonly keys: number }): readonly Arg[] => {
      return ['CLUSTER', 'GETKEYSINSLOT', slot, Math.min(keys, perSlot)];
    };
    const lists = await this.each(slots, database, words, true);
    return slots.flatMap(({ slot }, index) => listOf(lists[index]).flatMap((key) => (Buffer.isBuffer(key) ? [{ slot, key }] : [])));
  }

  async shapeOf(key: Buffer, database: number): Promise<{ readonly type: string; readonly length: number }> {
    const [type = 'unknown'] = (await this.each([key], database, () => ['TYPE', key])).flatMap((reply) => textOf(reply) ?? []);
    const command = LENGTHS[type];
    if (command === undefined) return { type, length: 0 };
    const [length] = await this.each([key], database, () => [command, key]);
    return { type, length: numberOf(length, 0) };
  }
}
