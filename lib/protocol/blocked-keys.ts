import type { Call } from './call.js';
import { keyIndexes } from './catalog/keys.js';
import type { Arg, CommandSpec } from './command-spec.js';
import { argText } from './resp/text.js';

/** Keys of calls that wait: newer calls with one of them have to wait as well. */
export class BlockedKeys {
  /** Null: all that there are. */
  #keys: Set<string> | null = new Set();

  add(call: Call): void {
    this.#add(callKeys(call));
  }

  /** Whether the call has one of the keys. If so, it waits, and its other keys are blocked from then on. */
  blocks(call: Call): boolean {
    const isBlocked = this.concerns(call);
    if (isBlocked) this.add(call);
    return isBlocked;
  }

  /** Whether the call has one of the keys, or may have. */
  concerns(call: Call): boolean {
    return this.#keys === null || callKeys(call)?.some((key) => this.#keys?.has(key)) !== false;
  }

  coverWholeSlot(): void {
    this.#keys = null;
  }

  #add(keys: readonly string[] | null): void {
    if (keys === null) this.#keys = null;
    else for (const key of keys) this.#keys?.add(key);
  }
}

export function commandsOf({ spec, args, batch }: Call): readonly { readonly spec: CommandSpec; readonly args: readonly Arg[] }[] {
  return batch === null ? [{ spec, args }] : batch.commands;
}

/** Keys of a call as text; null: they are not known, as of a script that is placed by hand. */
function callKeys(call: Call): readonly string[] | null {
  const keys = commandsOf(call).flatMap(({ spec, args }) => keyIndexes(spec, args).map((index) => argText(args[index] ?? '')));
  return keys.length === 0 ? null : keys;
}
