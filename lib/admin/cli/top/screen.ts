import { cutTo, widthOf } from '../text-width.js';
import type { Size } from './frame.js';

/** The terminal as the screen uses it. */
export interface ScreenOutput {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

// https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
/** The alternate screen without a cursor, and without wrapping of lines. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[2J';
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

/** Sizes for a terminal that does not tell its own. */
const DEFAULT_SIZE: Size = { columns: 80, rows: 24 };

/** A screen of its own that gives the terminal back as it was. */
export class Screen {
  readonly #output: ScreenOutput;
  #isOpen = false;

  constructor(output: ScreenOutput) {
    this.#output = output;
  }

  get size(): Size {
    const { columns = 0, rows = 0 } = this.#output;
    return { columns: columns > 0 ? columns : DEFAULT_SIZE.columns, rows: rows > 0 ? rows : DEFAULT_SIZE.rows };
  }

  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#output.write(ENTER);
  }

  /** Draws over the last frame, by one write: the terminal never shows half of one, nor an empty screen in between. */
  draw(lines: readonly string[]): void {
    if (this.#isOpen) this.#output.write(frameText(lines, this.size));
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#output.write(LEAVE);
  }
}

/** Lines of a screen as one text. Behind a line that is full there is nothing to clear: the cursor still stands on its last character. */
export function frameText(lines: readonly string[], { columns, rows }: Size): string {
  const texts = lines.slice(0, rows).map((line) => {
    const cut = cutTo(line, columns);
    return widthOf(cut) < columns ? `${cut}${CLEAR_LINE}` : cut;
  });
  return `${HOME}${texts.join('\r\n')}${texts.length < rows ? `\r\n${CLEAR_BELOW}` : ''}`;
}
