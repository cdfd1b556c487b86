import { SLOT_COUNT } from '../slot-map.js';
import type { TopologySnapshot } from '../snapshot.js';
import type { ClusterView } from './view.js';

/** Some servers may print one epoch for all nodes: not all of them are asked each time. */
const MOST = 4;

/**
 * Ids of nodes that must be asked themselves before the views are believed. For up to a second after a failover most nodes may be in one of these
 * states, in this order, because the old primary sends its successor's config epoch (seen on Redis 7.0):
 *
 * | the views say | what is so |
 * |---|---|
 * | an owner of slots has the same epoch as another primary, in this view or another, which two never have | one follows the other |
 * | nobody owns slots that somebody did | they are the successor's, who has not told yet |
 *
 * The old primary and its successor know.
 */
export function unverifiedOwners(views: readonly ClusterView[], previous: TopologySnapshot | null): string[] {
  /** What was asked, and the epoch that it gives itself. */
  const asked = new Map<string, number>();
  for (const { nodes } of views) for (const { id, epoch, myself } of nodes.values()) if (myself) asked.set(id, epoch);
  const doubted = new Set([...ownersWithForeignEpochs(views, asked), ...formerOwners(views, previous)]);
  return [...doubted].filter((id) => !asked.has(id)).slice(0, MOST);
}

function ownersWithForeignEpochs(views: readonly ClusterView[], asked: ReadonlyMap<string, number>): string[] {
  const primariesAt = new Map<number, Set<string>>();
  const owners = new Set<string>();
  for (const { nodes, ranges } of views) {
    for (const { owner } of ranges) owners.add(owner);
    for (const { id, role, epoch } of nodes.values()) {
      // 0 is no epoch yet, or one that may not be asked.
      if (role === 'primary' && epoch > 0) primariesAt.set(epoch, (primariesAt.get(epoch) ?? new Set()).add(id));
    }
  }
  return [...primariesAt].flatMap(([epoch, ids]) => {
    // One of them having said what it is decides about the others.
    if (ids.size < 2 || [...ids].some((id) => (asked.get(id) ?? 0) >= epoch)) return [];
    return [...ids].filter((id) => owners.has(id));
  });
}

/** Who owned slots that nobody claims. */
function formerOwners(views: readonly ClusterView[], previous: TopologySnapshot | null): Set<string> {
  const former = new Set<string>();
  if (previous?.slots == null) return former;
  const claimed = new Uint8Array(SLOT_COUNT);
  for (const { ranges } of views) for (const { start, end } of ranges) claimed.fill(1, start, end + 1);
  for (let slot = claimed.indexOf(0); slot !== -1; slot = claimed.indexOf(0, slot + 1)) {
    const id = previous.shards[previous.slots.shardOf(slot)]?.primary?.id;
    if (id !== undefined) former.add(id);
  }
  return former;
}
