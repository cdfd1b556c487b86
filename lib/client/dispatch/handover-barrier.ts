import { type Call, SETTLED } from '../../protocol/call.js';
import { keyIndexes } from '../../protocol/catalog/keys.js';
import { command } from '../../protocol/catalog/specs.js';
import type { Arg, CommandSpec } from '../../protocol/command-spec.js';
import { argText } from '../../protocol/resp/text.js';
import { PROPAGATION_MS } from '../../routing/pubsub/propagation-delay.js';

/** A node that does not answer holds up newer calls for so long, in ms. */
const MAX_WAIT_MS = 100;
export const SPUBLISH = command('SPUBLISH');

/**
 * Barrier of one slot that has left its node: blocks newer calls with the keys of those that the old node holds, until the node has
 * answered.
 */
export class HandoverBarrier {
  /** Keys that are blocked; null: all of the slot. */
  #keys: Set<string> | null = new Set();
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
    this.#blockKeys(callKeys(call));
  }

  /** Blocks all of the slot, until then at least. */
  holdUntil(at: number): void {
    this.#notBefore = at;
    this.coverWholeSlot();
  }

  #blockKeys(keys: readonly string[] | null): void {
    if (keys === null) this.#keys = null;
    else for (const key of keys) this.#keys?.add(key);
  }

  /** Whether the call must wait. If so, later calls with one of its keys must wait for it as well. */
  blocks(call: Call): boolean {
    if (this.#keys === null) return true;
    const keys = callKeys(call);
    if (keys?.some((key) => this.#keys?.has(key)) === false) return false;
    this.#blockKeys(keys);
    return true;
  }

  coverWholeSlot(): void {
    this.#keys = null;
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

function commandsOf({ spec, args, batch }: Call): readonly { readonly spec: CommandSpec; readonly args: readonly Arg[] }[] {
  return batch === null ? [{ spec, args }] : batch.commands;
}

/** Keys of a call as text; null: they are not known, as of a script that is placed by hand. */
function callKeys(call: Call): readonly string[] | null {
  const keys = commandsOf(call).flatMap(({ spec, args }) => keyIndexes(spec, args).map((index) => argText(args[index] ?? '')));
  return keys.length === 0 ? null : keys;
}
