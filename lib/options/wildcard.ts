/**
 * A wildcard pattern: `*` stands for any run of characters, the empty one included. There is no escape: other characters mean themselves.
 */
export interface Pattern {
  readonly text: string;
  /** Number of characters that are not `*`: of two patterns that match, the one with more of them is the more exact. */
  readonly literalLength: number;
  /** The literal text that every match begins with. */
  readonly prefix: string;
  readonly matches: (text: string) => boolean;
}

export function compilePattern(source: string): Pattern {
  const text = source.replace(/\*+/g, '*');
  const parts = text.split('*');
  return Object.freeze({
    text,
    literalLength: parts.reduce((sum, part) => sum + part.length, 0),
    prefix: parts[0] ?? '',
    matches: matcher(parts),
  });
}

function matcher(parts: readonly string[]): Pattern['matches'] {
  const first = parts[0] ?? '';
  if (parts.length === 1) return (text) => text === first;
  const last = parts[parts.length - 1] ?? '';
  const middle = parts.slice(1, -1);
  // `video:*` is nearly every pattern there is.
  if (middle.length === 0 && last === '') return (text) => text.startsWith(first);
  const fixed = first.length + last.length;
  return (text) => {
    if (text.length < fixed || !text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let at = first.length;
    // The leftmost place for every part leaves the most room for the parts after it, so nothing has to be tried twice.
    for (const part of middle) {
      const found = text.indexOf(part, at);
      if (found === -1 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}

/** Whether some text matches both patterns. */
export function overlap(a: Pattern, b: Pattern): boolean {
  const left = a.text;
  const right = b.text;
  // row[j]: can the rest of `left` from i and the rest of `right` from j match one text? Filled from both ends backwards.
  let below: boolean[] = [];
  for (let i = left.length; i >= 0; i--) {
    const row: boolean[] = [];
    for (let j = right.length; j >= 0; j--) {
      const l = left[i];
      const r = right[j];
      if (l === undefined && r === undefined) row[j] = true;
      // A star ends here, or takes one more element of the other pattern.
      else if (l === '*') row[j] = below[j] === true || row[j + 1] === true;
      else if (r === '*') row[j] = row[j + 1] === true || below[j] === true;
      else row[j] = l === r && below[j + 1] === true;
    }
    below = row;
  }
  return below[0] === true;
}
