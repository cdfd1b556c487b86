import { type Call, WRITTEN } from '../protocol/command.js';
import { keyIndexes } from '../protocol/keys.js';
import { wordOf } from '../routing/key-prefix.js';

/** Calls of one slot that are on their way to a node which has lost it, and whom they concern. */
export class Fence {
  /** Null: all of the slot. */
  #keys: Set<string> | null = new Set();
  #last: Call | null = null;
  /** Of `#last`, before an answer that hands it back. */
  #attempts = 0;
  #answeredAt = Number.POSITIVE_INFINITY;

  /** `lingerMs`: how long what a call does may come after its answer. */
  constructor(private readonly lingerMs: number) {}

  /** One more that is not answered; in the order of the replies. */
  add(call: Call): void {
    this.#last = call;
    this.#attempts = call.attempts;
    this.#addKeys(keysOf(call));
  }

  #addKeys(keys: readonly string[] | null): void {
    if (keys === null) this.#keys = null;
    else for (const key of keys) this.#keys?.add(key);
  }

  /** Must this call wait? Then others wait for it as well. */
  concerns(call: Call): boolean {
    if (this.#keys === null) return true;
    const keys = keysOf(call);
    if (keys?.some((key) => this.#keys?.has(key)) === false) return false;
    this.#addKeys(keys);
    return true;
  }

  /** From now on all of the slot wait. */
  widen(): void {
    this.#keys = null;
  }

  isOver(now: number): boolean {
    // Neither settled nor handed back.
    if (this.#last?.state === WRITTEN && this.#last.attempts === this.#attempts) return false;
    this.#answeredAt = Math.min(this.#answeredAt, now);
    return now >= this.#answeredAt + this.lingerMs;
  }
}

/** Null where they are not known: a script may be placed by hand. */
function keysOf({ spec, args, unit }: Call): readonly string[] | null {
  const parts = unit === null ? [{ spec, args }] : unit.parts;
  const keys = parts.flatMap((part) => keyIndexes(part.spec, part.args).map((index) => wordOf(part.args[index] ?? '')));
  return keys.length === 0 ? null : keys;
}
