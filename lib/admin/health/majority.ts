/** The fewest of so many voters that are more than half of them, whoever votes: the primaries of a cluster, or Sentinels. */
export function majorityOf(voters: number): number {
  return Math.floor(voters / 2) + 1;
}
