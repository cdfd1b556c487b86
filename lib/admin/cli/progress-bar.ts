import type { Progress } from '../run/run-error.js';
import { count } from '../slot-list.js';
import type { Output } from './process.js';

const WIDTH = 24;
/** Time between two lines in a log, where lines stay. */
const LOG_EVERY_MS = 5_000;
const REDRAW_MS = 100;

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

  show(progress: Progress): void {
    const now = this.#now();
    const isLast = progress.slots === progress.totalSlots;
    if (!isLast && now - this.#drawnAt < (this.#output.isTTY === true ? REDRAW_MS : LOG_EVERY_MS)) return;
    this.#drawnAt = now;
    const line = barText(progress, now - this.#startedAt);
    if (this.#output.isTTY !== true) {
      this.#output.write(`${line}\n`);
      return;
    }
    this.#output.write(`\r${line.padEnd(this.#length)}`);
    this.#length = line.length;
  }

  /** Ends the line, so that the next text begins a new one. */
  end(): void {
    if (this.#length > 0) this.#output.write('\n');
    this.#length = 0;
  }
}

/** `[######------] 1,024 of 2,048 slots, 50 %, 10,240 keys, 12 s left` */
export function barText({ slots, totalSlots, keys }: Progress, elapsedMs: number): string {
  const part = totalSlots === 0 ? 1 : slots / totalSlots;
  const full = Math.floor(part * WIDTH);
  const left = part === 0 || part === 1 ? '' : `, ${Math.ceil((elapsedMs / part) * (1 - part) * 0.001)} s left`;
  const bar = `[${'#'.repeat(full)}${'-'.repeat(WIDTH - full)}]`;
  return `${bar} ${slots.toLocaleString('en-US')} of ${count(totalSlots, 'slot')}, ${Math.floor(part * 100)} %, ${count(keys, 'key')}${left}`;
}
