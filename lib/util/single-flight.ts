/** Runs one piece of work at a time: who asks while it runs gets the result of that run. */
export class SingleFlight<T> {
  readonly #work: () => Promise<T>;
  #running: Promise<T> | null = null;

  constructor(work: () => Promise<T>) {
    this.#work = work;
  }

  get running(): boolean {
    return this.#running !== null;
  }

  run(): Promise<T> {
    if (this.#running !== null) return this.#running;
    const running = this.#work().finally(() => {
      this.#running = null;
    });
    this.#running = running;
    return running;
  }
}
