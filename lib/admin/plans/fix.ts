import { AdminError } from '../admin-error.js';
import { brokenSlots, claimsOf } from '../check/slot-troubles.js';
import { count, slotsText } from '../slot-list.js';
import { type AdminNode, type ClusterState, primariesOf } from '../state/cluster-state.js';
import type { KeyCounts } from '../state/key-counts.js';
import type { Duplicates, Plan, PlanStep } from './steps.js';
import { shareOut, takeOverNotes } from './take-over.js';

export interface FixOptions {
  /** Takes slots from primaries that cannot be asked, and gives up the keys that only those have. Default false. */
  readonly takeUnreachable?: boolean;
  /** Which copy counts where a key is on two nodes. Default `refuse`. */
  readonly duplicates?: Duplicates;
  /** Takes open moves back instead of finishing them: for a target that cannot take keys. Default false. */
  readonly back?: boolean;
}

/** A slot to repair. */
interface BrokenSlot {
  readonly slot: number;
  readonly claimants: readonly AdminNode[];
  /** Nodes that have keys of the slot. */
  readonly holders: readonly AdminNode[];
  /** Number of its keys by node id. */
  readonly keys: ReadonlyMap<string, number>;
}

/** The repair of one slot. */
interface Repair {
  readonly slot: number;
  readonly assignTo: AdminNode | null;
  readonly collectFrom: readonly AdminNode[];
  readonly owner: AdminNode;
  /** The target of an open move, which is finished; null: there is none. */
  readonly moveTo: AdminNode | null;
  /** Targets of an open move that is taken back. */
  readonly takeBackFrom: readonly AdminNode[];
  readonly closeAt: readonly AdminNode[];
}

/** Plans to close open slots and to find owners for slots without one, so that no key is left on a node that does not own its slot. */
export function planFix(
  cluster: ClusterState,
  keys: KeyCounts,
  { takeUnreachable = false, duplicates = 'refuse', back = false }: FixOptions = {},
): Plan {
  const primaries = primariesOf(cluster);
  if (primaries.length === 0) throw new AdminError('no primary of the cluster can be asked');
  const slots = [...new Set([...brokenSlots(cluster), ...keys.keys()])].sort((a, b) => a - b);
  const claims = claimsOf(cluster);
  refuseUnreachable(cluster, slots, takeUnreachable);
  const broken = slots.map((slot): BrokenSlot => {
    const byNode: ReadonlyMap<string, number> = keys.get(slot) ?? new Map();
    const holders = primaries.filter(({ id }) => (byNode.get(id) ?? 0) > 0);
    return { slot, claimants: claims.get(slot) ?? [], holders, keys: byNode };
  });
  const ownerless = broken.filter(({ claimants, holders }) => claimants.length === 0 && holders.length === 0).map(({ slot }) => slot);
  const takers = shareOut(ownerless, primaries);
  const repairs = broken.map((each) => repairOf(each, { cluster, primaries, takers, back }));
  const steps = stepsOf(repairs, primaries, duplicates);
  const assigned = repairs.flatMap(({ slot, assignTo }) => (assignTo === null ? [] : [{ slot, to: assignTo }]));
  return {
    title:
      slots.length === 0
        ? 'nothing to fix: all slots are served, none is open, and no key is on a node that does not own it'
        : `fix ${count(slots.length, 'slot')}`,
    steps: steps.length === 0 ? [] : [...steps, { do: 'settle' }],
    notes:
      slots.length === 0
        ? []
        : [`slots in trouble: ${slotsText(slots, 8)}`, ...takeOverNotes(cluster, assigned), ...lostTargetNotes(cluster, repairs)],
  };
}

function refuseUnreachable({ nodes }: ClusterState, slots: readonly number[], take: boolean): void {
  const broken = new Set(slots);
  const absent = [...nodes.values()].filter((node) => !node.reachable && node.slots.some((slot) => broken.has(slot)));
  if (absent.length === 0 || take) return;
  const [first] = absent;
  throw new AdminError(
    `${absent.map(({ name, slots: own }) => `${name} (${count(own.length, 'slot')})`).join(', ')} cannot be asked: ${first?.problem}. Start it again, or promote a replica of it (slotwise cluster failover --takeover). To give its slots to others and lose the keys that only it has: --take-unreachable`,
  );
}

