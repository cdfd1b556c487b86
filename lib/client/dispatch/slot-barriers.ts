import type { Call } from '../../protocol/call.js';
import { HandoverBarrier, SPUBLISH } from './handover-barrier.js';

interface Barrier {
  /** What decides when it opens: a moment, on the clock in ms, or a fence. */
  readonly until: number | HandoverBarrier;
  /** Sent before and refused, in the order of the replies. */
  readonly refused: Call[];
  /** Issued since. */
  readonly issued: Call[];
}

/** What is published to these slots waits, though nothing is on its way to the node that had them: what it answered may be handed on yet. */
interface PublishingHeld {
  readonly concerns: (slot: number) => boolean;
  readonly until: number;
}

/**
 * Calls of one slot that leave in the order they were issued.
 *
 * | gate | stands | who waits | opens |
 * |---|---|---|---|
 * | of refusals | while the node of the slot refuses everything (LOADING, READONLY, CLUSTERDOWN …): each refused call would come back after a jittered moment of its own and overtake the others | all of the slot | after one moment for all, and at any news |
 * | fence | since the slot went to another node while calls for it are on their way to the old one, which will refuse them: newer ones would overtake them | those with the same keys | when the last of those is answered, or after 100 ms; 50 ms later where SPUBLISH was among them |
 */
export class SlotBarriers {
  readonly #barriers = new Map<number, Barrier>();
  #publishing: readonly PublishingHeld[] = [];

  /** 0: nobody has to wait. */
  get size(): number {
    return this.#barriers.size + this.#publishing.length;
  }

  get calls(): number {
    let sum = 0;
    for (const { refused, issued } of this.#barriers.values()) sum += refused.length + issued.length;
    return sum;
  }

  /** A call that was refused. The first one of a slot decides when all of them go on. */
  refused(slot: number, call: Call, at: number): void {
    const barrier = this.#barriers.get(slot);
    if (barrier === undefined) {
      this.#barriers.set(slot, { until: at, refused: [call], issued: [] });
      return;
    }
    if (barrier.until instanceof HandoverBarrier) barrier.until.coverWholeSlot();
    barrier.refused.push(call);
  }

  raiseHandoverBarrier(slot: number, calls: readonly Call[], now: number): void {
    const { until, refused, issued } = this.#barriers.get(slot) ?? { until: now, refused: [], issued: [] };
    const barrier = new HandoverBarrier(now, until instanceof HandoverBarrier ? until : null);
    for (const call of calls) barrier.add(call);
    if (refused.length + issued.length > 0) barrier.coverWholeSlot();
    this.#barriers.set(slot, { until: barrier, refused, issued });
  }

  /** See `PublishingHeld`. Each slot that is published to gets its fence then. */
  holdPublishing(concerns: (slot: number) => boolean, until: number): void {
    this.#publishing = [...this.#publishing, { concerns, until }];
  }

  #barrierOfPublishing(slot: number, now: number): Barrier | undefined {
    const held = this.#publishing.find(({ concerns, until }) => until > now && concerns(slot));
    if (held === undefined) return undefined;
    const barrier = new HandoverBarrier(now);
    barrier.holdUntil(held.until);
    const gate: Barrier = { until: barrier, refused: [], issued: [] };
    this.#barriers.set(slot, gate);
    return gate;
  }

  /** False: it need not wait. */
  joined(slot: number, call: Call, now: number): boolean {
    const barrier = this.#barriers.get(slot) ?? (call.spec === SPUBLISH ? this.#barrierOfPublishing(slot, now) : undefined);
    if (barrier === undefined || (barrier.until instanceof HandoverBarrier && !barrier.until.blocks(call))) return false;
    // What was tried before is older than what waits here.
    (call.attempts > 0 ? barrier.refused : barrier.issued).push(call);
    return true;
  }

  /** Keeps only those that `keep` says. */
  sift(keep: (call: Call) => boolean): void {
    for (const [slot, barrier] of this.#barriers) {
      this.#barriers.set(slot, { ...barrier, refused: barrier.refused.filter(keep), issued: barrier.issued.filter(keep) });
    }
  }

  /** Opens the gates whose time has come, and gives their calls in order. */
  open(now: number): Call[] {
    if (this.#publishing.length > 0) this.#publishing = this.#publishing.filter(({ until }) => until > now);
    return this.#openThose(({ until }) => (until instanceof HandoverBarrier ? until.isOver(now) : until <= now));
  }

  /** Opens all but fences. */
  openRefused(): Call[] {
    return this.#openThose(({ until }) => !(until instanceof HandoverBarrier));
  }

  #openThose(choose: (gate: Barrier) => boolean): Call[] {
    const calls: Call[] = [];
    for (const [slot, barrier] of this.#barriers) {
      if (!choose(barrier)) continue;
      this.#barriers.delete(slot);
      for (const call of barrier.refused) calls.push(call);
      for (const call of barrier.issued) calls.push(call);
    }
    return calls;
  }
}
