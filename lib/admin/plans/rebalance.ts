import { SLOT_COUNT } from '../../topology/slot-map.js';
import { AdminError } from '../admin-error.js';
import { count, slotsText } from '../slot-list.js';
import { type AdminNode, type ClusterState, nodeNamed, primariesOf } from '../state/cluster-state.js';
import { type Move, movesToSteps, openMoves, refuseUnlessWhole } from './moves.js';
import type { Plan } from './steps.js';

export interface RebalanceOptions {
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
  const weightById = new Map(Object.entries(weights).map(([name, weight]) => [nodeNamed(cluster, name).id, weight]));
  for (const [id, weight] of weightById) {
    const node = cluster.nodes.get(id);
    if (node?.role !== 'primary') throw new AdminError(`${node?.name} is a replica: only primaries have slots and weights`);
    if (!Number.isFinite(weight) || weight < 0) throw new AdminError(`the weight of ${node.name} must be 0 or more, not ${weight}`);
  }
  const nodes = primariesOf(cluster).filter(({ id, slots }) => slots.length > 0 || useEmpty || weightById.has(id));
  const { finishable, open } = openMoves(cluster);
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
  const steps = [...finish, ...movesToSteps(cluster, moves, false)];
  const left = [...open].filter((slot) => !finishable.some(({ slots }) => slots.includes(slot)));
  return {
    title:
      moved === 0 ? `nothing to move: all are within ${thresholdPercent} % of their share` : `rebalance by moving ${count(moved, 'slot')}`,
    steps: steps.length === 0 ? [] : [...steps, { do: 'settle' }],
    notes: left.length === 0 ? [] : [`slots ${slotsText(left, 8)} are open and stay where they are: slotwise cluster fix closes them`],
  };
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
