import type { Call } from '../../protocol/command-spec.js';
import { Fence, SPUBLISH } from './handover-barrier.js';

interface Gate {
  /** What decides when it opens: a moment, on the clock in ms, or a fence. */
  readonly until: number | Fence;
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
export class Gates {
  readonly #gates = new Map<number, Gate>();
  #publishing: readonly PublishingHeld[] = [];

  /** 0: nobody has to wait. */
  get size(): number {
    return this.#gates.size + this.#publishing.length;
  }

  get calls(): number {
    let sum = 0;
    for (const { refused, issued } of this.#gates.values()) sum += refused.length + issued.length;
    return sum;
  }

  /** A call that was refused. The first one of a slot decides when all of them go on. */
  refused(slot: number, call: Call, at: number): void {
    const gate = this.#gates.get(slot);
    if (gate === undefined) {
      this.#gates.set(slot, { until: at, refused: [call], issued: [] });
      return;
    }
    if (gate.until instanceof Fence) gate.until.widen();
    gate.refused.push(call);
  }

  fence(slot: number, calls: readonly Call[], now: number): void {
    const { until, refused, issued } = this.#gates.get(slot) ?? { until: now, refused: [], issued: [] };
    const fence = new Fence(now, until instanceof Fence ? until : null);
    for (const call of calls) fence.add(call);
    if (refused.length + issued.length > 0) fence.widen();
    this.#gates.set(slot, { until: fence, refused, issued });
  }

  /** See `PublishingHeld`. Each slot that is published to gets its fence then. */
  holdPublishing(concerns: (slot: number) => boolean, until: number): void {
    this.#publishing = [...this.#publishing, { concerns, until }];
  }

  #fenceOfPublishing(slot: number, now: number): Gate | undefined {
    const held = this.#publishing.find(({ concerns, until }) => until > now && concerns(slot));
    if (held === undefined) return undefined;
    const fence = new Fence(now);
    fence.standUntil(held.until);
    const gate: Gate = { until: fence, refused: [], issued: [] };
    this.#gates.set(slot, gate);
    return gate;
  }

  /** False: it need not wait. */
  joined(slot: number, call: Call, now: number): boolean {
    const gate = this.#gates.get(slot) ?? (call.spec === SPUBLISH ? this.#fenceOfPublishing(slot, now) : undefined);
    if (gate === undefined || (gate.until instanceof Fence && !gate.until.concerns(call))) return false;
    // What was tried before is older than what waits here.
    (call.attempts > 0 ? gate.refused : gate.issued).push(call);
    return true;
  }

  /** Keeps only those that `keep` says. */
  sift(keep: (call: Call) => boolean): void {
    for (const [slot, gate] of this.#gates) {
      this.#gates.set(slot, { ...gate, refused: gate.refused.filter(keep), issued: gate.issued.filter(keep) });
    }
  }

  /** Opens the gates whose time has come, and gives their calls in order. */
  open(now: number): Call[] {
    if (this.#publishing.length > 0) this.#publishing = this.#publishing.filter(({ until }) => until > now);
    return this.#openThose(({ until }) => (until instanceof Fence ? until.isOver(now) : until <= now));
  }

  /** Opens all but fences. */
  openRefused(): Call[] {
    return this.#openThose(({ until }) => !(until instanceof Fence));
  }

  #openThose(choose: (gate: Gate) => boolean): Call[] {
    const calls: Call[] = [];
    for (const [slot, gate] of this.#gates) {
      if (!choose(gate)) continue;
      this.#gates.delete(slot);
      for (const call of gate.refused) calls.push(call);
      for (const call of gate.issued) calls.push(call);
    }
    return calls;
  }
}
