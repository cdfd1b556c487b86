import { type Call, WRITTEN } from '../protocol/command.js';

interface Gate {
  /** On the clock, in ms: opens then. */
  readonly at: number;
  /** Opens as soon as this call is answered; null: at its time. */
  readonly behind: Behind | null;
  /** Sent before and refused, in the order of the replies. */
  readonly refused: Call[];
  /** Issued since. */
  readonly issued: Call[];
}

/** A call that was sent to a node, and is not answered as long as it is neither settled nor has been handed back. */
class Behind {
  readonly #call: Call;
  readonly #attempts: number;

  constructor(call: Call) {
    this.#call = call;
    this.#attempts = call.attempts;
  }

  get answered(): boolean {
    return this.#call.state !== WRITTEN || this.#call.attempts !== this.#attempts;
  }
}

/**
 * Calls of one slot that leave in the order they were issued.
 *
 * | gate | stands | opens |
 * |---|---|---|
 * | of refusals | while the node of the slot refuses everything (LOADING, READONLY, CLUSTERDOWN …): each refused call would come back after a jittered moment of its own and overtake the others | after one moment for all, and at any news |
 * | fence | since the slot went to another node while calls for it are on their way to the old one, which will refuse them: newer ones would overtake them | when the last of those is answered, or after a time |
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
    if (gate === undefined) this.#gates.set(slot, { at, behind: null, refused: [call], issued: [] });
    else gate.refused.push(call);
  }

  /** Until `last` is answered, and not after `at`. */
  fence(slot: number, last: Call, at: number): void {
    const { refused = [], issued = [] } = this.#gates.get(slot) ?? {};
    this.#gates.set(slot, { at, behind: new Behind(last), refused, issued });
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
    for (const [slot, gate] of this.#gates) {
      this.#gates.set(slot, { ...gate, refused: gate.refused.filter(keep), issued: gate.issued.filter(keep) });
    }
  }

  /** Opens the gates whose time has come, and gives their calls in order. */
  open(now: number): Call[] {
    return this.#openThose(({ at, behind }) => at <= now || behind?.answered === true);
  }

  /** Opens all but fences. */
  openRefused(): Call[] {
    return this.#openThose(({ behind }) => behind === null);
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
