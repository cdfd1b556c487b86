import { DeadlineQueue } from '../../connection/deadline-queue.js';
import { releaseUsage, timeoutError } from '../../connection/deadlines.js';
import type { SlotwiseError, TimeoutError } from '../../errors.js';
import { type Call, SETTLED } from '../../protocol/call.js';
import { clock, type Holder } from '../../util/clock.js';
import { SlotBarriers } from './slot-barriers.js';

/**
 * Calls that no node can take at the moment. Some wait for news (another snapshot, a node that came up), some for a moment of backoff. Both
 * leave in the order they came, so that commands to one key keep theirs.
 */
export class PendingCalls implements Holder {
  readonly #dispatch: (call: Call) => void;
  readonly #why: () => SlotwiseError | null;
  readonly barriers = new SlotBarriers();
  readonly #timeoutOf = (call: Call): TimeoutError => {
    const why = this.#why();
    if (why !== null) call.remember(why);
    return timeoutError(call, 'no node to send it to');
  };
  #awaitingTopology = new DeadlineQueue(this.#timeoutOf);
  #backingOff: { readonly call: Call; readonly at: number; readonly go: (call: Call) => void }[] = [];

  /** `why`: what is known of the reason why no node can take calls, for those that end here. */
  constructor(dispatch: (call: Call) => void, why: () => SlotwiseError | null) {
    this.#dispatch = dispatch;
    this.#why = why;
  }

  get size(): number {
    return this.#awaitingTopology.length + this.#backingOff.length + this.barriers.calls;
  }

  /** Somebody waits for news. */
  get isAwaitingTopology(): boolean {
    return this.#awaitingTopology.length > 0;
  }

  awaitTopology(call: Call): void {
    clock.watch(this);
    this.#awaitingTopology.push(call, clock.now());
  }

  /** `go`: what happens after that time, if the call is not settled by then. Default: it is dispatched. */
  waitFor(call: Call, ms: number, go: (call: Call) => void = this.#dispatch): void {
    clock.watch(this);
    this.#backingOff.push({ call, at: clock.now() + ms, go });
  }

  /** Refused by a node that refuses everything: those of its slot wait together. */
  waitForSlot(slot: number, call: Call, ms: number): void {
    clock.watch(this);
    this.barriers.refused(slot, call, clock.now() + ms);
  }

  /** Calls of the slot wait from now on behind those with the same keys that another node has: see `Gates`. */
  raiseHandoverBarrier(slot: number, calls: readonly Call[]): void {
    clock.watch(this);
    this.barriers.raiseHandoverBarrier(slot, calls, clock.now());
  }

  /** What is published to these slots waits until then, on the clock. */
  holdPublishing(concerns: (slot: number) => boolean, until: number): void {
    clock.watch(this);
    this.barriers.holdPublishing(concerns, until);
  }

  /** Something changed: everybody who waits for news tries again, and nobody waits for a node that refuses everything. */
  topologyChanged(): void {
    for (const call of this.barriers.openRefused()) this.#release(call);
    const calls = this.#awaitingTopology;
    this.#awaitingTopology = new DeadlineQueue(this.#timeoutOf);
    for (let call = calls.shift(); call !== null; call = calls.shift()) this.#dispatch(call);
  }

  /** Everybody, for a client that ends. */
  clear(): Call[] {
    const calls = [
      ...this.barriers.open(Number.POSITIVE_INFINITY),
      ...this.#awaitingTopology.takeAll(),
      ...this.#backingOff.map((entry) => entry.call),
    ];
    this.#backingOff = [];
    return calls;
  }

  tick(now: number): boolean {
    this.#awaitingTopology.tick(now);
    if (this.barriers.size > 0) {
      this.barriers.sift((call) => this.#keep(call, now));
      for (const call of this.barriers.open(now)) this.#dispatch(call);
    }
    const waiting = this.#backingOff.filter(({ call }) => this.#keep(call, now));
    this.#backingOff = waiting.filter(({ at }) => at > now);
    for (const { call, at, go } of waiting) if (at <= now) go(call);
    return this.size > 0 || this.barriers.size > 0;
  }

  #release(call: Call): void {
    if (call.state === SETTLED) releaseUsage(call);
    else this.#dispatch(call);
  }

  /** False, and out of the books, for a call that is settled or overdue. */
  #keep(call: Call, now: number): boolean {
    if (call.state !== SETTLED && call.isDue(now)) call.fail(this.#timeoutOf(call));
    if (call.state !== SETTLED) return true;
    releaseUsage(call);
    return false;
  }
}
