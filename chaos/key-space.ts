import { slotOfKey } from '../lib/routing/keys/slots.js';

export type SlotRange = readonly [first: number, last: number];

/** Key space of the writes: which counter the n-th write increments. */
export type KeySpace =
  /**
   * One counter a write, all in the slot of `{tag}`; over all slots without one. What became of each single write can be read from the
   * servers: 0 lost or never executed, 1 executed, 2 executed twice.
   */
  | { readonly kind: 'own'; readonly tag: string | null }
  /** `count` counters with slots in these ranges, written in turn. */
  | { readonly kind: 'ranges'; readonly ranges: readonly SlotRange[]; readonly count: number };

export interface Keys {
  /** The key of a counter. */
  key(counter: number): string;
  /** The counter of the n-th write. */
  counterOf(n: number): number;
  /** Number of counters that `writes` writes may have touched. */
  countersOf(writes: number): number;
}

/** Step from one counter to the next, coprime to the counts in use: neighbours in time are no neighbours in the key space. */
const STRIDE = 7_919;

export function keysOf(space: KeySpace): Keys {
  if (space.kind === 'own') {
    const prefix = space.tag === null ? 'counter:' : `{${space.tag}}:`;
    return { key: (counter) => `${prefix}${counter}`, counterOf: (n) => n, countersOf: (writes) => writes };
  }
  const names = namesIn(space.ranges, space.count);
  return {
    key: (counter) => names[counter] ?? '',
    counterOf: (n) => (n * STRIDE) % space.count,
    countersOf: () => space.count,
  };
}

function namesIn(ranges: readonly SlotRange[], count: number): string[] {
  const names: string[] = [];
  for (let i = 0; names.length < count; i++) {
    const slot = slotOfKey(`counter:${i}`);
    if (ranges.some(([first, last]) => first <= slot && slot <= last)) names.push(`counter:${i}`);
  }
  return names;
}
