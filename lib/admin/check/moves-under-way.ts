import { AdminError } from '../admin-error.js';
import type { Problem } from '../health/problem.js';
import type { ServerRule } from '../health/server.js';
import { type SlotSet, slotsText } from '../slot-list.js';
import type { ClusterState } from '../state/cluster-state.js';
import { byPair, type OpenEnd, passageOf, runningJobsOf, type SlotPassage } from '../state/open-slots.js';
import { claimsOf, endKey, inBoth, slotTroubles } from './slot-troubles.js';

/** The cluster at one moment, with what tells whether keys of open slots are moving. */
export interface ClusterPicture {
  readonly cluster: ClusterState;
  /** Number of keys of open slots, by slot and by the id of a node where it is open. */
  readonly openKeys: ReadonlyMap<number, ReadonlyMap<string, number>>;
  /** How often a node with open slots has sent keys away (MIGRATE) since it started, by its id. */
  readonly migrations: ReadonlyMap<string, number>;
  /** Number of keys that a primary has in none of its slots, by its id. */
  readonly strays: ReadonlyMap<string, number>;
}

/** A picture of which only the cluster's state is known. */
export function stateOnly(cluster: ClusterState): ClusterPicture {
  return { cluster, openKeys: new Map(), migrations: new Map(), strays: new Map() };
}

/** Slots that somebody moves now. */
export interface MoveUnderWay {
  /** Id of the node that gives them. */
  readonly from: string;
  /** Id of the node that gets them; null: the server does not tell. */
  readonly to: string | null;
  readonly slots: SlotSet;
  /** Name of the atomic migration; null: the keys are moved by MIGRATE. */
  readonly job: string | null;
}

/**
 * The moves that went on while the pictures were taken, the oldest picture first: slots that got another owner, open slots that were not
 * open all the time, or whose keys are moving. One picture shows atomic migrations only.
 */
export function movesUnderWay(pictures: readonly ClusterPicture[]): MoveUnderWay[] {
  const left = new Set(leftOpen(pictures).map(endKey));
  const open = pictures.length === 1 ? [] : pictures.flatMap(({ cluster }) => slotTroubles(cluster).open);
  const passages = open.filter((end) => !left.has(endKey(end))).map(passageOf);
  for (const [index, { cluster }] of pictures.entries()) {
    const later = pictures[index + 1]?.cluster;
    if (later !== undefined) passages.push(...handedOver(cluster, later));
  }
  return [...byPair(passages).map((pair) => ({ ...pair, job: null })), ...jobMoves(pictures.at(-1)?.cluster)];
}

/** The open slots that were open all the time, and of which no key moved: whoever opened them is gone. */
export function leftOpen(pictures: readonly ClusterPicture[]): OpenEnd[] {
  const [first, last] = [pictures[0], pictures.at(-1)];
  if (first === undefined || last === undefined) return [];
  const { open } = pictures.map(({ cluster }) => slotTroubles(cluster)).reduce(inBoth);
  return open.filter(({ slot }) => !isMoving(slot, first, last));
}

/**
 * Whether keys left a node where the slot is open, by MIGRATE: that a client deletes some, or that they expire, is no move. Where a node
 * does not tell how often it was asked to MIGRATE, that it has fewer keys has to do.
 */
function isMoving(slot: number, first: ClusterPicture, last: ClusterPicture): boolean {
  return [...(first.openKeys.get(slot) ?? [])].some(([id, before]) => {
    const after = last.openKeys.get(slot)?.get(id);
    const [calls, callsLater] = [first.migrations.get(id), last.migrations.get(id)];
    const hasSent = calls === undefined || callsLater === undefined || callsLater > calls;
    return after !== undefined && after < before && hasSent;
  });
}

/** Slots that another shard owns in the later picture: a failover within a shard moves no slot. */
function handedOver(before: ClusterState, after: ClusterState): SlotPassage[] {
  const [formerly, now] = [claimsOf(before), claimsOf(after)];
  const isFailover = (from: string, to: string): boolean =>
    before.nodes.get(to)?.primaryId === from || after.nodes.get(from)?.primaryId === to;
  return [...now].flatMap(([slot, owners]) => {
    const former = formerly.get(slot) ?? [];
    const lost = former.find(({ id }) => !owners.some((owner) => owner.id === id));
    const gained = owners.find(({ id }) => !former.some((owner) => owner.id === id));
    const [from, to] = [lost ?? former[0], gained ?? owners[0]];
    const isSame = from === undefined || to === undefined || (lost === undefined && gained === undefined);
    return isSame || isFailover(from.id, to.id) ? [] : [{ slot, from: from.id, to: to.id }];
  });
}

function jobMoves(cluster: ClusterState | undefined): MoveUnderWay[] {
  const jobs = cluster === undefined ? [] : runningJobsOf(cluster);
  return jobs.flatMap(({ job, from, to }) => (from === null ? [] : [{ from, to, slots: job.slots, job: job.id }]));
}

/** Slots on their way. */
export const MOVING: Pick<ServerRule, 'severity' | 'kind' | 'when'> = {
  severity: 'note',
  kind: 'moving',
  when: 'a move is under way: slots change their owner, keys of an open slot move, or an atomic migration runs',
};

/** A move is no problem, but explains what is seen, and what had better be left alone. */
export function moveProblems(moves: readonly MoveUnderWay[], { nodes }: ClusterState): Problem[] {
  const nameOf = (id: string | null): string => (id === null ? 'another node' : (nodes.get(id)?.name ?? id.slice(0, 8)));
  return moves.map(({ from, to, slots, job }) => {
    const how = job === null ? '' : ` by atomic migration ${job.slice(0, 8)}`;
    const text = `a move is under way from ${nameOf(from)} to ${nameOf(to)}${how}, of slots ${slotsText(slots, 4)}: let it end before anything else moves, and run no fix`;
    return { severity: MOVING.severity, kind: MOVING.kind, text, nodes: [nameOf(from), nameOf(to)], slots };
  });
}

/** Throws while slots are moving: what is to be mended looks broken for a moment in every move. */
export function refuseBesideMoves(moves: readonly MoveUnderWay[], cluster: ClusterState): void {
  const [first] = moveProblems(moves, cluster);
  if (first === undefined) return;
  throw new AdminError(`${first.text}. To end it, stop the command that moves them (Ctrl-C there); what it leaves is mended afterwards`);
}
