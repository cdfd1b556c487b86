import type { Arg } from '../../protocol/command-spec.js';

/** How the keys of a sharded topology are numbered: by hash slots. A slot is always with one shard, which the snapshot tells. */
export interface Slotting {
  /** How many numbers there are; a slot is smaller. */
  readonly count: number;
  slotOf(key: Arg): number;
  /** The one slot of all these keys, -1 if there are none. Throws `CrossSlotError` where one command must not have them together. */
  commonSlot(what: string, keys: readonly Arg[]): number;
  /** The slot number, or the affinity, by which PUBLISH to this channel goes. */
  slotOfPublish(channel: Arg): number;
}
