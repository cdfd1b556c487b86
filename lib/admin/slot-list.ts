import { SLOT_COUNT } from '../topology/slot-map.js';

/** Slots in order, each once. */
export type SlotSet = readonly number[];

interface Range {
  readonly start: number;
  readonly end: number;
}

export function slotsInRanges(ranges: readonly Range[]): number[] {
  const slots: number[] = [];
  for (const { start, end } of joined(ranges)) for (let slot = start; slot <= end; slot++) slots.push(slot);
  return slots;
}

/** The same slots in as few ranges as can be, in order. */
export function joined(ranges: readonly Range[]): Range[] {
  const few: { start: number; end: number }[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = few.at(-1);
    if (last !== undefined && start <= last.end + 1) last.end = Math.max(last.end, end);
    else few.push({ start, end });
  }
  return few;
}

export function rangesOf(slots: SlotSet): Range[] {
  const ranges: { start: number; end: number }[] = [];
  for (const slot of inOrder(slots)) {
    const last = ranges.at(-1);
    if (last !== undefined && slot === last.end + 1) last.end = slot;
    else ranges.push({ start: slot, end: slot });
  }
  return ranges;
}

function inOrder(slots: SlotSet): SlotSet {
  return slots.every((slot, at) => at === 0 || (slots[at - 1] ?? 0) <= slot) ? slots : [...slots].sort((a, b) => a - b);
}

/** `0-99,104`, which the command line takes too. `maxRanges` shortens a text that only people read. */
export function slotsText(slots: SlotSet, maxRanges = Number.POSITIVE_INFINITY): string {
  return rangesText(rangesOf(slots), maxRanges);
}

export function rangesText(ranges: readonly Range[], maxRanges = Number.POSITIVE_INFINITY): string {
  const shown = ranges.slice(0, maxRanges).map(({ start, end }) => (start === end ? `${start}` : `${start}-${end}`));
  return ranges.length > shown.length ? `${shown.join(',')} and ${ranges.length - shown.length} more ranges` : shown.join(',');
}

/** Parses a list of slots; null: the text is none. */
export function parseSlotsText(text: string): number[] | null {
  const slots = new Set<number>();
  for (const part of text.split(',')) {
    const [, first = '', last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part.trim()) ?? [];
    if (first === '' || Number(last) < Number(first) || Number(last) >= SLOT_COUNT) return null;
    for (let slot = Number(first); slot <= Number(last); slot++) slots.add(slot);
  }
  return [...slots].sort((a, b) => a - b);
}

/** `1 slot`, `2,000 slots`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
}
