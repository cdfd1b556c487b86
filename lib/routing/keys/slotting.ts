import type { Arg, CommandSpec } from '../../protocol/command-spec.js';

/** How the keys of a sharded topology are numbered: by hash slots of a cluster, by members of a ring. The snapshot tells whose a slot is. */
export interface Slotting {
  /** How many numbers there have been; a slot is smaller. */
  readonly count: number;
  slotOf(key: Arg): number;
  /** A function of the user's gives the slots: it may throw, and may say something else the next time. A call asks it once. */
  readonly asksUser: boolean;
  /** The one slot of all these keys, -1 if there are none. Throws `CrossSlotError` where one command must not have them together. */
  commonSlot(what: string, keys: readonly Arg[]): number;
  /** The slot or the affinity by which a command without keys goes; -1: anywhere. Throws where it means nothing without a member. */
  slotOfKeyless(spec: CommandSpec, args: readonly Arg[]): number;
  /** Keys that have a slot in common may be in one command, which is split by slot; else the common slot may be luck. */
  readonly slotsBind: boolean;
  /** All that a command touches and that has to be in one slot. Throws where it means something only with a member. */
  touched(spec: CommandSpec, args: readonly Arg[]): readonly Arg[];
}
