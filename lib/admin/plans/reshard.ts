import { AdminError } from '../admin-error.js';
import { count, type SlotSet, slotsText } from '../slot-list.js';
import { type AdminNode, type ClusterState, nodeNamed, primariesOf } from '../state/cluster-state.js';
import { begunMoves, type LookOptions, leftMarks, type Move, marksToSteps, movesToSteps, refuseUnlessWhole } from './moves.js';
import type { Plan } from './steps.js';

export interface ReshardOptions extends LookOptions {
  /** Node ids or addresses; `all`: every primary but the target. */
  readonly from: readonly string[] | 'all';
  readonly to: string;
  /** How many slots, these slots, or all that the sources have. */
  readonly slots: number | SlotSet | 'all';
}

/**
 * Plans a move of slots from some primaries to one. Moves between the same nodes that an interrupted run left open come first, and count.
 * Where it left only a mark at the source, that is ended.
 */
export function planReshard(cluster: ClusterState, options: ReshardOptions): Plan {
  refuseUnlessWhole(cluster);
  const to = primaryNamed(cluster, options.to);
  const sources = sourcesOf(cluster, options.from, to);
  const { finishable, open } = begunMoves(cluster);
  const resumed = finishable.filter((move) => move.to.id === to.id && sources.includes(move.from));
  const available = sources.map((from) => ({ from, slots: from.slots.filter((slot) => !open.has(slot)) }));

  let marks: readonly Move[] = leftMarks(cluster).filter((mark) => mark.to.id === to.id && sources.includes(mark.from));
  let finish: readonly Move[] = resumed;
  let moves: readonly Move[];
  if (typeof options.slots === 'number') {
    const openSlots = resumed.reduce((sum, { slots }) => sum + slots.length, 0);
    const total = available.reduce((sum, { slots }) => sum + slots.length, openSlots);
    if (options.slots < 1 || options.slots > total) {
      const givers = sources.map(({ name }) => name).join(', ') || 'the sources';
      throw new AdminError(`${count(options.slots, 'slot')} cannot be moved: ${givers} can give ${count(total, 'slot')}`);
    }
    moves = takeBySize(available, Math.max(0, options.slots - openSlots), to);
  } else {
    const chosen = options.slots === 'all' ? null : new Set(options.slots);
    if (chosen !== null) refuseForeign(cluster, chosen, sources, to);
    const keep = (slots: SlotSet): SlotSet => (chosen === null ? slots : slots.filter((slot) => chosen.has(slot)));
    marks = marks.map((mark) => ({ ...mark, slots: keep(mark.slots) }));
    finish = resumed.map((move) => ({ ...move, slots: keep(move.slots) }));
    moves = available.map(({ from, slots }) => ({ from, to, slots: keep(slots) }));
  }
  const steps = [...movesToSteps(cluster, finish, true), ...movesToSteps(cluster, moves, false), ...marksToSteps(marks)];
  const left = [...open].filter((slot) => ![...resumed, ...marks].some(({ slots }) => slots.includes(slot)));
  const total = [...finish, ...moves].reduce((sum, { slots }) => sum + slots.length, 0);
  const nothing = steps.length === 0 ? `nothing to move to ${to.name}` : `end what is left of moves to ${to.name}`;
  return {
    title: total === 0 ? nothing : `move ${count(total, 'slot')} to ${to.name}`,
    steps: steps.length === 0 ? [] : [...steps, { do: 'settle' }],
    notes:
      left.length === 0
        ? []
        : [
            `slots ${slotsText(left, 8)} are open for another move and stay as they are: if nobody is moving them, slotwise cluster fix finishes it`,
          ],
  };
}

/** The primaries that give slots. Throws if none of those named can. */
function sourcesOf(cluster: ClusterState, from: ReshardOptions['from'], to: AdminNode): AdminNode[] {
  if (from === 'all') return primariesOf(cluster).filter(({ id, slots }) => id !== to.id && slots.length > 0);
  const named = [...new Set(from.map((text) => primaryNamed(cluster, text)))];
  const others = named.filter(({ id }) => id !== to.id);
  if (others.length === 0) throw new AdminError(`${to.name} is the source and the target: name another node to give slots, or to get them`);
  const sources = others.filter(({ slots }) => slots.length > 0);
  if (sources.length > 0) return sources;
  throw new AdminError(`${others.map(({ name }) => name).join(', ')} ${others.length === 1 ? 'has' : 'have'} no slots to give`);
}

function primaryNamed(cluster: ClusterState, text: string): AdminNode {
  const node = nodeNamed(cluster, text);
  if (!node.reachable) throw new AdminError(`${node.name} cannot be asked: ${node.problem}`);
  if (node.role === 'primary') return node;
  const primary = cluster.nodes.get(node.primaryId ?? '')?.name;
  throw new AdminError(
    `${node.name} is a replica${primary === undefined ? '' : ` of ${primary}`}: only primaries give and get slots${primary === undefined ? '' : `, so name ${primary}`}`,
  );
}

/** Throws for a chosen slot that none of the sources has. One that the target has was moved by an earlier run. */
function refuseForeign(cluster: ClusterState, chosen: ReadonlySet<number>, sources: readonly AdminNode[], to: AdminNode): void {
  const foreign = [...chosen].filter((slot) => !to.slots.includes(slot) && !sources.some(({ slots }) => slots.includes(slot)));
  if (foreign.length === 0) return;
  const owners = primariesOf(cluster).filter(({ slots }) => foreign.some((slot) => slots.includes(slot)));
  throw new AdminError(
    `of the slots to be moved, ${slotsText(foreign, 8)} belong to none of the sources, but to ${owners.map(({ name }) => name).join(', ')}`,
  );
}

/** Takes so many slots, from each source in proportion to the slots it has. */
function takeBySize(available: readonly { readonly from: AdminNode; readonly slots: SlotSet }[], total: number, to: AdminNode): Move[] {
  const ordered = [...available].sort((a, b) => b.slots.length - a.slots.length);
  let left = total;
  let remaining = available.reduce((sum, { slots }) => sum + slots.length, 0);
  return ordered.map(({ from, slots }) => {
    const take = remaining === 0 ? 0 : Math.min(slots.length, Math.ceil((left * slots.length) / remaining));
    left -= take;
    remaining -= slots.length;
    return { from, to, slots: slots.slice(0, take) };
  });
}
