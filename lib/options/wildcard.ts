/**
 * A wildcard pattern: `*` stands for any run of characters, the empty one included. There is no escape: other characters mean themselves.
 */
export interface Pattern {
  readonly text: string;
  /** Number of characters that are not `*`: of two patterns that match, the one with more of them is the more exact. */
  readonly literalLength: number;
  /** The literal text that every match begins with. */
  readonly prefix: string;
  /** The literal text that every match ends with. */
  readonly suffix: string;
  readonly matches: (text: string) => boolean;
}

/** Bounds of a pattern that may be a user's input: what is longer is a mistake, and every key would pay for it. */
const MOST_CHARACTERS = 1_024;
const MOST_STARS = 32;

/** What is wrong with the size of a pattern; null: nothing. */
export function sizeProblem(source: string): string | null {
  if (source.length > MOST_CHARACTERS) return `at most ${MOST_CHARACTERS} characters a pattern, got ${source.length}`;
  const stars = source.split('*').length - 1;
  return stars > MOST_STARS ? `at most ${MOST_STARS} wildcards a pattern, got ${stars}` : null;
}

export function compilePattern(source: string): Pattern {
  const text = source.replace(/\*+/g, '*');
  const parts = text.split('*');
  return Object.freeze({
    text,
    literalLength: parts.reduce((sum, part) => sum + part.length, 0),
    prefix: parts[0] ?? '',
    suffix: parts[parts.length - 1] ?? '',
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

/**
 * Whether some text matches both patterns. Of two with stars that is the longer beginning, all middle parts of both, and the longer end: only
 * their beginnings and ends can exclude each other.
 */
export function overlap(a: Pattern, b: Pattern): boolean {
  if (!a.text.includes('*')) return b.matches(a.text);
  if (!b.text.includes('*')) return a.matches(b.text);
  return (a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix)) && (a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix));
}