/** What the repairs of all slots have in common. */
interface RepairContext {
  readonly cluster: ClusterState;
  readonly primaries: readonly AdminNode[];
  /** Owners of the slots that nobody claims and of which nobody has keys. */
  readonly takers: ReadonlyMap<number, AdminNode>;
  readonly back: boolean;
}

function repairOf(broken: BrokenSlot, { cluster, primaries, takers, back }: RepairContext): Repair {
  const { slot, claimants, holders } = broken;
  const owner = newOwnerOf(broken, takers);
  const assignTo = claimants.length === 1 ? null : owner;
  const isOpenAt = ({ migrating, importing }: AdminNode): boolean => migrating.has(slot) || importing.has(slot);
  const strangers = holders.filter(({ id }) => id !== owner.id);
  const moveTo = assignTo === null && !back ? moveTargetOf(broken, owner, cluster, primaries) : null;
  // Whoever took over from the target of a move has keys that an owner which still sends clients to the target does not take otherwise.
  const isCutOff = owner.migrating.has(slot) && moveTo === null && strangers.length > 0;
  if (assignTo === null && (isCutOff || (back && primaries.some(isOpenAt)))) {
    if (strangers.length === 0) refuseLostTarget(slot, owner, cluster, primaries);
    // Taking keys back closes the slot at both ends.
    const ends = strangers.length === 0 ? [] : [owner, ...strangers];
    const closeAt = primaries.filter((node) => isOpenAt(node) && !ends.includes(node));
    return { slot, assignTo, owner, moveTo: null, takeBackFrom: strangers, collectFrom: [], closeAt };
  }
  return {
    slot,
    assignTo,
    collectFrom: strangers.filter(({ id }) => id !== moveTo?.id),
    owner,
    moveTo,
    takeBackFrom: [],
    // A move closes the slot at its two ends.
    closeAt: primaries.filter((node) => isOpenAt(node) && (moveTo === null || (node.id !== owner.id && node.id !== moveTo.id))),
  };
}

/** The owner that a slot is to have: of several claimants the newest; without one the node with most of its keys, else the one chosen. */
function newOwnerOf({ slot, claimants, holders, keys }: BrokenSlot, takers: ReadonlyMap<number, AdminNode>): AdminNode {
  const byEpoch = [...claimants].sort((a, b) => b.epoch - a.epoch);
  const byKeys = [...holders].sort((a, b) => (keys.get(b.id) ?? 0) - (keys.get(a.id) ?? 0));
  const owner = byEpoch[0] ?? byKeys[0] ?? takers.get(slot);
  if (owner === undefined) throw new AdminError('no primary of the cluster can be asked');
  return owner;
}

/** Throws where a move cannot be taken back, because its target is gone with the keys that it has. */
function refuseLostTarget(slot: number, owner: AdminNode, cluster: ClusterState, primaries: readonly AdminNode[]): void {
  const id = owner.migrating.get(slot);
  if (id === undefined || successorOf(id, cluster, primaries) !== null) return;
  const target = cluster.nodes.get(id);
  throw new AdminError(
    `slot ${slot} cannot be taken back: ${target?.name ?? id.slice(0, 8)}, which ${owner.name} sends it to, cannot be asked, and may have keys of it. Start it again, or promote its replica`,
  );
}

/** What closing an open slot hides: the keys that its target has got cannot be seen while it is down. */
function lostTargetNotes(cluster: ClusterState, repairs: readonly Repair[]): string[] {
  const slotsByTarget = new Map<string, number[]>();
  for (const { slot, owner, closeAt, takeBackFrom } of repairs) {
    const id = closeAt.includes(owner) || takeBackFrom.length > 0 ? owner.migrating.get(slot) : undefined;
    if (id !== undefined && cluster.nodes.get(id)?.reachable !== true) slotsByTarget.set(id, [...(slotsByTarget.get(id) ?? []), slot]);
  }
  return [...slotsByTarget].map(([id, slots]) => {
    const name = cluster.nodes.get(id)?.name ?? id.slice(0, 8);
    return `keys of slots ${slotsText(slots, 8)} that ${name} has got are not found while it cannot be asked: run fix again when it or its replica answers`;
  });
}

