import type { Call } from '../protocol/command.js';

interface Gate {
  /** On the clock, in ms. */
  readonly at: number;
  /** Sent before and refused, in the order of the replies. */
  readonly refused: Call[];
  /** Issued since. */
  readonly issued: Call[];
}

/**
 * Calls of one slot, while the node that has it refuses everything (LOADING, READONLY, CLUSTERDOWN …): each refused call would come back after a
 * jittered moment of its own and overtake the others, so all of a slot wait for one moment and leave in the order they were issued.
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
    if (gate === undefined) this.#gates.set(slot, { at, refused: [call], issued: [] });
    else gate.refused.push(call);
  }

  /** False: nobody waits there. */
  joined(slot: number, call: Call): boolean {
    const gate = this.#gates.get(slot);
    if (gate === undefined) return false;
    gate.issued.push(call);
    return true;
  }

  /** Keeps only those that `keep` says. */
  sift(keep: (call: Call) => boolean): void {
    for (const [slot, { at, refused, issued }] of this.#gates) {
      this.#gates.set(slot, { at, refused: refused.filter(keep), issued: issued.filter(keep) });
    }
  }

  /** Opens the gates whose time has come, and gives their calls in order. */
  open(now: number): Call[] {
    const calls: Call[] = [];
    for (const [slot, { at, refused, issued }] of this.#gates) {
      if (at > now) continue;
      this.#gates.delete(slot);
      for (const call of refused) calls.push(call);
      for (const call of issued) calls.push(call);
    }
    return calls;
  }
}
