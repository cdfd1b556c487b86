import { SLOT_COUNT } from '../../topology/slot-map.js';
import { parseSlotsText, type SlotSet } from '../slot-list.js';
import { type AdminNode, type ClusterState, primariesOf } from '../state/cluster-state.js';
import { type OpenEnd, openEndsOf } from '../state/open-slots.js';

/** The slots that are in trouble, or on their way. */
export interface SlotTroubles {
  /** No reachable primary serves them. */
  readonly uncovered: SlotSet;
  /** Several primaries claim them. */
  readonly contested: SlotSet;
  /** Nodes disagree about their owner. */
  readonly disputed: SlotSet;
  readonly open: readonly OpenEnd[];
}

export function slotTroubles(cluster: ClusterState): SlotTroubles {
  return {
    uncovered: uncoveredSlots(cluster),
    contested: contestedSlots(cluster),
    disputed: disputedSlots(cluster),
    open: openEnds(cluster),
  };
}

/** What is in trouble in both. */
export function inBoth(a: SlotTroubles, b: SlotTroubles): SlotTroubles {
  const common = (some: SlotSet, others: SlotSet): SlotSet => {
    const set = new Set(others);
    return some.filter((slot) => set.has(slot));
  };
  const ends = new Set(b.open.map(endKey));
  return {
    uncovered: common(a.uncovered, b.uncovered),
    contested: common(a.contested, b.contested),
    disputed: common(a.disputed, b.disputed),
    open: a.open.filter((end) => ends.has(endKey(end))),
  };
}

export function endKey({ slot, node, way, peer }: OpenEnd): string {
  return `${slot} ${node} ${way} ${peer}`;
}

/** Slots by the primaries that claim them in their own view. */
export function claimsOf(cluster: ClusterState): ReadonlyMap<number, readonly AdminNode[]> {
  const claims = new Map<number, AdminNode[]>();
  for (const node of primariesOf(cluster)) {
    for (const slot of node.slots) {
      const claimants = claims.get(slot);
      if (claimants === undefined) claims.set(slot, [node]);
      else claimants.push(node);
    }
  }
  return claims;
}

export function uncoveredSlots(cluster: ClusterState): number[] {
  return slotsWith(claimCounts(cluster), (claims) => claims === 0);
}

export function contestedSlots(cluster: ClusterState): number[] {
  return slotsWith(claimCounts(cluster), (claims) => claims > 1);
}

/** Number of primaries that claim each slot. Every reading counts them, so that it must be cheap. */
function claimCounts(cluster: ClusterState): Uint16Array {
  const counts = new Uint16Array(SLOT_COUNT);
  for (const { slots } of primariesOf(cluster)) for (const slot of slots) counts[slot] = (counts[slot] ?? 0) + 1;
  return counts;
}

function slotsWith(counts: Uint16Array, isMeant: (claims: number) => boolean): number[] {
  const slots: number[] = [];
  for (const [slot, claims] of counts.entries()) if (isMeant(claims)) slots.push(slot);
  return slots;
}

/** Slots that are open, claimed by several nodes, or by none. */
export function brokenSlots(cluster: ClusterState): number[] {
  const slots = new Set([...uncoveredSlots(cluster), ...contestedSlots(cluster)]);
  for (const { slot } of primariesOf(cluster).flatMap(openEndsOf)) slots.add(slot);
  return [...slots].sort((a, b) => a - b);
}

function openEnds({ nodes }: ClusterState): OpenEnd[] {
  // From Valkey 8 on replicas know which slots of their primary are open; they count only where the primary cannot be asked.
  const reporters = [...nodes.values()].filter(
    ({ role, primaryId }) => role === 'primary' || nodes.get(primaryId ?? '')?.reachable !== true,
  );
  return reporters.flatMap(openEndsOf);
}

function disputedSlots({ views }: ClusterState): number[] {
  const texts = new Set([...views.values()].map(({ owners }) => owners));
  if (texts.size <= 1) return [];
  const [first = [], ...others] = [...texts].map(ownersIn);
  return Array.from({ length: SLOT_COUNT }, (_, slot) => slot).filter((slot) => others.some((owners) => owners[slot] !== first[slot]));
}

/** The owner of each slot in a view: the lines `id 0-99,104`. */
function ownersIn(text: string): string[] {
  const owners: string[] = [];
  for (const line of text.split('\n')) {
    const [id = '', slots = ''] = line.split(' ');
    for (const slot of parseSlotsText(slots) ?? []) owners[slot] = id;
  }
  return owners;
}
