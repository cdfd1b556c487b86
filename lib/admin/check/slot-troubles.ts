import { SLOT_COUNT } from '../../topology/slot-map.js';
import { parseSlotsText, type SlotSet } from '../slot-list.js';
import { type AdminNode, type ClusterState, primariesOf } from '../state/cluster-state.js';

/** One end of an open slot: a node that sends it to another, or receives it from one. */
export interface OpenEnd {
  readonly slot: number;
  /** Id of the node that says so. */
  readonly node: string;
  readonly way: 'migrating' | 'importing';
  /** Id of the other end. */
  readonly peer: string;
}

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
  const claims = claimsOf(cluster);
  return {
    uncovered: uncoveredSlots(cluster),
    contested: [...claims].filter(([, claimants]) => claimants.length > 1).map(([slot]) => slot),
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
  const claims = claimsOf(cluster);
  return Array.from({ length: SLOT_COUNT }, (_, slot) => slot).filter((slot) => !claims.has(slot));
}

function openEnds({ nodes }: ClusterState): OpenEnd[] {
  // From Valkey 8 on replicas know which slots of their primary are open; they count only where the primary cannot be asked.
  const reporters = [...nodes.values()].filter(
    ({ role, primaryId }) => role === 'primary' || nodes.get(primaryId ?? '')?.reachable !== true,
  );
  return reporters.flatMap(({ id, migrating, importing }) => [
    ...[...migrating].map(([slot, peer]): OpenEnd => ({ slot, node: id, way: 'migrating', peer })),
    ...[...importing].map(([slot, peer]): OpenEnd => ({ slot, node: id, way: 'importing', peer })),
  ]);
}

function disputedSlots({ views }: ClusterState): number[] {
  const [first, ...others] = [...new Set([...views.values()].map(({ owners }) => owners))].map(ownersIn);
  if (first === undefined || others.length === 0) return [];
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
