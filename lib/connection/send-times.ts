import Denque from 'denque';

/** Times at which calls were written on a connection, as of the ticks of the clock: nothing is measured for a command. */
export class SendTimes {
  /** How many calls had been written by a tick, for the ticks by which there were more. */
  readonly #marks = new Denque<{ readonly at: number; readonly written: number }>();

  /** Every tick: so many calls have been written, and the first of them are answered. */
  mark(at: number, written: number, answered: number): void {
    while ((this.#marks.peekFront()?.written ?? Number.POSITIVE_INFINITY) <= answered) this.#marks.shift();
    if ((this.#marks.peekBack()?.written ?? answered) < written) this.#marks.push({ at, written });
  }

  /** The tick by which the call with this number was written, counting from 0; null: none was since. */
  of(number: number): number | null {
    for (let i = 0; i < this.#marks.length; i++) {
      const mark = this.#marks.peekAt(i);
      if (mark !== undefined && mark.written > number) return mark.at;
    }
    return null;
  }
}
