import { release, timeoutOf } from '../connection/connection.js';
import { type Call, NO_DEADLINE, SETTLED } from '../protocol/command.js';
import { clock, type Holder } from '../util/clock.js';

/**
 * Calls that no node can take at the moment. Some wait for news (another snapshot, a node that came up), some for a moment of backoff. Both
 * leave in the order they came, so that commands to one key keep theirs.
 */
export class WaitingRoom implements Holder {
  readonly #dispatch: (call: Call) => void;
  #forNews: Call[] = [];
  /** Nobody who waits for news is due before this. */
  #earliestDeadline = Number.POSITIVE_INFINITY;
  #forTime: { readonly call: Call; readonly at: number }[] = [];

  constructor(dispatch: (call: Call) => void) {
    this.#dispatch = dispatch;
  }

  get size(): number {
    return this.#forNews.length + this.#forTime.length;
  }

  waitForNews(call: Call): void {
    clock.watch(this);
    this.#earliestDeadline = Math.min(this.#earliestDeadline, dueAt(call));
    this.#forNews.push(call);
  }

  waitFor(call: Call, ms: number): void {
    clock.watch(this);
    this.#forTime.push({ call, at: clock.now() + ms });
  }

  /** Something changed: everybody who waits for news tries again. */
  news(): void {
    const calls = this.#forNews;
    this.#forNews = [];
    for (const call of calls) this.#letGo(call);
  }

  /** Everybody, for a client that ends. */
  clear(): Call[] {
    const calls = [...this.#forNews, ...this.#forTime.map((entry) => entry.call)];
    this.#forNews = [];
    this.#forTime = [];
    return calls;
  }

  tick(now: number): boolean {
    if (now >= this.#earliestDeadline) {
      this.#forNews = this.#forNews.filter((call) => this.#keep(call, now));
      this.#earliestDeadline = this.#forNews.reduce((earliest, call) => Math.min(earliest, dueAt(call)), Number.POSITIVE_INFINITY);
    }
    const due: Call[] = [];
    this.#forTime = this.#forTime.filter(({ call, at }) => {
      if (!this.#keep(call, now)) return false;
      if (at > now) return true;
      due.push(call);
      return false;
    });
    for (const call of due) this.#dispatch(call);
    return this.size > 0;
  }

  #letGo(call: Call): void {
    if (call.state === SETTLED) release(call);
    else this.#dispatch(call);
  }

  /** False, and out of the books, for a call that is settled or overdue. */
  #keep(call: Call, now: number): boolean {
    if (call.isDue(now)) call.fail(timeoutOf(call, undefined));
    if (call.state !== SETTLED) return true;
    release(call);
    return false;
  }
}

function dueAt(call: Call): number {
  return call.deadline === NO_DEADLINE ? Number.POSITIVE_INFINITY : call.deadline;
}