/** The node that the owner was sending the slot to, if that can go on: forward is safe, because clients see the owner's keys. */
function moveTargetOf(
  { slot, holders }: BrokenSlot,
  owner: AdminNode,
  cluster: ClusterState,
  primaries: readonly AdminNode[],
): AdminNode | null {
  const target = successorOf(owner.migrating.get(slot) ?? '', cluster, primaries);
  if (target !== null && target.id !== owner.id) return target;
  const importers = primaries.filter((node) => node.id !== owner.id && node.importing.get(slot) === owner.id);
  const [importer] = importers;
  // No key has moved yet: to close the slot is less work, and the keys stay.
  if (importer === undefined || importers.length > 1 || (!owner.migrating.has(slot) && !holders.includes(importer))) return null;
  return importer;
}

/** A primary that answers: the node itself, or the one that has taken over from it and that it follows now; null: there is none. */
function successorOf(id: string, { nodes }: ClusterState, primaries: readonly AdminNode[]): AdminNode | null {
  const node = nodes.get(id);
  return primaries.find((primary) => primary.id === (node?.role === 'replica' ? node.primaryId : id)) ?? null;
}

function stepsOf(repairs: readonly Repair[], primaries: readonly AdminNode[], duplicates: Duplicates): PlanStep[] {
  // A node deletes the keys of a slot once it hears that another owns it: the keys of contested slots are collected before their owner is
  // announced.
  const assigning = (contested: boolean): PlanStep[] =>
    grouped(
      repairs.flatMap(({ slot, assignTo }) =>
        assignTo === null || assignTo.slots.includes(slot) !== contested ? [] : [{ slot, ends: [assignTo] }],
      ),
    ).flatMap(({ slots, ends: [node] }): PlanStep[] => (node === undefined ? [] : [{ do: 'assign', node, slots, others: others(node) }]));
  // An owner takes no keys of a slot that it sends away: they go where the slot goes, when it is there.
  const collecting = (moved: boolean): PlanStep[] =>
    grouped(
      repairs.flatMap(({ slot, collectFrom, owner, moveTo }) =>
        (moveTo !== null) === moved ? collectFrom.map((from) => ({ slot, ends: [from, moveTo ?? owner] })) : [],
      ),
    ).flatMap(({ slots, ends: [from, to] }): PlanStep[] =>
      from === undefined || to === undefined ? [] : [{ do: 'gather', from, to, slots, duplicates }],
    );
  const moves = grouped(repairs.flatMap(({ slot, owner, moveTo }) => (moveTo === null ? [] : [{ slot, ends: [owner, moveTo] }])));
  const returns = grouped(repairs.flatMap(({ slot, takeBackFrom, owner }) => takeBackFrom.map((from) => ({ slot, ends: [from, owner] }))));
  const closes = grouped(repairs.flatMap(({ slot, closeAt }) => closeAt.map((node) => ({ slot, ends: [node] }))));
  const others = (...ends: readonly AdminNode[]): AdminNode[] => primaries.filter((node) => !ends.includes(node));
  return [
    ...assigning(false),
    ...collecting(false),
    ...assigning(true),
    ...moves.flatMap(({ slots, ends: [from, to] }): PlanStep[] =>
      from === undefined || to === undefined ? [] : [{ do: 'moveSlots', from, to, slots, replace: true, others: others(from, to) }],
    ),
    ...collecting(true),
    ...returns.flatMap(({ slots, ends: [from, to] }): PlanStep[] =>
      from === undefined || to === undefined ? [] : [{ do: 'takeBack', from, to, slots }],
    ),
    ...closes.flatMap(({ slots, ends: [node] }): PlanStep[] => (node === undefined ? [] : [{ do: 'close', node, slots }])),
  ];
}

function grouped(items: readonly { readonly slot: number; readonly ends: readonly AdminNode[] }[]) {
  const groups = new Map<string, { readonly ends: readonly AdminNode[]; readonly slots: number[] }>();
  for (const { slot, ends } of items) {
    const key = ends.map(({ id }) => id).join(' ');
    const group = groups.get(key) ?? { ends, slots: [] };
    group.slots.push(slot);
    groups.set(key, group);
  }
  return [...groups.values()];
}
