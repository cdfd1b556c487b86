import { type Call, SETTLED } from '../../protocol/call.js';
import { keyIndexes } from '../../protocol/catalog/keys.js';
import { command } from '../../protocol/catalog/specs.js';
import type { CommandSpec } from '../../protocol/command-spec.js';
import { wordOf } from '../../routing/keys/key-prefix.js';
import { PROPAGATION_MS } from '../../routing/pubsub/propagation-delay.js';

/** A node that does not answer holds up newer calls for so long. */
const ANSWER_MS = 100;
export const SPUBLISH = command('SPUBLISH');

/** Calls of one slot that were given to a node which has lost it and are not answered, and whom they concern. */
export class HandoverBarrier {
  /** Null: all of the slot. */
  #keys: Set<string> | null = new Set();
  #last: Call | null = null;
  /** Of `#last`, before an answer that hands it back. */
  #attempts = 0;
  #lingerMs = 0;
  #notBefore = 0;
  #answeredAt = Number.POSITIVE_INFINITY;

  /** `before`: the fence that stood there. */
  constructor(
    private readonly begunAt: number,
    private before: HandoverBarrier | null = null,
  ) {
    if (before !== null) this.coverWholeSlot();
  }

  /** One more, in the order of the replies. */
  add(call: Call): void {
    // A transaction stands in line once a reply.
    if (call === this.#last) return;
    this.#last = call;
    this.#attempts = call.attempts;
    if (partsOf(call).some(({ spec }) => spec === SPUBLISH)) this.#lingerMs = PROPAGATION_MS;
    this.#addKeys(keysOf(call));
  }

  /** All of the slot wait until then. */
  holdUntil(at: number): void {
    this.#notBefore = at;
    this.coverWholeSlot();
  }

  #addKeys(keys: readonly string[] | null): void {
    if (keys === null) this.#keys = null;
    else for (const key of keys) this.#keys?.add(key);
  }

  /** Must this call wait? Then others wait for it as well. */
  blocks(call: Call): boolean {
    if (this.#keys === null) return true;
    const keys = keysOf(call);
    if (keys?.some((key) => this.#keys?.has(key)) === false) return false;
    this.#addKeys(keys);
    return true;
  }

  /** From now on all of the slot wait. */
  coverWholeSlot(): void {
    this.#keys = null;
  }

  isOver(now: number): boolean {
    if (this.before?.isOver(now) === true) this.before = null;
    return this.#isOver(now) && this.before === null;
  }

  #isOver(now: number): boolean {
    const isAnswered = this.#last === null || this.#last.state === SETTLED || this.#last.attempts !== this.#attempts;
    if (!isAnswered && now < this.begunAt + ANSWER_MS) return false;
    this.#answeredAt = Math.min(this.#answeredAt, now);
    return now >= Math.max(this.#answeredAt + this.#lingerMs, this.#notBefore);
  }
}

interface Part {
  readonly spec: CommandSpec;
  readonly args: Call['args'];
}

function partsOf({ spec, args, batch }: Call): readonly Part[] {
  return batch === null ? [{ spec, args }] : batch.commands;
}

/** Null where they are not known: a script may be placed by hand. */
function keysOf(call: Call): readonly string[] | null {
  const keys = partsOf(call).flatMap(({ spec, args }) => keyIndexes(spec, args).map((index) => wordOf(args[index] ?? '')));
  return keys.length === 0 ? null : keys;
}
