/** Hash slots of a cluster: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model */
export const SLOT_COUNT = 16_384;

const NOBODY = 0xffff;

/** Slots `start` to `end`, both included, belong to the shard with this index. */
export interface ShardRange {
  readonly start: number;
  readonly end: number;
  readonly shard: number;
}

/** Which shard owns a slot, as indexes into `TopologySnapshot.shards`. 32 KiB whatever the size of the cluster. Replaced, never mutated. */
export class SlotMap {
  readonly #shards: Uint16Array;
  /** How many slots nobody owns. */
  readonly uncovered: number;
  #owners: ReadonlySet<number> | null = null;

  /** `shards` has an entry a slot and is not touched by anybody else from now on. */
  private constructor(shards: Uint16Array, uncovered: number) {
    this.#shards = shards;
    this.uncovered = uncovered;
  }

  /** Of overlapping ranges the last one counts. */
  static fromRanges(ranges: Iterable<ShardRange>): SlotMap {
    const shards = new Uint16Array(SLOT_COUNT).fill(NOBODY);
    for (const { start, end, shard } of ranges) shards.fill(shard, start, end + 1);
    let uncovered = 0;
    for (const shard of shards) if (shard === NOBODY) uncovered++;
    return new SlotMap(shards, uncovered);
  }

  /** -1 where nobody owns the slot. */
  shardOf(slot: number): number {
    const shard = this.#shards[slot];
    return shard === undefined || shard === NOBODY ? -1 : shard;
  }

  /** Does the shard own any slot? */
  owns(shard: number): boolean {
    this.#owners ??= new Set(this.#shards);
    return this.#owners.has(shard);
  }

  with(changes: Iterable<readonly [slot: number, shard: number]>): SlotMap {
    const shards = this.#shards.slice();
    let { uncovered } = this;
    for (const [slot, shard] of changes) {
      if (shards[slot] === NOBODY) uncovered--;
      shards[slot] = shard;
    }
    return new SlotMap(shards, uncovered);
  }

  /** In order of the slots; what nobody owns is left out. */
  ranges(): ShardRange[] {
    const ranges: ShardRange[] = [];
    let start = 0;
    for (let slot = 1; slot <= SLOT_COUNT; slot++) {
      if (slot < SLOT_COUNT && this.#shards[slot] === this.#shards[start]) continue;
      const shard = this.shardOf(start);
      if (shard !== -1) ranges.push({ start, end: slot - 1, shard });
      start = slot;
    }
    return ranges;
  }

  equals(other: SlotMap): boolean {
    return this === other || this.#shards.every((shard, slot) => shard === other.#shards[slot]);
  }
}
