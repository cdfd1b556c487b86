import { SLOT_COUNT } from '../../topology/slot-map.js';
import { namesText } from '../health/server-problems.js';
import { count, type SlotSet, slotsText } from '../slot-list.js';
import type { AdminNode, ClusterState } from '../state/cluster-state.js';
import type { OpenEnd } from '../state/open-slots.js';
import { type ClusterRule, type Found, groupedBy } from './cluster-rule.js';
import { claimsOf, type SlotTroubles } from './slot-troubles.js';

/** What can be wrong with who serves what, and with what nodes say of each other. */
export const AGREEMENT_RULES: readonly ClusterRule[] = [
  {
    severity: 'error',
    kind: 'unreachable',
    when: 'a primary with slots cannot be asked',
    find: ({ nodes }) => absent(nodes, (node) => !isLoading(node) && node.slots.length > 0).map(unreachable),
  },
  {
    severity: 'warning',
    kind: 'unreachable',
    when: 'a replica, or a primary without slots, cannot be asked',
    find: ({ nodes }) => absent(nodes, (node) => !isLoading(node) && node.slots.length === 0).map(unreachable),
  },
  { severity: 'error', kind: 'uncovered', when: 'no reachable primary serves a slot', find: (_, { uncovered }) => notServed(uncovered) },
  { severity: 'error', kind: 'contested', when: 'several primaries claim a slot', find: claimedTwice },
  {
    severity: 'error',
    kind: 'open',
    when: 'a slot was left open: it is marked as migrating or importing, and nobody moves it',
    find: openSlots,
  },
  { severity: 'error', kind: 'disagreement', when: 'nodes disagree about who owns a slot', find: disagreement },
  { severity: 'error', kind: 'unknown', when: 'a node does not know another one', find: strangers },
  {
    severity: 'error',
    kind: 'down',
    when: 'a node says that the cluster is down (`cluster_state`)',
    find: ({ nodes, views }) =>
      [...views].flatMap(([id, { state }]) => {
        const name = nodes.get(id)?.name ?? id;
        return state === 'ok' ? [] : [{ text: `${name}: cluster_state:${state}`, nodes: [name] }];
      }),
  },
  {
    severity: 'error',
    kind: 'suspected',
    when: 'the cluster has declared a node dead (`fail`) that answers us',
    find: (cluster) => suspected(cluster, 'fail', 'is declared dead (fail) by'),
  },
  {
    severity: 'warning',
    kind: 'suspected',
    when: 'a node takes another one for dead (`fail?`) that answers us',
    find: (cluster) => suspected(cluster, 'fail?', 'is taken for dead (fail?) by'),
  },
  {
    severity: 'error',
    kind: 'loading',
    when: 'a primary with slots loads its data set, and answers nothing else',
    find: ({ nodes }) => absent(nodes, (node) => isLoading(node) && node.slots.length > 0).map(loading),
  },
  {
    severity: 'warning',
    kind: 'loading',
    when: 'a replica, or a primary without slots, loads its data set, and answers nothing else',
    find: ({ nodes }) => absent(nodes, (node) => isLoading(node) && node.slots.length === 0).map(loading),
  },
];

function absent(nodes: ClusterState['nodes'], isMeant: (node: AdminNode) => boolean): AdminNode[] {
  return [...nodes.values()].filter((node) => !node.reachable && isMeant(node));
}

/** CLUSTER NODES is refused while a server loads its data set. */
function isLoading({ problem }: AdminNode): boolean {
  return /\bLOADING\b/.test(problem ?? '');
}

function loading({ name, id, role }: AdminNode): Found {
  return { text: `${role} ${name} (${id.slice(0, 8)}) loads its data set and serves nobody until it has it`, nodes: [name] };
}

function notServed(slots: SlotSet): Found[] {
  if (slots.length === 0) return [];
  const total = SLOT_COUNT.toLocaleString('en-US');
  return [{ text: `${count(slots.length, 'slot')} of ${total} served by no reachable primary: ${slotsText(slots, 8)}`, slots }];
}

function claimedTwice(cluster: ClusterState, { contested }: SlotTroubles): Found[] {
  if (contested.length === 0) return [];
  const claims = claimsOf(cluster);
  const nodes = [...new Set(contested.flatMap((slot) => claims.get(slot) ?? []).map(({ name }) => name))];
  return [{ text: `slots ${slotsText(contested, 8)} are claimed by ${nodes.join(' and ')}`, nodes, slots: contested }];
}

function unreachable({ name, id, role, slots, problem }: AdminNode): Found {
  const more = slots.length > 0 ? `, and it owns ${count(slots.length, 'slot')}` : '';
  return { text: `${role} ${name} (${id.slice(0, 8)}) cannot be asked: ${problem}${more}`, nodes: [name] };
}

function openSlots({ nodes }: ClusterState, { open }: SlotTroubles): Found[] {
  const nameOf = (id: string): string => nodes.get(id)?.name ?? `${id.slice(0, 8)} (unknown)`;
  return [...groupedBy(open, ({ node, way, peer }: OpenEnd) => `${node} ${way} ${peer}`).values()].flatMap((ends) => {
    const [first] = ends;
    if (first === undefined) return [];
    const slots = ends.map(({ slot }) => slot);
    const doing = first.way === 'migrating' ? 'is sending' : 'is receiving';
    const text = `${nameOf(first.node)} ${doing} slots ${slotsText(slots, 8)} ${first.way === 'migrating' ? 'to' : 'from'} ${nameOf(first.peer)}`;
    return [{ text, nodes: [nameOf(first.node)], slots }];
  });
}

function disagreement({ nodes, views }: ClusterState, { disputed }: SlotTroubles): Found[] {
  if (disputed.length === 0) return [];
  const sides = [...groupedBy([...views], ([, { owners }]) => owners).values()]
    .map((side) => side.map(([id]) => nodes.get(id)?.name ?? id))
    .sort((a, b) => b.length - a.length);
  const which = disputed.length === SLOT_COUNT ? 'which slots' : `slots ${slotsText(disputed, 8)}`;
  return [{ text: `nodes disagree about who owns ${which}: ${sides.map((names) => names.join(', ')).join(' against ')}`, slots: disputed }];
}

function strangers({ nodes, views }: ClusterState): Found[] {
  return [...views].flatMap(([id, view]) => {
    const name = nodes.get(id)?.name ?? id;
    const missing = [...nodes.values()].filter((node) => node.reachable && !view.known.has(node.id));
    if (missing.length === 0 && view.strangers === 0) return [];
    const unknown = missing.length > 0 ? missing.map((node) => node.name).join(', ') : count(view.strangers, 'newcomer');
    return [{ text: `${name} does not know ${unknown}`, nodes: [name] }];
  });
}

function suspected({ nodes, views }: ClusterState, flag: 'fail' | 'fail?', what: string): Found[] {
  return [...nodes.values()].flatMap(({ id, name, reachable }) => {
    const by = [...views].filter(([, { suspects }]) => suspects.get(id) === flag).map(([other]) => nodes.get(other)?.name ?? other);
    return reachable && by.length > 0
      ? [{ text: `${name} answers, but ${what} ${namesText(by)}: can they reach its bus port?`, nodes: [name] }]
      : [];
  });
}
