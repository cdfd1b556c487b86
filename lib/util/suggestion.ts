/**
 * The second half of the message about an unknown name: the known name that is meant, or all of them. `others`: names that other clients have
 * for ours.
 */
export function suggest(name: string, known: readonly string[], others: Readonly<Record<string, string>> = {}): string {
  const other = Object.hasOwn(others, name) ? others[name] : undefined;
  if (other !== undefined && known.includes(other)) return `did you mean ${other}?`;
  const [nearest] = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return nearest === undefined ? `known are ${known.join(', ')}` : `did you mean ${nearest.candidate}?`;
}

/** Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment), one row of the table at a time. */
function editDistance(a: string, b: string): number {
  let twoAbove: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? (twoAbove[j - 2] ?? 0) + 1 : replaced;
      row[j] = Math.min(replaced, swapped, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
    }
    twoAbove = above;
    above = row;
  }
  return above[b.length] ?? 0;
}
