import { release, timeoutOf } from '../../connection/deadlines.js';
import type { SlotwiseError } from '../../errors.js';
import { type Call, NO_DEADLINE, SETTLED } from '../../protocol/command-spec.js';
import { clock, type Holder } from '../../util/clock.js';
import { Fifo } from '../../util/queue.js';
import { Gates } from './slot-barriers.js';

/** Callers who gave up leave their room this long after, in ms. */
const SWEEP_MS = 100;

/**
 * Calls that no node can take at the moment. Some wait for news (another snapshot, a node that came up), some for a moment of backoff. Both
 * leave in the order they came, so that commands to one key keep theirs.
 */
export class WaitingRoom implements Holder {
  readonly #dispatch: (call: Call) => void;
  readonly #why: () => SlotwiseError | null;
  readonly gates = new Gates();
  #forNews = new Fifo<Call>();
  /** Nobody who waits for news is due before this. */
  #earliestDeadline = Number.POSITIVE_INFINITY;
  #sweptAt = 0;
  #forTime: { readonly call: Call; readonly at: number; readonly go: (call: Call) => void }[] = [];

  /** `why`: what is known of the reason why no node can take calls, for those that end here. */
  constructor(dispatch: (call: Call) => void, why: () => SlotwiseError | null) {
    this.#dispatch = dispatch;
    this.#why = why;
  }

  get size(): number {
    return this.#forNews.length + this.#forTime.length + this.gates.calls;
  }

  /** Somebody waits for news. */
  get isForNews(): boolean {
    return this.#forNews.length > 0;
  }

  waitForNews(call: Call): void {
    clock.watch(this);
    this.#earliestDeadline = Math.min(this.#earliestDeadline, dueAt(call));
    this.#forNews.push(call);
  }

  /** `go`: what happens after that time, if the call is not settled by then. Default: it is dispatched. */
  waitFor(call: Call, ms: number, go: (call: Call) => void = this.#dispatch): void {
    clock.watch(this);
    this.#forTime.push({ call, at: clock.now() + ms, go });
  }

  /** Refused by a node that refuses everything: those of its slot wait together. */
  waitAtGate(slot: number, call: Call, ms: number): void {
    clock.watch(this);
    this.gates.refused(slot, call, clock.now() + ms);
  }

  /** Calls of the slot wait from now on behind those with the same keys that another node has: see `Gates`. */
  fence(slot: number, calls: readonly Call[]): void {
    clock.watch(this);
    this.gates.fence(slot, calls, clock.now());
  }

  /** What is published to these slots waits until then, on the clock. */
  holdPublishing(concerns: (slot: number) => boolean, until: number): void {
    clock.watch(this);
    this.gates.holdPublishing(concerns, until);
  }

  /** Something changed: everybody who waits for news tries again, and nobody waits for a node that refuses everything. */
  news(): void {
    for (const call of this.gates.openRefused()) this.#letGo(call);
    const calls = this.#forNews;
    this.#forNews = new Fifo();
    for (let call = calls.shift(); call !== undefined; call = calls.shift()) this.#letGo(call);
  }

  /** Everybody, for a client that ends. */
  clear(): Call[] {
    const calls = [...this.gates.open(Number.POSITIVE_INFINITY), ...this.#forNews.takeAll(), ...this.#forTime.map((entry) => entry.call)];
    this.#forTime = [];
    return calls;
  }

  tick(now: number): boolean {
    if (now >= Math.min(this.#earliestDeadline, this.#sweptAt + SWEEP_MS)) {
      this.#sweptAt = now;
      this.#sweep(now);
    }
    if (this.gates.size > 0) {
      this.gates.sift((call) => this.#keep(call, now));
      for (const call of this.gates.open(now)) this.#dispatch(call);
    }
    const waiting = this.#forTime.filter(({ call }) => this.#keep(call, now));
    this.#forTime = waiting.filter(({ at }) => at > now);
    for (const { call, at, go } of waiting) if (at <= now) go(call);
    return this.size > 0 || this.gates.size > 0;
  }

  /** A hundred thousand may wait for seconds: nothing is copied while none of them goes. */
  #sweep(now: number): void {
    let earliest = Number.POSITIVE_INFINITY;
    let gone = false;
    this.#forNews.forEach((call) => {
      this.#expire(call, now);
      if (call.state === SETTLED) gone = true;
      else earliest = Math.min(earliest, dueAt(call));
    });
    this.#earliestDeadline = earliest;
    if (!gone) return;
    for (const call of this.#forNews.takeAll()) {
      if (call.state === SETTLED) release(call);
      else this.#forNews.push(call);
    }
  }

  #letGo(call: Call): void {
    if (call.state === SETTLED) release(call);
    else this.#dispatch(call);
  }

  #expire(call: Call, now: number): void {
    if (call.state === SETTLED || !call.isDue(now)) return;
    const why = this.#why();
    if (why !== null) call.remember(why);
    call.fail(timeoutOf(call, undefined));
  }

  /** False, and out of the books, for a call that is settled or overdue. */
  #keep(call: Call, now: number): boolean {
    this.#expire(call, now);
    if (call.state !== SETTLED) return true;
    release(call);
    return false;
  }
}

function dueAt(call: Call): number {
  return call.deadline === NO_DEADLINE ? Number.POSITIVE_INFINITY : call.deadline;
}
