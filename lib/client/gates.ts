import type { Call } from '../protocol/command.js';
import type { Fence } from './fence.js';

interface Gate {
  /** On the clock, in ms: opens then. */
  readonly at: number;
  /** Opens before that, once this is over; null: a gate of refusals. */
  readonly fence: Fence | null;
  /** Sent before and refused, in the order of the replies. */
  readonly refused: Call[];
  /** Issued since. */
  readonly issued: Call[];
}

/**
 * Calls of one slot that leave in the order they were issued.
 *
 * | gate | stands | who waits | opens |
 * |---|---|---|---|
 * | of refusals | while the node of the slot refuses everything (LOADING, READONLY, CLUSTERDOWN …): each refused call would come back after a jittered moment of its own and overtake the others | all of the slot | after one moment for all, and at any news |
 * | fence | since the slot went to another node while calls for it are on their way to the old one, which will refuse them: newer ones would overtake them | those with the same keys | when the last of those is answered, or after a time |
 */
export class Gates {
  readonly #gates = new Map<number, Gate>();

  get size(): number {
    return this.#gates.size;
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
      this.#gates.set(slot, { at, fence: null, refused: [call], issued: [] });
      return;
    }
    gate.fence?.widen();
    gate.refused.push(call);
  }

  /** Until it is over, and not after `at`. */
  fence(slot: number, fence: Fence, at: number): void {
    const before = this.#gates.get(slot);
    if (before !== undefined) fence.widen();
    this.#gates.set(slot, { at, fence, refused: before?.refused ?? [], issued: before?.issued ?? [] });
  }

  /** False: it need not wait. */
  joined(slot: number, call: Call): boolean {
    const gate = this.#gates.get(slot);
    if (gate === undefined || gate.fence?.concerns(call) === false) return false;
    gate.issued.push(call);
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
    return this.#openThose(({ at, fence }) => at <= now || fence?.isOver(now) === true);
  }

  /** Opens all but fences. */
  openRefused(): Call[] {
    return this.#openThose(({ fence }) => fence === null);
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
