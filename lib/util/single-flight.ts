/** One piece of work that runs once at a time: callers that come while it runs get the result of that run. */
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
