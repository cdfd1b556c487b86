import { type Call, WRITTEN } from '../protocol/command.js';

interface Gate {
  /** On the clock, in ms: opens then. */
  readonly at: number;
  /** Opens before that, once this is over; null: at its time. */
  readonly behind: Behind | null;
  /** Sent before and refused, in the order of the replies. */
  readonly refused: Call[];
  /** Issued since. */
  readonly issued: Call[];
}

/** A call that is on its way to a node, and what comes after its answer. */
class Behind {
  readonly #call: Call;
  readonly #attempts: number;
  readonly #lingerMs: number;
  #answeredAt = Number.POSITIVE_INFINITY;

  constructor(call: Call, lingerMs: number) {
    this.#call = call;
    this.#attempts = call.attempts;
    this.#lingerMs = lingerMs;
  }

  isOver(now: number): boolean {
    const { state, attempts } = this.#call;
    // Neither settled nor handed back.
    if (state === WRITTEN && attempts === this.#attempts) return false;
    this.#answeredAt = Math.min(this.#answeredAt, now);
    return now >= this.#answeredAt + this.#lingerMs;
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

  /** Until `lingerMs` after `last` is answered, and not after `at`. */
  fence(slot: number, last: Call, lingerMs: number, at: number): void {
    const { refused = [], issued = [] } = this.#gates.get(slot) ?? {};
    this.#gates.set(slot, { at, behind: new Behind(last, lingerMs), refused, issued });
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
    return this.#openThose(({ at, behind }) => at <= now || behind?.isOver(now) === true);
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
