import { count, type SlotSet } from '../slot-list.js';
import { type AdminNode, type ClusterState, primariesOf, replicasOf } from '../state/cluster-state.js';

/**
 * Owners for slots without one: each taker gets one contiguous part, as large as brings all to the same number of slots. A range costs every
 * client that reads the map about 100 bytes.
 */
export function shareOut(slots: SlotSet, takers: readonly AdminNode[]): ReadonlyMap<number, AdminNode> {
  const totals = takers.map((taker) => taker.slots.length);
  const shares = takers.map(() => 0);
  for (let given = 0; given < slots.length && takers.length > 0; given++) {
    const least = totals.indexOf(Math.min(...totals));
    totals[least] = (totals[least] ?? 0) + 1;
    shares[least] = (shares[least] ?? 0) + 1;
  }
  const owners = new Map<number, AdminNode>();
  let at = 0;
  for (const [index, taker] of takers.entries()) {
    const end = at + (shares[index] ?? 0);
    for (const slot of slots.slice(at, end)) owners.set(slot, taker);
    at = end;
  }
  return owners;
}

/** What it costs to take slots from nodes that cannot be asked, and what is left of the cluster. */
export function takeOverNotes(cluster: ClusterState, assigned: readonly { readonly slot: number; readonly to: AdminNode }[]): string[] {
  const taken = new Set(assigned.map(({ slot }) => slot));
  const absent = [...cluster.nodes.values()].filter(({ reachable, role }) => !reachable && role === 'primary');
  const losers = absent.map((node) => ({ node, lost: node.slots.filter((slot) => taken.has(slot)).length })).filter(({ lost }) => lost > 0);
  if (losers.length === 0) return [];
  const copies = losers.flatMap(({ node }) => replicasOf(cluster, node.id).filter(({ reachable }) => reachable));
  const kept = absent.filter((node) => node.slots.some((slot) => !taken.has(slot)));
  const owners = primariesOf(cluster).filter((node) => node.slots.length > 0 || assigned.some(({ to }) => to === node));
  return [
    ...losers.map(({ node, lost }) => `the keys of ${count(lost, 'slot')} that only ${node.name} has are lost`),
    ...copies.map(
      ({ name, primaryId }) =>
        `${name} is a replica of ${cluster.nodes.get(primaryId ?? '')?.name} and has its keys: slotwise cluster failover … ${name} --takeover keeps them`,
    ),
    ...majorityNote(owners.length + kept.length),
  ];
}

/** https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#replica-election-and-promotion */
function majorityNote(primaries: number): string[] {
  const majority = Math.floor(primaries / 2) + 1;
  if (primaries > majority) return [];
  return [
    `${count(primaries, 'primary').replace('primarys', 'primaries')} with slots will be left: if one fails, the rest are no majority, and no replica is promoted`,
  ];
}
