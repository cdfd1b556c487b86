/** Hash slots of a cluster: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model */
export const SLOT_COUNT = 16_384;

const UNOWNED = 0xffff;

/** Slots `start` to `end`, both included, belong to the shard with this index. */
export interface ShardRange {
  readonly start: number;
  readonly end: number;
  readonly shard: number;
}

/**
 * The owner of every slot, as an index into `TopologySnapshot.shards`. 32 KiB whatever the size of a cluster. Replaced, never mutated.
 */
export class SlotMap {
  readonly #shards: Uint16Array;
  #uncovered: number | null = null;
  #owners: ReadonlySet<number> | null = null;

  /** `shards` has an entry for each slot; the map owns it from now on. */
  private constructor(shards: Uint16Array) {
    this.#shards = shards;
  }

  /** Map of these ranges, of which the last one counts where they overlap. `count`: how many slots there are. */
  static fromRanges(ranges: Iterable<ShardRange>, count = SLOT_COUNT): SlotMap {
    const shards = new Uint16Array(count).fill(UNOWNED);
    for (const { start, end, shard } of ranges) shards.fill(shard, start, end + 1);
    return new SlotMap(shards);
  }

  /** How many slots there are. */
  get count(): number {
    return this.#shards.length;
  }

  /** How many slots have no owner. Counted when it is asked for: a probe that changes nothing makes a map, too. */
  get uncovered(): number {
    if (this.#uncovered !== null) return this.#uncovered;
    let uncovered = 0;
    for (const shard of this.#shards) if (shard === UNOWNED) uncovered++;
    this.#uncovered = uncovered;
    return uncovered;
  }

  /** Index of the shard that owns the slot; -1 where none does. */
  shardOf(slot: number): number {
    const shard = this.#shards[slot];
    return shard === undefined || shard === UNOWNED ? -1 : shard;
  }

  /** Whether the shard owns any slot. */
  owns(shard: number): boolean {
    this.#owners ??= this.#findOwners();
    return this.#owners.has(shard);
  }

  #findOwners(): ReadonlySet<number> {
    const owners = new Set<number>();
    let last = UNOWNED;
    // Ranges are long: most slots have the owner of the one before.
    for (const shard of this.#shards) {
      if (shard !== last) owners.add(shard);
      last = shard;
    }
    return owners;
  }

  with(changes: Iterable<readonly [slot: number, shard: number]>): SlotMap {
    const shards = this.#shards.slice();
    for (const [slot, shard] of changes) shards[slot] = shard;
    return new SlotMap(shards);
  }

  /** The ranges in order of their slots; slots without an owner are left out. */
  ranges(): ShardRange[] {
    const ranges: ShardRange[] = [];
    let start = 0;
    for (let slot = 1; slot <= this.count; slot++) {
      if (slot < this.count && this.#shards[slot] === this.#shards[start]) continue;
      const shard = this.shardOf(start);
      if (shard !== -1) ranges.push({ start, end: slot - 1, shard });
      start = slot;
    }
    return ranges;
  }

  equals(other: SlotMap): boolean {
    return this === other || Buffer.from(this.#shards.buffer).equals(Buffer.from(other.#shards.buffer));
  }
}
