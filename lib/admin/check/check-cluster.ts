import { SLOT_COUNT } from '../../topology/slot-map.js';
import { inOrder, type Problem } from '../health/problem.js';
import { replicationOf } from '../health/replication-facts.js';
import { count, slotsText } from '../slot-list.js';
import { type AdminNode, type ClusterState, primariesOf, replicasOf } from '../state/cluster-state.js';
import { checkServers } from './check-servers.js';

/** All problems of the cluster, errors first. */
export function checkCluster(cluster: ClusterState): Problem[] {
  return inOrder([
    ...unreachable(cluster),
    ...coverage(cluster),
    ...openSlots(cluster),
    ...agreement(cluster),
    ...withoutReplicas(cluster),
    ...checkServers(cluster),
  ]);
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

function unreachable({ nodes }: ClusterState): Problem[] {
  return [...nodes.values()]
    .filter((node) => !node.reachable)
    .map(({ name, id, role, slots, problem }) => {
      const more = slots.length > 0 ? `, and it owns ${count(slots.length, 'slot')}` : '';
      const text = `${role} ${name} (${id.slice(0, 8)}) cannot be asked: ${problem}${more}`;
      return { severity: slots.length > 0 ? 'error' : 'warning', kind: 'unreachable', text } as const;
    });
}

function coverage(cluster: ClusterState): Problem[] {
  const problems: Problem[] = [];
  const uncovered = uncoveredSlots(cluster);
  if (uncovered.length > 0) {
    const text = `${count(uncovered.length, 'slot')} of ${SLOT_COUNT.toLocaleString('en-US')} served by no reachable primary: ${slotsText(uncovered, 8)}`;
    problems.push({ severity: 'error', kind: 'uncovered', text, slots: uncovered });
  }
  const contested = [...claimsOf(cluster)].filter(([, claimants]) => claimants.length > 1);
  if (contested.length > 0) {
    const slots = contested.map(([slot]) => slot);
    const names = [...new Set(contested.flatMap(([, claimants]) => claimants.map(({ name }) => name)))];
    problems.push({
      severity: 'error',
      kind: 'contested',
      text: `slots ${slotsText(slots, 8)} are claimed by ${names.join(' and ')}`,
      slots,
    });
  }
  return problems;
}

function openSlots({ nodes }: ClusterState): Problem[] {
  const nameOf = (id: string): string => nodes.get(id)?.name ?? `${id.slice(0, 8)} (unknown)`;
  // From Valkey 8 on replicas know which slots of their primary are open; they count only where the primary cannot be asked.
  const reporters = [...nodes.values()].filter(
    ({ role, primaryId }) => role === 'primary' || nodes.get(primaryId ?? '')?.reachable !== true,
  );
  return reporters.flatMap(({ name, migrating, importing }): Problem[] => [
    ...groupedByPeer(migrating).map(([peer, slots]): Problem => {
      return { severity: 'error', kind: 'open', text: `${name} is sending slots ${slotsText(slots, 8)} to ${nameOf(peer)}`, slots };
    }),
    ...groupedByPeer(importing).map(([peer, slots]): Problem => {
      return { severity: 'error', kind: 'open', text: `${name} is receiving slots ${slotsText(slots, 8)} from ${nameOf(peer)}`, slots };
    }),
  ]);
}

function groupedByPeer(open: ReadonlyMap<number, string>): [peer: string, slots: number[]][] {
  const groups = new Map<string, number[]>();
  for (const [slot, peer] of open) groups.set(peer, [...(groups.get(peer) ?? []), slot]);
  return [...groups];
}

function agreement(cluster: ClusterState): Problem[] {
  const { nodes, views } = cluster;
  const problems: Problem[] = [];
  const namesByOwners = new Map<string, string[]>();
  for (const [id, { owners }] of views) namesByOwners.set(owners, [...(namesByOwners.get(owners) ?? []), nodes.get(id)?.name ?? id]);
  if (namesByOwners.size > 1) {
    const sides = [...namesByOwners.values()].sort((a, b) => b.length - a.length).map((names) => names.join(', '));
    problems.push({
      severity: 'error',
      kind: 'disagreement',
      text: `nodes disagree about who owns which slots: ${sides.join(' against ')}`,
    });
  }
  for (const [id, view] of views) {
    const name = nodes.get(id)?.name ?? id;
    const missing = [...nodes.values()].filter((node) => node.reachable && !view.known.has(node.id));
    if (missing.length > 0 || view.strangers > 0) {
      const unknown = missing.length > 0 ? missing.map((node) => node.name).join(', ') : count(view.strangers, 'newcomer');
      problems.push({ severity: 'error', kind: 'unknown', text: `${name} does not know ${unknown}` });
    }
  }
  return [...problems, ...notOk(cluster)];
}

/** Nodes whose `cluster_state` is not `ok`, one problem a state: a large cluster would fill the screen with one a node. */
function notOk({ nodes, views }: ClusterState): Problem[] {
  const groups = new Map<string, string[]>();
  for (const [id, { state }] of views) if (state !== 'ok') groups.set(state, [...(groups.get(state) ?? []), nodes.get(id)?.name ?? id]);
  return [...groups].map(([state, names]) => {
    const more = names.length > 8 ? ` and ${names.length - 8} more` : '';
    const text = `${names.sort().slice(0, 8).join(', ')}${more} ${names.length === 1 ? 'says' : 'say'} cluster_state:${state}`;
    return { severity: 'error', kind: 'down', text };
  });
}

/** A replica that could be promoted: it follows its primary, as far as it says so. */
export function couldTakeOver({ role, reachable, facts }: AdminNode): boolean {
  return role === 'replica' && reachable && (facts === null || replicationOf(facts).link !== 'down');
}

function withoutReplicas(cluster: ClusterState): Problem[] {
  return primariesOf(cluster)
    .filter(({ id, slots }) => slots.length > 0 && !replicasOf(cluster, id).some(couldTakeOver))
    .map(({ name }) => ({
      severity: 'warning',
      kind: 'no-replica',
      text: `${name} has no replica: if it fails, its slots fail`,
      nodes: [name],
    }));
}
