import Denque from 'denque';
import type { TimeoutError } from '../errors.js';
import { type Call, NO_DEADLINE, SETTLED } from '../protocol/call.js';
import { expire, releaseUsage } from './deadlines.js';

/** How often settled calls are removed from the queue, in ms; until then they count against `queue.maxCommands`. */
const SWEEP_MS = 100;

/** First-come-first-served queue of calls that wait for a connection or a node, each until its deadline. */
export class DeadlineQueue {
  #calls = new Denque<Call>();
  /** When each of the calls came, on the clock in ms; empty without `maxWaitMs`. */
  #pushedAt = new Denque<number>();
  /** No call is due before this. */
  #earliestDeadline = Number.POSITIVE_INFINITY;
  #sweptAt = 0;

  constructor(
    private readonly timeoutOf: (call: Call) => TimeoutError,
    /** Longest time in the queue, in ms; 0: until the call's own deadline. */
    private readonly maxWaitMs = 0,
  ) {}

  get length(): number {
    return this.#calls.length;
  }

  push(call: Call, now: number): void {
    if (call.deadline < this.#earliestDeadline && call.deadline !== NO_DEADLINE) this.#earliestDeadline = call.deadline;
    if (this.maxWaitMs > 0) this.#pushedAt.push(now);
    this.#calls.push(call);
  }

  /** The next call that is not settled. */
  shift(): Call | null {
    for (let call = this.#take(); call !== undefined; call = this.#take()) {
      if (call.state !== SETTLED) return call;
      releaseUsage(call);
    }
    return null;
  }

  /** All calls that are not settled, in order. */
  takeAll(): Call[] {
    const calls: Call[] = [];
    for (let call = this.shift(); call !== null; call = this.shift()) calls.push(call);
    return calls;
  }

  /** Rejects the overdue calls and removes the settled ones. */
  tick(now: number): void {
    this.#endLongestWaits(now);
    // A denque keeps the array of its greatest length: an empty queue begins again with a small one.
    if (this.#calls.length === 0) {
      this.#calls = new Denque();
      this.#pushedAt = new Denque();
    } else if (now >= Math.min(this.#earliestDeadline, this.#sweptAt + SWEEP_MS)) {
      this.#sweptAt = now;
      this.#earliestDeadline = expire(this.#calls, now, (call) => call.fail(this.timeoutOf(call)));
      this.#removeSettled();
    }
  }

  #take(): Call | undefined {
    this.#pushedAt.shift();
    return this.#calls.shift();
  }

  /** All calls may wait equally long, so the first to reach the limit is the head. */
  #endLongestWaits(now: number): void {
    for (;;) {
      const pushedAt = this.#pushedAt.peekFront();
      if (pushedAt === undefined || now < pushedAt + this.maxWaitMs) return;
      const call = this.#take();
      if (call === undefined) return;
      if (call.state !== SETTLED) call.fail(this.timeoutOf(call));
      releaseUsage(call);
    }
  }

  /** A hundred thousand calls may wait for seconds: nothing is copied while none of them is settled. */
  #removeSettled(): void {
    if (!this.#hasSettled()) return;
    const calls = this.#calls;
    const pushedAt = this.#pushedAt;
    this.#calls = new Denque();
    this.#pushedAt = new Denque();
    for (let call = calls.shift(); call !== undefined; call = calls.shift()) {
      const at = pushedAt.shift();
      if (call.state === SETTLED) releaseUsage(call);
      else {
        this.#calls.push(call);
        if (at !== undefined) this.#pushedAt.push(at);
      }
    }
  }

  #hasSettled(): boolean {
    for (let index = 0; index < this.#calls.length; index++) if (this.#calls.peekAt(index)?.state === SETTLED) return true;
    return false;
  }
}
