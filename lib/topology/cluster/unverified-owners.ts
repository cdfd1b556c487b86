import { SLOT_COUNT } from '../slot-map.js';
import type { TopologySnapshot } from '../snapshot.js';
import { ownerIn } from './news.js';
import type { ClusterView } from './view.js';

/** Some servers may print one epoch for all nodes: no more than this are asked each time. */
const LIMIT = 4;

/**
 * Ids of the nodes to ask directly before the merged view is trusted. For up to a second after a failover the views may show either of
 * these, in this order, because the old primary sends its successor's config epoch (seen on Redis 7.0):
 *
 * 1. Two primaries with one config epoch, in one view or in two, of which one owns slots. That is impossible unless one was demoted and
 *    still gossips its successor's epoch.
 * 2. Slots without an owner that had one. The successor owns them and has not announced it yet.
 *
 * In both cases the old primary and its successor know the owner. And views that are older than what is known, for a change of owner may
 * take seconds to go round:
 *
 * 3. Slots of an owner that has told of itself by now, and in all views another node's, at an epoch that is no higher.
 *
 * `known`: epochs of the owners in `previous`, by id.
 */
export function unverifiedOwners(
  views: readonly ClusterView[],
  previous: TopologySnapshot | null,
  known: ReadonlyMap<string, number> = new Map(),
): string[] {
  /** The nodes that gave the views, with the epoch that each has for itself. */
  const asked = new Map<string, number>();
  for (const { nodes } of views) for (const { id, epoch, myself } of nodes.values()) if (myself) asked.set(id, epoch);
  const unverified = new Set([
    ...ownersWithSharedEpochs(views, asked),
    ...formerOwners(views, previous),
    ...forgottenOwners(views, previous, known),
  ]);
  return [...unverified].filter((id) => !asked.has(id)).slice(0, LIMIT);
}

function ownersWithSharedEpochs(views: readonly ClusterView[], asked: ReadonlyMap<string, number>): string[] {
  const primariesAt = new Map<number, Set<string>>();
  const owners = new Set<string>();
  for (const { nodes, ranges } of views) {
    for (const { owner } of ranges) owners.add(owner);
    for (const { id, role, epoch } of nodes.values()) {
      // 0: none yet, or the ACL forbids to ask for it.
      if (role === 'primary' && epoch > 0) primariesAt.set(epoch, (primariesAt.get(epoch) ?? new Set()).add(id));
    }
  }
  return [...primariesAt].flatMap(([epoch, ids]) => {
    // One of them has been asked: its own role decides about the others.
    if (ids.size < 2 || [...ids].some((id) => (asked.get(id) ?? 0) >= epoch)) return [];
    return [...ids].filter((id) => owners.has(id));
  });
}

/** The last owners of slots that no view has an owner for. */
function formerOwners(views: readonly ClusterView[], previous: TopologySnapshot | null): Set<string> {
  const former = new Set<string>();
  if (previous?.slots == null) return former;
  const claimed = new Uint8Array(SLOT_COUNT);
  for (const { ranges } of views) for (const { start, end } of ranges) claimed.fill(1, start, end + 1);
  for (let slot = claimed.indexOf(0); slot !== -1; slot = claimed.indexOf(0, slot + 1)) {
    const id = ownerIn(previous, slot);
    if (id !== undefined) former.add(id);
  }
  return former;
}

/** Owners that lose slots to a claim that is as old as their own, or older, and of which no view has theirs. */
function forgottenOwners(
  views: readonly ClusterView[],
  previous: TopologySnapshot | null,
  known: ReadonlyMap<string, number>,
): ReadonlySet<string> {
  const forgotten = new Set<string>();
  for (const { nodes, ranges } of views) {
    for (const { start, end, owner } of ranges) {
      const epoch = nodes.get(owner)?.epoch ?? 0;
      // Where a part of a range went elsewhere another range begins or ends.
      for (const id of [ownerIn(previous, start), ownerIn(previous, end)]) {
        if (id !== undefined && id !== owner && epoch > 0 && epoch <= (known.get(id) ?? 0)) forgotten.add(id);
      }
    }
  }
  for (const { nodes, ranges } of views) {
    for (const { owner } of ranges) if ((nodes.get(owner)?.epoch ?? 0) >= (known.get(owner) ?? 0)) forgotten.delete(owner);
  }
  return forgotten;
}
