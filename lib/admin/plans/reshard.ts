import { AdminError } from '../admin-error.js';
import { type AdminNode, type ClusterState, nodeNamed, primariesOf } from '../cluster-state.js';
import { count, type SlotSet, slotsText } from '../slot-list.js';
import type { Plan } from '../steps.js';
import { type Move, movesToSteps, openMoves, refuseUnlessWhole } from './moves.js';

export interface ReshardOptions {
  /** Node ids or addresses; `all`: every primary but the target. */
  readonly from: readonly string[] | 'all';
  readonly to: string;
  /** How many slots, these slots, or all that the sources have. */
  readonly slots: number | SlotSet | 'all';
}

/** Slots of some primaries to one. What an interrupted run left open between the same nodes comes first and counts. */
export function planReshard(picture: ClusterState, options: ReshardOptions): Plan {
  refuseUnlessWhole(picture);
  const to = primaryNamed(picture, options.to);
  const named = options.from === 'all' ? primariesOf(picture) : options.from.map((text) => nodeNamed(picture, text));
  const sources = [...new Set(named)].filter(({ id, slots }) => id !== to.id && slots.length > 0);
  const { finishable, open } = openMoves(picture);
  const resumed = finishable.filter((move) => move.to.id === to.id && sources.includes(move.from));
  const available = sources.map((from) => ({ from, slots: from.slots.filter((slot) => !open.has(slot)) }));

  let finish: readonly Move[] = resumed;
  let moves: readonly Move[];
  if (typeof options.slots === 'number') {
    const openSlots = resumed.reduce((sum, { slots }) => sum + slots.length, 0);
    const total = available.reduce((sum, { slots }) => sum + slots.length, openSlots);
    if (options.slots < 1 || options.slots > total) {
      const who = sources.map(({ name }) => name).join(', ') || 'the sources';
      throw new AdminError(`${count(options.slots, 'slot')} cannot be moved: ${who} can give ${count(total, 'slot')}`);
    }
    moves = share(available, Math.max(0, options.slots - openSlots), to);
  } else {
    const wanted = options.slots === 'all' ? null : new Set(options.slots);
    if (wanted !== null) refuseForeign(picture, wanted, sources, to);
    const keep = (slots: SlotSet): SlotSet => (wanted === null ? slots : slots.filter((slot) => wanted.has(slot)));
    finish = resumed.map((move) => ({ ...move, slots: keep(move.slots) }));
    moves = available.map(({ from, slots }) => ({ from, to, slots: keep(slots) }));
  }
  const steps = [...movesToSteps(picture, finish, true), ...movesToSteps(picture, moves, false)];
  const left = [...open].filter((slot) => !resumed.some(({ slots }) => slots.includes(slot)));
  return {
    title: `move ${count(
      [...finish, ...moves].reduce((sum, { slots }) => sum + slots.length, 0),
      'slot',
    )} to ${to.name}`,
    steps: steps.length === 0 ? [] : [...steps, { do: 'settle' }],
    notes:
      left.length === 0
        ? []
        : [`slots ${slotsText(left, 8)} are open for another move and stay as they are: slotwise cluster fix finishes it`],
  };
}

function primaryNamed(picture: ClusterState, text: string): AdminNode {
  const node = nodeNamed(picture, text);
  if (!node.reachable) throw new AdminError(`${node.name} cannot be asked: ${node.problem}`);
  if (node.role === 'primary') return node;
  const primary = picture.nodes.get(node.primaryId ?? '')?.name;
  throw new AdminError(`${node.name} is a replica${primary === undefined ? '' : ` of ${primary}`}: slots go to primaries`);
}

/** A slot that is at the target already was moved by an earlier run. */
function refuseForeign(picture: ClusterState, wanted: ReadonlySet<number>, sources: readonly AdminNode[], to: AdminNode): void {
  const foreign = [...wanted].filter((slot) => !to.slots.includes(slot) && !sources.some(({ slots }) => slots.includes(slot)));
  if (foreign.length === 0) return;
  const owners = primariesOf(picture).filter(({ slots }) => foreign.some((slot) => slots.includes(slot)));
  throw new AdminError(
    `of the slots to be moved, ${slotsText(foreign, 8)} belong to none of the sources, but to ${owners.map(({ name }) => name).join(', ')}`,
  );
}

/** By size: who has twice the slots gives twice as many. */
function share(available: readonly { readonly from: AdminNode; readonly slots: SlotSet }[], wanted: number, to: AdminNode): Move[] {
  const total = available.reduce((sum, { slots }) => sum + slots.length, 0);
  const ordered = [...available].sort((a, b) => b.slots.length - a.slots.length);
  let left = wanted;
  let remaining = total;
  return ordered.map(({ from, slots }) => {
    const take = remaining === 0 ? 0 : Math.min(slots.length, Math.ceil((left * slots.length) / remaining));
    left -= take;
    remaining -= slots.length;
    return { from, to, slots: slots.slice(0, take) };
  });
}
