const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Control and format characters (terminal escapes, C1, direction of text), line separators, and halves of surrogate pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Text for a terminal, with control characters shown escaped: texts and names of servers could move the cursor, rewrite what stands there,
 * or begin lines of their own. `keep`: characters that stay as they are. The escapes are those of JSON, so JSON stays what it was.
 */
export function printable(text: string, keep = ''): string {
  return text.replace(UNPRINTABLE, (character) => (keep.includes(character) ? character : (NAMED[character] ?? escaped(character))));
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
}
