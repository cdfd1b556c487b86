import { releaseUsage } from '../connection/deadlines.js';
import type { TimeoutError } from '../errors.js';
import { type Call, NO_DEADLINE, SETTLED } from '../protocol/call.js';
import { Fifo } from '../util/queue.js';

/** Callers who gave up leave their place this long after, in ms, or when it is their turn. */
const SWEEP_MS = 100;

interface Waiting {
  readonly call: Call;
  readonly dueAt: number;
}

/** Calls that wait for a connection of their own, first come first served, each until its deadline. */
export class WaitQueue {
  readonly #queue = new Fifo<Waiting>();
  #sweptAt = 0;
  /** Nobody is due before this. */
  #earliest = Number.POSITIVE_INFINITY;

  constructor(
    /** Longest time in the queue, in ms; 0: until the call's own deadline. */
    private readonly maxWaitMs: number,
    private readonly timeoutOf: (call: Call) => TimeoutError,
  ) {}

  get length(): number {
    return this.#queue.length;
  }

  push(call: Call, now: number): void {
    const own = call.deadline === NO_DEADLINE ? Number.POSITIVE_INFINITY : call.deadline;
    const dueAt = this.maxWaitMs === 0 ? own : Math.min(own, now + this.maxWaitMs);
    this.#earliest = Math.min(this.#earliest, dueAt);
    this.#queue.push({ call, dueAt });
  }

  /** The next who still waits. */
  shift(): Call | null {
    for (;;) {
      const next = this.#queue.shift();
      if (next === undefined) return null;
      if (next.call.state !== SETTLED) return next.call;
      releaseUsage(next.call);
    }
  }

  /** Everybody who still waits. */
  takeAll(): Call[] {
    const calls: Call[] = [];
    for (let call = this.shift(); call !== null; call = this.shift()) calls.push(call);
    return calls;
  }

  tick(now: number): void {
    if (this.#queue.length === 0 || now < Math.min(this.#earliest, this.#sweptAt + SWEEP_MS)) return;
    this.#sweptAt = now;
    this.#earliest = Number.POSITIVE_INFINITY;
    for (const waiting of this.#queue.takeAll()) {
      if (waiting.dueAt <= now) waiting.call.fail(this.timeoutOf(waiting.call));
      if (waiting.call.state === SETTLED) releaseUsage(waiting.call);
      else {
        this.#queue.push(waiting);
        this.#earliest = Math.min(this.#earliest, waiting.dueAt);
      }
    }
  }
}
