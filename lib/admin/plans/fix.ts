import { AdminError } from '../admin-error.js';
import { claimsOf, uncoveredSlots } from '../check.js';
import { type AdminNode, type ClusterState, primariesOf } from '../cluster-state.js';
import { count, slotsText } from '../slot-list.js';
import type { Duplicates, Plan, PlanStep } from '../steps.js';

export interface FixOptions {
  /** Take slots from primaries that cannot be asked, and with them give up the keys that only those have. Default false. */
  readonly takeUnreachable?: boolean;
  /** Which one counts where a key is on two nodes. Default `refuse`. */
  readonly duplicates?: Duplicates;
}

/** How many keys of a slot each node holds, by node id; of slots in trouble, and where others than the owner hold some. */
export type KeyCounts = ReadonlyMap<number, ReadonlyMap<string, number>>;

/** Slots that are open, claimed by several or by nobody. */
export function troubledSlots(picture: ClusterState): number[] {
  const slots = new Set(uncoveredSlots(picture));
  for (const [slot, claimants] of claimsOf(picture)) if (claimants.length > 1) slots.add(slot);
  for (const { migrating, importing } of primariesOf(picture))
    for (const slot of [...migrating.keys(), ...importing.keys()]) slots.add(slot);
  return [...slots].sort((a, b) => a - b);
}

/** What to do with one slot. */
interface Remedy {
  readonly slot: number;
  readonly assignTo: AdminNode | null;
  readonly gatherFrom: readonly AdminNode[];
  readonly owner: AdminNode;
  /** The move that is finished. */
  readonly moveTo: AdminNode | null;
  readonly closeAt: readonly AdminNode[];
}

/** Closes open slots, and finds owners for slots that have none, so that no key is left where nobody looks for it. */
export function planFix(picture: ClusterState, keys: KeyCounts, { takeUnreachable = false, duplicates = 'refuse' }: FixOptions = {}): Plan {
  const primaries = primariesOf(picture);
  if (primaries.length === 0) throw new AdminError('no primary of the cluster can be asked');
  const slots = [...new Set([...troubledSlots(picture), ...keys.keys()])].sort((a, b) => a - b);
  const claims = claimsOf(picture);
  refuseUnreachable(picture, slots, takeUnreachable);
  const load = new Map(primaries.map(({ id, slots: own }) => [id, own.length]));
  const remedies = slots.map((slot) => remedyFor(slot, picture, primaries, claims.get(slot) ?? [], keys.get(slot) ?? new Map(), load));
  const steps = stepsOf(remedies, primaries, duplicates);
  return {
    title:
      slots.length === 0
        ? 'nothing to fix: all slots are served, none is open, and no key is on a node that does not own it'
        : `fix ${count(slots.length, 'slot')}`,
    steps: steps.length === 0 ? [] : [...steps, { do: 'settle' }],
    notes: slots.length === 0 ? [] : [`slots in trouble: ${slotsText(slots, 8)}`],
  };
}

function refuseUnreachable({ nodes }: ClusterState, slots: readonly number[], take: boolean): void {
  const troubled = new Set(slots);
  const absent = [...nodes.values()].filter((node) => !node.reachable && node.slots.some((slot) => troubled.has(slot)));
  if (absent.length === 0 || take) return;
  const [first] = absent;
  throw new AdminError(
    `${absent.map(({ name, slots: own }) => `${name} (${count(own.length, 'slot')})`).join(', ')} cannot be asked: ${first?.problem}. Start it again, or promote a replica of it (slotwise cluster failover --takeover). To give its slots to others and lose the keys that only it has: --take-unreachable`,
  );
}

