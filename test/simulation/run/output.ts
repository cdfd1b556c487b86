/** Where a run says how it goes. */
export interface Output {
  line(text?: string): void;
  /** Shown in place of the one before, on a terminal only; '' takes it away. */
  progress(text: string): void;
}

export class Terminal implements Output {
  #width = 0;

  line(text = ''): void {
    this.progress('');
    console.log(text);
  }

  progress(text: string): void {
    if (!process.stdout.isTTY || (text === '' && this.#width === 0)) return;
    process.stdout.write(`\r${text.padEnd(this.#width)}${text === '' ? '\r' : ''}`);
    this.#width = text.length;
  }
}
