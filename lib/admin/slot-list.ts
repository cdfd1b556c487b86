import { SLOT_COUNT } from '../topology/slot-map.js';

/** Slots in order, each once. */
export type SlotSet = readonly number[];

interface Range {
  readonly start: number;
  readonly end: number;
}

export function slotsInRanges(ranges: readonly Range[]): number[] {
  return ranges.flatMap(({ start, end }) => Array.from({ length: end - start + 1 }, (_, at) => start + at)).sort((a, b) => a - b);
}

export function rangesOf(slots: SlotSet): Range[] {
  const ranges: { start: number; end: number }[] = [];
  for (const slot of [...slots].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && slot === last.end + 1) last.end = slot;
    else ranges.push({ start: slot, end: slot });
  }
  return ranges;
}

/** `0-99,104`, which the command line takes too. `maxRanges` shortens a text that only people read. */
export function slotsText(slots: SlotSet, maxRanges = Number.POSITIVE_INFINITY): string {
  const ranges = rangesOf(slots);
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