function remedyFor(
  slot: number,
  picture: ClusterState,
  primaries: readonly AdminNode[],
  claimants: readonly AdminNode[],
  keys: ReadonlyMap<string, number>,
  load: Map<string, number>,
): Remedy {
  const holders = primaries.filter(({ id }) => (keys.get(id) ?? 0) > 0);
  const owner = ownerOf(claimants, holders, keys, primaries, load);
  const assignTo = claimants.length === 1 ? null : owner;
  if (assignTo !== null && claimants.length === 0) load.set(owner.id, (load.get(owner.id) ?? 0) + 1);
  const moveTo = assignTo === null ? targetOf(slot, owner, picture, primaries, holders) : null;
  const isOpenAt = ({ migrating, importing }: AdminNode): boolean => migrating.has(slot) || importing.has(slot);
  return {
    slot,
    assignTo,
    gatherFrom: holders.filter(({ id }) => id !== owner.id && id !== moveTo?.id),
    owner,
    moveTo,
    // A move ends the open state of its two ends.
    closeAt: primaries.filter((node) => isOpenAt(node) && (moveTo === null || (node.id !== owner.id && node.id !== moveTo.id))),
  };
}

/** Of several that claim it, the newest; of none, who has most of its keys, else who has the fewest slots. */
function ownerOf(
  claimants: readonly AdminNode[],
  holders: readonly AdminNode[],
  keys: ReadonlyMap<string, number>,
  primaries: readonly AdminNode[],
  load: ReadonlyMap<string, number>,
): AdminNode {
  const byEpoch = [...claimants].sort((a, b) => b.epoch - a.epoch);
  const byKeys = [...holders].sort((a, b) => (keys.get(b.id) ?? 0) - (keys.get(a.id) ?? 0));
  const byLoad = [...primaries].sort((a, b) => (load.get(a.id) ?? 0) - (load.get(b.id) ?? 0));
  const owner = byEpoch[0] ?? byKeys[0] ?? byLoad[0];
  if (owner === undefined) throw new AdminError('no primary of the cluster can be asked');
  return owner;
}

/** Where the owner was sending the slot, if that can go on: forward is safe, because the owner's keys are the ones that clients see. */
function targetOf(
  slot: number,
  owner: AdminNode,
  picture: ClusterState,
  primaries: readonly AdminNode[],
  holders: readonly AdminNode[],
): AdminNode | null {
  const aim = picture.nodes.get(owner.migrating.get(slot) ?? '');
  if (aim !== undefined && aim.id !== owner.id && primaries.includes(aim)) return aim;
  const importers = primaries.filter((node) => node.id !== owner.id && node.importing.get(slot) === owner.id);
  const [importer] = importers;
  // Nothing has moved yet: ending it is less work, and the keys stay where they were.
  if (importer === undefined || importers.length > 1 || (!owner.migrating.has(slot) && !holders.includes(importer))) return null;
  return importer;
}

function stepsOf(remedies: readonly Remedy[], primaries: readonly AdminNode[], duplicates: Duplicates): PlanStep[] {
  // Who hears that a slot of his went to another deletes its keys; so what several claim is gathered before the others are told.
  const assigning = (contested: boolean): PlanStep[] =>
    grouped(
      remedies.flatMap(({ slot, assignTo }) =>
        assignTo === null || assignTo.slots.includes(slot) !== contested ? [] : [{ slot, ends: [assignTo] }],
      ),
    ).flatMap(({ slots, ends: [node] }): PlanStep[] => (node === undefined ? [] : [{ do: 'assign', node, slots, others: others(node) }]));
  const gathers = grouped(remedies.flatMap(({ slot, gatherFrom, owner }) => gatherFrom.map((from) => ({ slot, ends: [from, owner] }))));
  const moves = grouped(remedies.flatMap(({ slot, owner, moveTo }) => (moveTo === null ? [] : [{ slot, ends: [owner, moveTo] }])));
  const closes = grouped(remedies.flatMap(({ slot, closeAt }) => closeAt.map((node) => ({ slot, ends: [node] }))));
  const others = (...ends: readonly AdminNode[]): AdminNode[] => primaries.filter((node) => !ends.includes(node));
  return [
    ...assigning(false),
    ...gathers.flatMap(({ slots, ends: [from, to] }): PlanStep[] =>
      from === undefined || to === undefined ? [] : [{ do: 'gather', from, to, slots, duplicates }],
    ),
    ...assigning(true),
    ...moves.flatMap(({ slots, ends: [from, to] }): PlanStep[] =>
      from === undefined || to === undefined ? [] : [{ do: 'moveSlots', from, to, slots, replace: true, others: others(from, to) }],
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
