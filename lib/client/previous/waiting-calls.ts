import { releaseUsage, timeoutError, timeSpent } from '../../connection/deadlines.js';
import type { SlotwiseError } from '../../errors.js';
import { type Call, SETTLED } from '../../protocol/call.js';
import { clock, type Holder } from '../../util/clock.js';

/** A call that waits, and what lets go of it. */
export interface WaitingCall {
  readonly call: Call;
  /** Another call, which is on its way for this one, ends at its deadline. */
  isDueElsewhere(): boolean;
  /** Why it still waits, as far as it is known. */
  cause(): SlotwiseError | null;
  /** The call is settled: nobody waits for it any more. */
  over(): void;
}

/** Calls that wait for something about their keys: each until its deadline, and counted until then. */
export class WaitingCalls implements Holder {
  readonly #waiting = new Set<WaitingCall>();

  /** `reason`: what they wait for, for the error at their deadline. */
  constructor(private readonly reason: string) {}

  get size(): number {
    return this.#waiting.size;
  }

  add(waiting: WaitingCall): void {
    this.#waiting.add(waiting);
    clock.watch(this);
  }

  /** Takes a call out. False: it is not there, or settled and let go of. */
  take(waiting: WaitingCall): boolean {
    if (!this.#waiting.delete(waiting)) return false;
    if (waiting.call.state !== SETTLED) return true;
    letGo(waiting);
    return false;
  }

  tick(now: number): boolean {
    for (const waiting of this.#waiting) {
      const { call } = waiting;
      if (call.state !== SETTLED && call.isDue(now) && !waiting.isDueElsewhere()) call.fail(this.#timeoutOf(waiting));
      if (call.state === SETTLED) this.take(waiting);
    }
    return this.#waiting.size > 0;
  }

  /** Rejects all, before it lets go of any: what waited behind another must not go on. */
  rejectAll(errorOf: (call: Call) => SlotwiseError): void {
    for (const { call } of this.#waiting) call.fail(errorOf(call));
    for (const waiting of this.#waiting) this.take(waiting);
  }

  #timeoutOf(waiting: WaitingCall): SlotwiseError {
    const { call } = waiting;
    const cause = waiting.cause();
    if (cause !== null) call.remember(cause);
    return timeoutError(call, `${this.reason}${timeSpent(call, {})}`);
  }
}

function letGo(waiting: WaitingCall): void {
  releaseUsage(waiting.call);
  waiting.over();
}
