import { SLOT_COUNT } from '../../topology/slot-map.js';
import { AdminError } from '../admin-error.js';
import { count, slotsText } from '../slot-list.js';
import { type AdminNode, type ClusterState, nodeNamed, primariesOf } from '../state/cluster-state.js';
import { begunMoves, type LookOptions, leftMarks, type Move, marksToSteps, movesToSteps, refuseUnlessWhole } from './moves.js';
import type { Plan } from './steps.js';

export interface RebalanceOptions extends LookOptions {
  /** Weights by node; default 1. A weight of 0 empties the node. */
  readonly weights?: Readonly<Record<string, number>>;
  /** No slot moves while every primary is within so many percent of its share. Default 2. */
  readonly thresholdPercent?: number;
  /** Gives slots to primaries without any, too. Default false. */
  readonly useEmpty?: boolean;
}

/** Plans as few moves as bring every primary to its share of the slots. Moves that an interrupted run left open are finished first. */
export function planRebalance(
  cluster: ClusterState,
  { weights = {}, thresholdPercent = 2, useEmpty = false }: RebalanceOptions = {},
): Plan {
  refuseUnlessWhole(cluster);
  const weightById = weightsById(cluster, weights);
  const nodes = primariesOf(cluster).filter(({ id, slots }) => slots.length > 0 || useEmpty || weightById.has(id));
  const { finishable: begun, open } = begunMoves(cluster);
  // Of a slot that its owner does not send away nothing may have moved: whether it moves on or is closed, `fix` decides by its keys.
  const finishable = begun.map((move) => ({ ...move, slots: move.slots.filter((slot) => move.from.migrating.get(slot) === move.to.id) }));
  const held = nodes.map((node) => slotsAfter(node, finishable, open));
  const shares = sharesOf(nodes.map(({ id }) => weightById.get(id) ?? 1));
  const finish = movesToSteps(cluster, finishable, true);

  const isBalanced = nodes.every((_, index) => {
    const share = shares[index] ?? 0;
    const has = held[index]?.total ?? 0;
    return share === 0 ? has === 0 : (Math.abs(has - share) / share) * 100 <= thresholdPercent;
  });
  const moves = isBalanced ? [] : balance(nodes, held, shares);
  const moved = moves.reduce((sum, { slots }) => sum + slots.length, 0);
  const marks = leftMarks(cluster);
  const steps = [...finish, ...movesToSteps(cluster, moves, false), ...marksToSteps(marks)];
  const left = [...open].filter((slot) => ![...finishable, ...marks].some(({ slots }) => slots.includes(slot)));
  const finished = finishable.reduce((sum, { slots }) => sum + slots.length, 0);
  const empty = primariesOf(cluster).filter((node) => !nodes.includes(node));
  return {
    title: titleOf({ moved, finished, isBalanced, thresholdPercent }),
    steps: steps.length === 0 ? [] : [...steps, { do: 'settle' }],
    notes: [
      ...(left.length === 0 ? [] : [`slots ${slotsText(left, 8)} are open and stay where they are: slotwise cluster fix mends them`]),
      ...(empty.length === 0 ? [] : [`${empty.map(({ name }) => name).join(', ')} without slots: --use-empty gives them a share`]),
    ],
  };
}

interface Amounts {
  /** Slots that change their owner for balance. */
  readonly moved: number;
  /** Slots of moves that were left open. */
  readonly finished: number;
  readonly isBalanced: boolean;
  readonly thresholdPercent: number;
}

function titleOf({ moved, finished, isBalanced, thresholdPercent }: Amounts): string {
  const finish = finished === 0 ? [] : [`finish moving ${count(finished, 'slot')} that ${finished === 1 ? 'was' : 'were'} left open`];
  if (moved > 0) return [...finish, `rebalance by moving ${count(moved, 'slot')}`].join(', then ');
  const why = isBalanced ? `all are within ${thresholdPercent} % of their share` : 'the slots that would have to move are open';
  return finished === 0 ? `nothing to move: ${why}` : `${finish.join('')}; no more has to move: ${why}`;
}

function weightsById(cluster: ClusterState, weights: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  const byId = new Map<string, number>();
  for (const [text, weight] of Object.entries(weights)) {
    const { id, name, role } = nodeNamed(cluster, text);
    if (role !== 'primary') throw new AdminError(`${name} is a replica: only primaries have slots and weights`);
    if (!Number.isFinite(weight) || weight < 0) throw new AdminError(`the weight of ${name} must be 0 or more, not ${weight}`);
    if (byId.has(id)) throw new AdminError(`${name} was given two weights`);
    byId.set(id, weight);
  }
  return byId;
}

/** The slots of a node once the open moves are finished. */
interface HeldSlots {
  readonly total: number;
  readonly movable: readonly number[];
}

function slotsAfter(node: AdminNode, finishable: readonly Move[], open: ReadonlySet<number>): HeldSlots {
  const gone = finishable.filter(({ from }) => from.id === node.id).reduce((sum, { slots }) => sum + slots.length, 0);
  const come = finishable.filter(({ to }) => to.id === node.id).reduce((sum, { slots }) => sum + slots.length, 0);
  return { total: node.slots.length - gone + come, movable: node.slots.filter((slot) => !open.has(slot)) };
}

/** Numbers of slots by weight that add up to all slots: the slots left over by rounding go to the shares that lost most by it. */
export function sharesOf(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) throw new AdminError('at least one primary needs a weight above 0');
  const exact = weights.map((weight) => (SLOT_COUNT * weight) / total);
  const shares = exact.map(Math.floor);
  const byLoss = exact
    .map((share, index) => ({ index, loss: share - Math.floor(share) }))
    .sort((a, b) => b.loss - a.loss || a.index - b.index);
  const missing = SLOT_COUNT - shares.reduce((sum, share) => sum + share, 0);
  for (const { index } of byLoss.slice(0, missing)) shares[index] = (shares[index] ?? 0) + 1;
  return shares;
}

/** Moves from the node with the largest surplus to the one with the largest deficit, until there is none. */
function balance(nodes: readonly AdminNode[], held: readonly HeldSlots[], shares: readonly number[]): Move[] {
  const balances = nodes.map((node, index) => ({
    node,
    surplus: (held[index]?.total ?? 0) - (shares[index] ?? 0),
    movable: [...(held[index]?.movable ?? [])],
  }));
  const moves: Move[] = [];
  for (;;) {
    const ordered = [...balances].sort((a, b) => b.surplus - a.surplus);
    const giver = ordered.find(({ movable }) => movable.length > 0);
    const taker = ordered.at(-1);
    if (giver === undefined || taker === undefined || giver.surplus <= 0 || taker.surplus >= 0) return moves;
    const slots = giver.movable.splice(0, Math.min(giver.surplus, -taker.surplus));
    giver.surplus -= slots.length;
    taker.surplus += slots.length;
    moves.push({ from: giver.node, to: taker.node, slots });
  }
}
