import { DeadlineQueue } from '../../connection/deadline-queue.js';
import { releaseUsage, timeoutError, timeSpent } from '../../connection/deadlines.js';
import type { SlotwiseError, TimeoutError } from '../../errors.js';
import { type Call, SETTLED } from '../../protocol/call.js';
import { clock, type Holder } from '../../util/clock.js';
import { type Handover, keepsOrder, SlotBarriers } from './slot-barriers.js';

/** Between two looks whether a call without a place in an order need wait any longer, in ms. */
const LOOK_MS = 10;

/** Why no node can take a call, as far as it is known, and the failure behind that: the first one of a call that ends here. */
interface WhyWaiting {
  errorOf(call: Call): SlotwiseError | null;
  reasonOf(call: Call): string | null;
}

/**
 * Calls that no node can take at the moment. Some wait for a change of the topology (another snapshot, a node that can be reached again),
 * some for a moment of backoff, some behind the barrier of their slot. Each kind leaves in the order the calls came, so that commands to
 * one key keep theirs.
 */
export class PendingCalls implements Holder {
  readonly #dispatch: (call: Call) => void;
  readonly #why: WhyWaiting;
  readonly #owedSlots: () => ReadonlySet<number>;
  readonly barriers = new SlotBarriers();
  readonly #timeoutOf = (call: Call): TimeoutError => {
    const error = this.#why.errorOf(call);
    const reason = this.#why.reasonOf(call);
    if (error !== null) call.remember(error);
    const where = reason === null ? 'no node to send it to' : `no node to send it to: ${reason}`;
    return timeoutError(call, `${where}${timeSpent(call, {})}`);
  };
  #awaitingTopology = new DeadlineQueue(this.#timeoutOf);
  #backingOff: { readonly call: Call; readonly at: number; readonly go: (call: Call) => void }[] = [];

  /** `owedSlots`: see `owedSlots`. */
  constructor(dispatch: (call: Call) => void, why: WhyWaiting, owedSlots: () => ReadonlySet<number>) {
    this.#dispatch = dispatch;
    this.#why = why;
    this.#owedSlots = owedSlots;
  }

  get size(): number {
    return this.#awaitingTopology.length + this.#backingOff.length + this.barriers.calls;
  }

  /** Calls wait for a change of the topology. */
  get isAwaitingTopology(): boolean {
    return this.#awaitingTopology.length > 0;
  }

  awaitTopology(call: Call): void {
    clock.watch(this);
    this.#awaitingTopology.push(call, clock.now());
  }

  /** Has a call wait for some ms, then runs `go`, unless the call is settled by then. Default: it is dispatched. */
  waitFor(call: Call, ms: number, go: (call: Call) => void = this.#dispatch): void {
    clock.watch(this);
    this.#backingOff.push({ call, at: clock.now() + ms, go });
  }

  /** Has a call wait that was refused by a node that refuses everything, or all writes, together with the others of its slot. */
  waitForSlot(slot: number, call: Call, ms: number, waiting: 'writes' | 'all'): void {
    clock.watch(this);
    this.barriers.holdRefused(slot, call, clock.now() + ms, waiting);
  }

  /** Has a call for a primary wait that is none, by its own word, for so many ms at most, or until it changes. False: 0, it need not wait. */
  hold(slot: number, call: Call, ms: number): boolean {
    if (ms === 0) return false;
    if (keepsOrder(call, slot)) this.waitForSlot(slot, call, ms, 'all');
    else this.waitFor(call, Math.min(ms, LOOK_MS));
    return true;
  }

  /** Slots may have left nodes that hold calls of them: newer calls wait behind those. */
  raiseBarriers(handover: Handover): void {
    this.barriers.raise(handover, clock.now());
    if (this.barriers.size > 0) clock.watch(this);
  }

  /** The topology has changed: dispatches the calls that wait for that, and those that wait behind a barrier of refusals. */
  topologyChanged(): void {
    for (const call of this.barriers.openRefused(clock.now(), this.#owedSlots)) this.#release(call);
    const calls = this.#awaitingTopology;
    this.#awaitingTopology = new DeadlineQueue(this.#timeoutOf);
    for (let call = calls.shift(); call !== null; call = calls.shift()) this.#dispatch(call);
  }

  /** Takes all calls, for a client that ends. */
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
      for (const call of this.barriers.open(now, this.#owedSlots)) this.#dispatch(call);
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

  /** Whether the call still waits. A call that is overdue is rejected, one that is settled is counted no more. */
  #keep(call: Call, now: number): boolean {
    if (call.state !== SETTLED && call.isDue(now)) call.fail(this.#timeoutOf(call));
    if (call.state !== SETTLED) return true;
    releaseUsage(call);
    return false;
  }
}
