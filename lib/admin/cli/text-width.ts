/** Marks that stand on the character before them, and joiners. */
const WIDTHLESS = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
/** https://www.unicode.org/reports/tr11/ — the blocks whose characters take two columns, and pictures. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u;

function widthOfCharacter(character: string): number {
  return WIDTHLESS.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
}

/** Columns that a printable text takes on a terminal. */
export function widthOf(text: string): number {
  // Most texts are ASCII.
  if (/^[ -~]*$/.test(text)) return text.length;
  return [...text].reduce((sum, character) => sum + widthOfCharacter(character), 0);
}

/** As much of a text as `columns` take; what was cut ends in `…`. */
export function cutTo(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let width = 0;
  let cut = '';
  for (const character of text) {
    width += widthOfCharacter(character);
    if (width > columns - 1) break;
    cut += character;
  }
  return columns < 1 ? '' : `${cut.trimEnd()}…`;
}

export function padEndTo(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

export function padStartTo(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - widthOf(text))) + text;
}

/** A line in lines of so many columns, split between words; all but the first are indented. A longer word stays whole. */
export function wrapTo(text: string, columns: number): string[] {
  if (widthOf(text) <= columns) return [text];
  const lines: string[] = [];
  let line = '';
  for (const [, spaces = '', word = ''] of text.matchAll(/( *)([^ ]+)/g)) {
    const longer = `${line}${spaces}${word}`;
    if (line === '' || widthOf(longer) <= columns) line = longer;
    else {
      lines.push(line);
      line = `  ${word}`;
    }
  }
  return [...lines, line];
}

/**
 * Text for whoever reads this output: on a terminal lines are split between words. Those with a command to copy are left to the terminal, which
 * knows that its lines are one.
 */
export function forReader(text: string, { isTTY, columns = 0 }: { readonly isTTY?: boolean; readonly columns?: number }): string {
  if (isTTY !== true || columns < 1) return text;
  return text
    .split('\n')
    .flatMap((line) => (/\bslotwise [a-z]/.test(line) ? [line] : wrapTo(line, columns)))
    .join('\n');
}
