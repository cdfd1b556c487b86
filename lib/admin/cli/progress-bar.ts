import { performance } from '../../runtime/runtime.js';
import { count } from '../slot-list.js';
import type { Output } from './process.js';
import { cutTo } from './text-width.js';

const WIDTH = 24;
const LEAST_WIDTH = 4;
/** Time between two lines in a log, where lines stay. */
const LOG_EVERY_MS = 5_000;
const REDRAW_MS = 100;

/** How far something is. */
export interface BarProgress {
  readonly done: number;
  readonly total: number;
  /** What is counted. */
  readonly noun: string;
  /** What else there is to tell. */
  readonly more: string;
}

/** The progress of a run: one line that is redrawn on a terminal, and a line now and then in a log. */
export class ProgressBar {
  readonly #output: Output;
  readonly #now: () => number;
  readonly #startedAt: number;
  #drawnAt: number;
  #length = 0;

  constructor(output: Output, now: () => number = () => performance.now()) {
    this.#output = output;
    this.#now = now;
    this.#startedAt = now();
    this.#drawnAt = this.#startedAt;
  }

  show(progress: BarProgress): void {
    const now = this.#now();
    const isLast = progress.done === progress.total;
    if (!isLast && now - this.#drawnAt < (this.#output.isTTY === true ? REDRAW_MS : LOG_EVERY_MS)) return;
    this.#drawnAt = now;
    const { isTTY, columns = 0 } = this.#output;
    // In the last column the cursor would go on to the next line.
    const most = isTTY === true && columns > 1 ? columns - 1 : Number.POSITIVE_INFINITY;
    const line = barText(progress, now - this.#startedAt, most);
    if (isTTY !== true) {
      this.#output.write(`${line}\n`);
      return;
    }
    this.#output.write(`\r${line.padEnd(Math.min(this.#length, most))}`);
    this.#length = line.length;
  }

  /** Ends the line, so that the next text begins a new one. */
  end(): void {
    if (this.#length > 0) this.#output.write('\n');
    this.#length = 0;
  }
}

/** `[######------] 1,024 of 2,048 slots, 50 %, 10,240 keys, 12 s left`, with a shorter bar, or none, where there are few columns. */
export function barText({ done, total, noun, more }: BarProgress, elapsedMs: number, columns = Number.POSITIVE_INFINITY): string {
  const part = total === 0 ? 1 : done / total;
  const left = part === 0 || part === 1 ? '' : `, ${Math.ceil((elapsedMs / part) * (1 - part) * 0.001)} s left`;
  const text = `${done.toLocaleString('en-US')} of ${count(total, noun)}, ${Math.floor(part * 100)} %, ${more}${left}`;
  const width = Math.min(WIDTH, columns - text.length - '[] '.length);
  if (width < LEAST_WIDTH) return cutTo(text, columns);
  const full = Math.floor(part * width);
  return `[${'#'.repeat(full)}${'-'.repeat(width - full)}] ${text}`;
}
