import { stripVTControlCharacters, styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Whether this stream shows colours, https://no-color.org/ */
export function wantsColours(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): boolean {
  return stream.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

/** What the demo says, and the count of its claims that did not hold. */
export class Report {
  held = 0;
  failed = 0;
  #chapter = 0;

  constructor(
    private readonly write: (line: string) => void,
    private readonly colours: boolean,
  ) {}

  chapter(title: string): void {
    this.write(`\n${this.#style('bold', `${++this.#chapter}. ${title}`)}`);
  }

  line(text = ''): void {
    this.write(text === '' ? '' : `   ${text}`);
  }

  /** What happens meanwhile. */
  note(text: string): void {
    this.write(this.#style('dim', `   ${text}`));
  }

  /** A claim; the demo succeeds only if all hold. */
  claim(holds: boolean, text: string): void {
    if (holds) this.held++;
    else this.failed++;
    this.write(`   ${holds ? this.#style('green', '✓') : this.#style('red', '✗')} ${text}`);
  }

  /** Columns as wide as their longest cell, the first to the left, the others to the right; the first row is the heading. */
  table(rows: readonly (readonly string[])[]): void {
    const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => stripVTControlCharacters(row[column] ?? '').length)));
    for (const [at, row] of rows.entries()) {
      const cells = row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)));
      if (at === 0) this.note(cells.join('   '));
      else this.line(cells.join('   '));
    }
  }

  #style(style: Style, text: string): string {
    return this.colours ? styleText(style, text) : text;
  }
}

/** `1,234`, whatever the locale of the machine. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `12 ms`, `1.23 s`. */
export function duration(ms: number): string {
  return ms < 1_000 ? `${Math.ceil(ms)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}

export function plural(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}
