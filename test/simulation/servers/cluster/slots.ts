import keySlot from 'cluster-key-slot';

export const SLOT_COUNT = 16_384;

/** 1 for each slot that is in it. Never changed once it is made: sets are compared by identity first. */
export type SlotSet = Uint8Array;

export const NO_SLOTS: SlotSet = new Uint8Array(SLOT_COUNT);

/** First and last, both included. */
export type SlotRange = readonly [number, number];

const known = new Map<string, number>();
const MOST_KNOWN = 20_000;

export function slotOf(key: string): number {
  let slot = known.get(key);
  if (slot === undefined) {
    slot = keySlot(Buffer.from(key, 'latin1'));
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(key, slot);
  }
  return slot;
}

const rangesBySet = new WeakMap<SlotSet, readonly SlotRange[]>();

export function rangesOf(slots: SlotSet): readonly SlotRange[] {
  const before = rangesBySet.get(slots);
  if (before !== undefined) return before;
  const ranges: SlotRange[] = [];
  for (let first = slots.indexOf(1); first >= 0; ) {
    let last = slots.indexOf(0, first);
    if (last < 0) last = SLOT_COUNT;
    ranges.push([first, last - 1]);
    first = slots.indexOf(1, last);
  }
  rangesBySet.set(slots, ranges);
  return ranges;
}

export function slotsOf(ranges: readonly SlotRange[]): SlotSet {
  const slots = new Uint8Array(SLOT_COUNT);
  for (const [first, last] of ranges) slots.fill(1, first, last + 1);
  return slots;
}

export function hasSameSlots(a: SlotSet, b: SlotSet): boolean {
  return a === b || Buffer.compare(a, b) === 0;
}

/** Slots that are in one of the two only, in order. */
export function differingSlots(a: SlotSet, b: SlotSet): number[] {
  const slots: number[] = [];
  if (a === b) return slots;
  // Four at once: sets mostly differ in a few slots.
  const [ones, others] = [new Int32Array(a.buffer), new Int32Array(b.buffer)];
  for (let word = 0; word < ones.length; word++) {
    if (ones[word] === others[word]) continue;
    for (let slot = word * 4; slot < word * 4 + 4; slot++) if (a[slot] !== b[slot]) slots.push(slot);
  }
  return slots;
}
