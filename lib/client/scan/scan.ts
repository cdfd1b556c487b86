import { NoNodeError, ProtocolError } from '../../errors.js';
import type { CallTarget, PinnedProcess } from '../../protocol/call-target.js';
import { command } from '../../protocol/catalog/specs.js';
import { type Arg, type CommandSpec, DECODE_BUFFERS, type Raw } from '../../protocol/command-spec.js';
import { slotOfKey } from '../../routing/keys/slots.js';
import { sleep } from '../../runtime/runtime.js';
import { backoffMs } from '../../util/backoff.js';
import type { Client } from '../client.js';
import type { View } from '../view.js';
import { DedupeSet } from './dedupe-set.js';
import { parseShardView, type ScanPart, type ShardView, SlotCoverage } from './slot-coverage.js';

/** Command of the SCAN family, and how its pages are read. */
export interface Scan<Item> {
  readonly spec: CommandSpec;
  /** Arguments around the cursor. */
  readonly before: readonly Arg[];
  readonly after: readonly Arg[];
  /** How many elements of a page make an item; the first of them identifies it. */
  readonly width: 1 | 2;
  readonly item: (first: Buffer, second: Buffer) => Item;
  /** `limit` of the `DedupeSet`. */
  readonly dedupeLimit: number;
  /** Items that are left out; undefined: none. */
  readonly skips?: (first: Buffer, target: CallTarget) => boolean;
}

/** How many times in a row a scan begins again without progress. Each time its first page has the view's whole deadline. */
const MAX_FAILURES = 16;
const BACKOFF = { minMs: 10, maxMs: 500 };
const CLUSTER_NODES = command('CLUSTER NODES');

/**
 * The items of one key, or the keys of one group of servers that all have the same keys (`target` says which, of several). A cursor means something only to the process that
 * gave it, so all pages come from the process that gave the first one. When that process is gone, or its node no longer serves the reads of
 * the view, the scan begins again.
 */
export async function* scanOne<Item>(
  client: Client,
  view: View,
  scan: Scan<Item>,
  target: CallTarget = {},
): AsyncGenerator<Item, void, undefined> {
  const seen = new DedupeSet(scan.dedupeLimit);
  let losses = 0;
  for (let failures = 0; ; failures++) {
    const pinned = newPin(losses);
    try {
      for await (const page of pages(client, view, scan, target, pinned)) {
        for (let at = 0; at < page.length; at += scan.width) {
          const first = elementOf(page, at);
          if (scan.skips?.(first, target) === true || !seen.add(first)) continue;
          pinned.losses = 0;
          yield scan.item(first, elementOf(page, at + scan.width - 1));
        }
      }
      return;
    } catch (error) {
      if (!pinned.isGone || failures === MAX_FAILURES) throw error;
    }
    losses = pinned.losses;
    await sleep(backoffMs(failures, BACKOFF));
  }
}

/**
 * The keys of a whole cluster, shard by shard. Before and after the scan of a shard its primary is asked which slots it has. Only slots
 * that it had both times are done; the others are scanned again, on the node that has them by then.
 */
export async function* scanCluster<Item>(client: Client, view: View, scan: Scan<Item>): AsyncGenerator<Item, void, undefined> {
  const seen = new DedupeSet(scan.dedupeLimit);
  const coverage = new SlotCoverage();
  let losses = 0;
  for (let failures = 0; ; ) {
    const part = coverage.next();
    if (part === null) return;
    const pinned = newPin(losses);
    let gained = false;
    let cause: unknown = new NoNodeError(`${scan.spec.name}: no node says that it serves slot ${part.slot}`, { command: scan.spec.name });
    try {
      const target = targetOf(client, part);
      if (target === null) coverage.giveUp(part.slot);
      const before = target === null ? null : await fetchShardView(client, view, target);
      if (target !== null && before !== null && coverage.accepts(part, before)) {
        for await (const page of pages(client, view, scan, target, pinned)) {
          for (let at = 0; at < page.length; at += scan.width) {
            const key = elementOf(page, at);
            const slot = slotOfKey(key);
            // The slot was scanned elsewhere; its keys moved here since and have been given.
            if (coverage.isDone(slot) || !seen.add(key, slot)) continue;
            pinned.losses = 0;
            yield scan.item(key, elementOf(page, at + scan.width - 1));
          }
        }
        const after = await fetchShardView(client, view, target);
        const outcome = coverage.scanned(before, after);
        for (const slot of outcome.done) seen.forget(slot);
        gained = outcome.gained;
      }
    } catch (error) {
      if (!pinned.isGone) throw error;
      cause = error;
    }
    losses = pinned.losses;
    if (gained) {
      failures = 0;
      continue;
    }
    if (failures === MAX_FAILURES) throw cause;
    client.wake('a scan met a node that is not the one to ask');
    await sleep(backoffMs(failures++, BACKOFF));
  }
}

/** The pages of one run, from cursor 0 to cursor 0. The next page is fetched while the caller works on this one. */
async function* pages<Item>(
  client: Client,
  view: View,
  scan: Scan<Item>,
  target: CallTarget,
  pinned: PinnedProcess,
): AsyncGenerator<readonly Raw[], void, undefined> {
  // Keys are read as bytes: a key that is no UTF-8 would be another key as text, and of another slot.
  const bytes = view.withMode(DECODE_BUFFERS);
  const fetchPage = (cursor: Arg): Promise<unknown> =>
    client.runAt(scan.spec, [...scan.before, cursor, ...scan.after], bytes, { ...target, pinned });
  let reply = fetchPage('0');
  for (;;) {
    const { cursor, elements } = pageOf(scan, (await reply) as Raw);
    pinned.isPinned = true;
    const isLast = cursor === '0';
    if (!isLast) {
      reply = fetchPage(cursor);
      // A page that nobody awaits, because the caller left the loop, is no unhandled rejection.
      reply.catch(() => {});
    }
    yield elements;
    if (isLast) return;
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

/** Where a part is scanned; null: the node that takes the slot over is not in the topology. */
function targetOf(client: Client, { slot, target }: ScanPart): CallTarget | null {
  if (target === null) return { slot };
  for (const node of client.snapshot?.nodes.values() ?? []) if (node.id === target) return { node: node.key };
  return null;
}

/** What the node that serves the target says about its own slots. */
async function fetchShardView(client: Client, view: View, target: CallTarget): Promise<ShardView> {
  const reply = await client.runAt(CLUSTER_NODES, [], view.withMode(0), target);
  const shard = parseShardView(String(reply));
  if (shard === null) throw new ProtocolError('CLUSTER NODES does not name the node that was asked', { command: CLUSTER_NODES.name });
  return shard;
}

function newPin(losses: number): PinnedProcess {
  return { node: '', processEpoch: 0, role: null, readonly: false, asking: false, isPinned: false, isGone: false, losses };
}
