/** Leaves away one after the other of `given` as long as `stillFails` says so: of what is left, each is needed. */
export async function shrink<T>(given: readonly T[], stillFails: (kept: readonly T[]) => Promise<boolean>): Promise<readonly T[]> {
  if (await stillFails([])) return [];
  let kept = given;
  // From the end: what struck last is the least likely to matter to what went wrong before.
  for (let at = given.length - 1; at >= 0 && kept.length > 1; at--) {
    const without = kept.filter((_, index) => index !== at);
    if (await stillFails(without)) kept = without;
  }
  return kept;
}
