import type { SlotSet } from '../slot-list.js';

/** Consecutive slots of a move that are open at the same time. */
export interface SlotGroup {
  readonly slots: SlotSet;
  /** Number of MIGRATE commands that its keys take. A slot without keys counts as one. */
  readonly migrations: number;
}

/** Slots that are opened together at most; those of three groups are open at a time. */
export const GROUP_SIZE = 16;
/** Slots whose keys are counted together. */
const COUNTED_AT_ONCE = 1_024;

/** Whether the group is done so soon that the next one may be opened meanwhile, and be finished before a stop. */
export function isLight({ migrations }: SlotGroup): boolean {
  return migrations <= GROUP_SIZE;
}

/** The first of these slots, at most `limit`, that are opened together, by the number of keys of each. A slot with many keys stands alone. */
export function firstGroup(slots: SlotSet, keyCounts: readonly number[], batch: number, limit: number): SlotGroup {
  let migrations = 0;
  let size = 0;
  for (; size < slots.length && size < limit; size++) {
    const more = Math.max(1, Math.ceil((keyCounts[size] ?? 0) / batch));
    if (size > 0 && migrations + more > GROUP_SIZE) break;
    migrations += more;
  }
  return { slots: slots.slice(0, size), migrations };
}

/** The groups of one move. They grow from one slot on, so that what fails at once leaves one slot open. */
export class SlotGroups {
  #begun = 0;
  #limit = 1;
  #counts: readonly number[] = [];
  /** The slot, by its place in the move, that the first count is of. */
  #countedFrom = 0;

  constructor(
    private readonly slots: SlotSet,
    private readonly batch: number,
    private readonly countKeys: (slots: SlotSet) => Promise<readonly number[]>,
  ) {}

  /** A group besides the first one has begun. */
  get hasGrown(): boolean {
    return this.#limit > 2;
  }

  /** Begins the next group; null: none is left, or it is no light one where only such a one may begin. */
  async next(onlyLight: boolean): Promise<SlotGroup | null> {
    const begun = this.#begun;
    const isCounted = begun - this.#countedFrom + this.#limit <= this.#counts.length;
    if (!isCounted && this.#countedFrom + this.#counts.length < this.slots.length) {
      this.#counts = await this.countKeys(this.slots.slice(begun, begun + COUNTED_AT_ONCE));
      this.#countedFrom = begun;
    }
    const group = firstGroup(
      this.slots.slice(begun, begun + this.#limit),
      this.#counts.slice(begun - this.#countedFrom),
      this.batch,
      this.#limit,
    );
    if (group.slots.length === 0 || (onlyLight && !isLight(group))) return null;
    this.#begun += group.slots.length;
    this.#limit = Math.min(GROUP_SIZE, this.#limit * 2);
    return group;
  }
}
