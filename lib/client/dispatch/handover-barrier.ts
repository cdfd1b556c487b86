import { BlockedKeys, commandsOf } from '../../protocol/blocked-keys.js';
import { type Call, SETTLED } from '../../protocol/call.js';
import { command } from '../../protocol/catalog/specs.js';
import { PROPAGATION_MS } from '../../routing/pubsub/propagation-delay.js';

/** A node that does not answer holds up newer calls for so long, in ms. */
const MAX_WAIT_MS = 100;
export const SPUBLISH = command('SPUBLISH');

/**
 * Barrier of one slot that has left its node: blocks newer calls with the keys of those that the old node holds, until the node has
 * answered.
 */
export class HandoverBarrier {
  readonly #keys = new BlockedKeys();
  /** The newest call that the old node holds. */
  #last: Call | null = null;
  /** `#last.attempts` when the barrier was set up. A higher value means the old node refused it and it was queued again. */
  #attempts = 0;
  #lingerMs = 0;
  #notBefore = 0;
  #answeredAt = Number.POSITIVE_INFINITY;

  /** `before`: the barrier that stood there. */
  constructor(
    private readonly raisedAt: number,
    private before: HandoverBarrier | null = null,
  ) {
    if (before !== null) this.coverWholeSlot();
  }

  /** Adds a call that the old node holds; the calls come in the order of the replies. */
  add(call: Call): void {
    // A transaction occurs once per queued command in the in-flight queue; count it once.
    if (call === this.#last) return;
    this.#last = call;
    this.#attempts = call.attempts;
    if (commandsOf(call).some(({ spec }) => spec === SPUBLISH)) this.#lingerMs = PROPAGATION_MS;
    this.#keys.add(call);
  }

  /** Blocks all of the slot, until then at least. */
  holdUntil(at: number): void {
    this.#notBefore = at;
    this.coverWholeSlot();
  }

  /** Whether the call must wait. If so, later calls with one of its keys must wait for it as well. */
  blocks(call: Call): boolean {
    return this.#keys.blocks(call);
  }

  coverWholeSlot(): void {
    this.#keys.coverWholeSlot();
  }

  isOver(now: number): boolean {
    if (this.before?.isOver(now) === true) this.before = null;
    return this.#isOver(now) && this.before === null;
  }

  #isOver(now: number): boolean {
    const isAnswered = this.#last === null || this.#last.state === SETTLED || this.#last.attempts !== this.#attempts;
    if (!isAnswered && now < this.raisedAt + MAX_WAIT_MS) return false;
    this.#answeredAt = Math.min(this.#answeredAt, now);
    return now >= Math.max(this.#answeredAt + this.#lingerMs, this.#notBefore);
  }
}
