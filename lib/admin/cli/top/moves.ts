import type { ServerRow } from '../../health/server-row.js';
import { count, type SlotSet, slotsText } from '../../slot-list.js';
import type { OpenMove } from '../../state/open-moves.js';
import { byPair } from '../../state/open-slots.js';
import type { TopologyReport } from '../../topology-report.js';
import { secondsText } from './model.js';

/** A report and when it was made. */
export interface TimedReport {
  readonly atMs: number;
  readonly report: TopologyReport;
}

/** A move between two nodes with its pace. Null: not known. */
export interface MoveLine extends OpenMove {
  readonly slotsPerSecond: number | null;
  readonly keysPerSecond: number | null;
  /** About: of an atomic migration, as if its slots had as many keys as the others of their node. */
  readonly secondsLeft: number | null;
}

/** Pictures that a pace is made of: a move that stopped is shown for as long as they last. */
const PICTURES = 6;

/** The pictures with another one. */
export function withPicture(pictures: readonly TimedReport[], picture: TimedReport): TimedReport[] {
  return [...pictures.slice(1 - PICTURES), picture];
}

/** What moves, or has moved between these pictures, the oldest first. `migratedKeysOf`: keys a second that a node gets by MIGRATE. */
export function moveLines(pictures: readonly TimedReport[], migratedKeysOf: (node: string) => number | null): MoveLine[] {
  const [first, last] = [pictures[0], pictures.at(-1)];
  if (first === undefined || last === undefined) return [];
  const seconds = (last.atMs - first.atMs) / 1_000;
  const { moves = [] } = last.report;
  const moved = movedSlots(first.report.rows, last.report.rows);
  const lines = moves.map((move): MoveLine => {
    const slots = moved.find(({ from, to }) => from === move.from && to === move.to)?.slots ?? [];
    const pace = { slotsPerSecond: seconds > 0 ? slots.length / seconds : null };
    if (move.state !== 'open') return { ...move, ...pace, ...paceOfJob(pictures, move) };
    return { ...move, ...pace, keysPerSecond: migratedKeysOf(move.to ?? ''), secondsLeft: null };
  });
  // Between two slots none is open.
  const between = moved.filter(({ from, to }) => !moves.some((move) => move.from === from && move.to === to));
  return [
    ...lines,
    ...between.map(({ from, to, slots }) => ({
      from,
      to,
      slots: [],
      state: 'open',
      slotsPerSecond: slots.length / seconds,
      keysPerSecond: migratedKeysOf(to),
      secondsLeft: null,
    })),
  ];
}

/** The slots that have another owner than before, by the names of the two owners. What a replica owns now it has by a failover. */
function movedSlots(before: readonly ServerRow[], now: readonly ServerRow[]): ReturnType<typeof byPair> {
  const owners = new Map<number, string>();
  const replicas = new Set(before.filter(({ role }) => role === 'replica').map(({ name }) => name));
  for (const { name, slots } of before) for (const slot of slots ?? []) owners.set(slot, name);
  const passages = now.flatMap(({ name: to, slots }) =>
    (slots ?? []).flatMap((slot) => {
      const from = owners.get(slot);
      return from === undefined || from === to || replicas.has(to) ? [] : [{ slot, from, to }];
    }),
  );
  return byPair(passages);
}

/** The pace of an atomic migration by the growth of its target since it was first seen. */
function paceOfJob(pictures: readonly TimedReport[], move: OpenMove): Pick<MoveLine, 'keysPerSecond' | 'secondsLeft'> {
  const isSame = (other: OpenMove): boolean =>
    other.from === move.from && other.to === move.to && slotsText(other.slots) === slotsText(move.slots);
  const since = pictures.find(({ report }) => report.moves?.some(isSame));
  const last = pictures.at(-1);
  const rowOf = (picture: TimedReport | undefined, name: string | null): ServerRow | undefined =>
    picture?.report.rows.find((row) => row.name === name);
  const [then, now, source] = [rowOf(since, move.to)?.keys ?? null, rowOf(last, move.to)?.keys ?? null, rowOf(since, move.from)];
  if (since === undefined || last === undefined || then === null || now === null || last.atMs <= since.atMs || now <= then) {
    return { keysPerSecond: null, secondsLeft: null };
  }
  const keysPerSecond = ((now - then) / (last.atMs - since.atMs)) * 1_000;
  const owned = source?.slots?.length ?? 0;
  const left = owned === 0 ? null : ((source?.keys ?? 0) * move.slots.length) / owned - (now - then);
  return { keysPerSecond, secondsLeft: left === null || left <= 0 ? null : left / keysPerSecond };
}

/** `moving 10.0.0.1:7000 to 10.0.0.2:7000: slot 77, 95 slots/s, 1,100 keys/s` */
export function moveText({ from, to, slots, state, slotsPerSecond, keysPerSecond, secondsLeft }: MoveLine): string {
  const parts = [
    ...(slots.length === 0 ? [] : [whichSlots(slots)]),
    ...(state === 'open' ? [] : [`atomic migration: ${state}`]),
    ...paceText(slotsPerSecond, 'slots/s'),
    ...paceText(keysPerSecond, 'keys/s'),
    ...(secondsLeft === null ? [] : [`about ${secondsText(Math.ceil(secondsLeft))} left`]),
  ];
  return `moving ${from ?? 'an unknown node'} to ${to ?? 'an unknown node'}: ${parts.join(', ')}`;
}

function whichSlots(slots: SlotSet): string {
  return slots.length === 1 ? `slot ${slots[0]}` : `${count(slots.length, 'slot')} (${slotsText(slots, 2)})`;
}

function paceText(pace: number | null, unit: string): string[] {
  return pace === null || pace === 0 ? [] : [`${pace < 10 ? pace.toFixed(1) : Math.round(pace).toLocaleString('en-US')} ${unit}`];
}
