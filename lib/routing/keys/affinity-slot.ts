/*
 * The number by which a command is routed, a slot number for short, has three ranges. One integer, because every command of a cluster
 * computes it.
 *
 * | number | means |
 * |---|---|
 * | 0 to 16383 | the shard of this hash slot |
 * | -1 | no slot: any shard |
 * | -2 and below | affinity: any node would do, and commands of one hash slot go to the same node (PUBLISH, whose messages would else change their order) |
 */

/** The number that stands for an affinity to this hash slot. */
export function affinityTo(slot: number): number {
  return -2 - slot;
}

export function isAffinity(slot: number): boolean {
  return slot < -1;
}

/** The hash slot that `affinityTo` was given. */
export function slotOfAffinity(affinity: number): number {
  return -2 - affinity;
}
