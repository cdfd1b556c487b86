import { setTimeout as sleep } from 'node:timers/promises';
import { NoNodeError, ProtocolError } from '../../errors.js';
import type { PinnedProcess } from '../../protocol/call.js';
import { command } from '../../protocol/catalog/specs.js';
import { type Arg, type CommandSpec, DECODE_BUFFERS, type Raw } from '../../protocol/command-spec.js';
import { slotOfKey } from '../../routing/keys/slots.js';
import { backoffMs } from '../../util/backoff.js';
import type { Client } from '../client.js';
import type { View } from '../view.js';
import { DedupeSet } from './dedupe.js';
import { parseShardView, type ScanPart, type ShardView, SlotCoverage } from './slot-coverage.js';

/** A command that gives a page and the cursor of the next, and how to read it. */
export interface Scan<Item> {
  readonly spec: CommandSpec;
  /** Arguments around the cursor. */
  readonly before: readonly Arg[];
  readonly after: readonly Arg[];
  /** How many elements of a page make an item; the first of them says which item it is. */
  readonly width: 1 | 2;
  readonly item: (first: Buffer, second: Buffer) => Item;
  /** Items that are remembered, so as to be given once; 0: none. */
  readonly remember: number;
}

type ScanTarget = { readonly slot?: number; readonly target?: string };

/** How often a scan begins again without having come further. Each time its first page has the view's whole deadline. */
const MAX_FAILURES = 16;
const BACKOFF = { minMs: 10, maxMs: 500 };
const CLUSTER_NODES = command('CLUSTER NODES');

/**
 * The items of one key, or of one group of servers that all have the same keys. Every page comes from the process the first one came from: to
 * any other the cursor means nothing. When that process is gone, or is not the one to ask any more, the scan begins again.
 */
export async function* scanOne<Item>(client: Client, view: View, scan: Scan<Item>): AsyncGenerator<Item, void, undefined> {
  const seen = new DedupeSet(scan.remember);
  for (let failures = 0; ; failures++) {
    const pinned = newPin();
    try {
      for await (const page of pages(client, view, scan, {}, pinned)) {
        for (let at = 0; at < page.length; at += scan.width) {
          if (seen.add(elementOf(page, at))) yield scan.item(elementOf(page, at), elementOf(page, at + scan.width - 1));
        }
      }
      return;
    } catch (error) {
      if (!pinned.isGone || failures === MAX_FAILURES) throw error;
    }
    await sleep(backoffMs(failures, BACKOFF));
  }
}

/**
 * The keys of a whole cluster, shard by shard. Before and after a shard is scanned its primary is asked which slots it has: only slots that it
 * had all the time are done with, the others are scanned where they are by then.
 */
export async function* scanCluster<Item>(client: Client, view: View, scan: Scan<Item>): AsyncGenerator<Item, void, undefined> {
  const seen = new DedupeSet(scan.remember);
  const coverage = new SlotCoverage();
  for (let failures = 0; ; ) {
    const part = coverage.next();
    if (part === null) return;
    const pinned = newPin();
    let gained = false;
    let cause: unknown = new NoNodeError(`${scan.spec.name}: no node says that it serves slot ${part.slot}`, { command: scan.spec.name });
    try {
      const place = placeOf(client, part);
      if (place === null) coverage.giveUp(part.slot);
      const before = place === null ? null : await ask(client, view, place);
      if (place !== null && before !== null && coverage.accepts(part, before)) {
        for await (const page of pages(client, view, scan, place, pinned)) {
          for (let at = 0; at < page.length; at += scan.width) {
            const key = elementOf(page, at);
            const slot = slotOfKey(key);
            // What is done with was given: its keys came here since.
            if (!coverage.isDone(slot) && seen.add(key, slot)) yield scan.item(key, elementOf(page, at + scan.width - 1));
          }
        }
        const after = await ask(client, view, place);
        const outcome = coverage.scanned(before, after);
        for (const slot of outcome.done) seen.forget(slot);
        gained = outcome.gained;
      }
    } catch (error) {
      if (!pinned.isGone) throw error;
      cause = error;
    }
    if (gained) {
      failures = 0;
      continue;
    }
    if (failures === MAX_FAILURES) throw cause;
    client.wake('a scan met a node that is not the one to ask');
    await sleep(backoffMs(failures++, BACKOFF));
  }
}

/** One run from cursor 0 to cursor 0. The next page is on its way while the caller is busy with this one. */
async function* pages<Item>(
  client: Client,
  view: View,
  scan: Scan<Item>,
  place: ScanTarget,
  pinned: PinnedProcess,
): AsyncGenerator<readonly Raw[], void, undefined> {
  // In bytes: text may not be the key, and where a key lives depends on its bytes.
  const bytes = view.withMode(DECODE_BUFFERS);
  const ask = (cursor: Arg): Promise<unknown> =>
    client.runAt(scan.spec, [...scan.before, cursor, ...scan.after], bytes, pinned.isPinned ? { pinned } : { ...place, pinned });
  let reply = ask('0');
  for (;;) {
    const { cursor, elements } = pageOf(scan, (await reply) as Raw);
    pinned.isPinned = true;
    const through = cursor === '0';
    if (!through) {
      reply = ask(cursor);
      // It is awaited only if the caller wants more.
      reply.catch(() => {});
    }
    yield elements;
    if (through) return;
  }
}

function pageOf<Item>({ spec, width }: Scan<Item>, raw: Raw): { readonly cursor: string; readonly elements: readonly Raw[] } {
  const [cursor, elements] = Array.isArray(raw) ? raw : [];
  if (cursor !== undefined && Array.isArray(elements) && elements.length % width === 0) return { cursor: String(cursor), elements };
  throw new ProtocolError(`${spec.name} gave no page`, { command: spec.name });
}

function elementOf(page: readonly Raw[], at: number): Buffer {
  const element = page[at];
  if (Buffer.isBuffer(element)) return element;
  throw new ProtocolError('a page holds something that is no string');
}

function placeOf(client: Client, { slot, target }: ScanPart): ScanTarget | null {
  if (target === null) return { slot };
  for (const node of client.snapshot?.nodes.values() ?? []) if (node.id === target) return { target: node.key };
  return null;
}

async function ask(client: Client, view: View, place: ScanTarget): Promise<ShardView> {
  const reply = await client.runAt(CLUSTER_NODES, [], view.withMode(0), place);
  const shard = parseShardView(String(reply));
  if (shard === null) throw new ProtocolError('CLUSTER NODES does not name the node that was asked', { command: CLUSTER_NODES.name });
  return shard;
}

function newPin(): PinnedProcess {
  return { node: '', processEpoch: 0, role: null, readonly: false, asking: false, isPinned: false, isGone: false };
}
