import { NoNodeError } from '../../errors.js';
import { keyIndexes } from '../../protocol/catalog/keys.js';
import type { Arg, CommandSpec } from '../../protocol/command-spec.js';
import { nameErrors } from '../../util/slotwise-error.js';
import type { RingSlotting } from './ring-slotting.js';

/** Error of a call whose keys shared a member of a ring when it was made, and do not any more. */
export class PartedKeysError extends NoNodeError {
  constructor(what: string) {
    super(`${what}: its keys, which were on one member of the ring, are on several now; it was not sent`, { command: what });
  }
}

nameErrors({ PartedKeysError });

/** Place of a call whose slot was found out apart from the call. While the call waits, the keys may get another place. */
export class CallPlace {
  #generation: number;

  constructor(
    private readonly ring: RingSlotting,
    private readonly find: () => number,
  ) {
    this.#generation = ring.generation;
  }

  /** Place of keys that must be together. */
  static ofKeys(ring: RingSlotting, what: string, keys: readonly Arg[]): CallPlace {
    return new CallPlace(ring, () => ring.commonSlot(what, keys));
  }

  /** Place of a part of a command that is split by member. */
  static ofPart(ring: RingSlotting, spec: CommandSpec, args: readonly Arg[]): CallPlace {
    return new CallPlace(ring, () => {
      const [slot = -1, ...others] = keyIndexes(spec, args).map((index) => ring.slotOf(args[index] ?? ''));
      if (others.some((other) => other !== slot)) throw new PartedKeysError(spec.name);
      return slot;
    });
  }

  /** The slot, `before` while the ring places keys as it did. Throws where they are not together any more. */
  slotNow(before: number): number {
    if (this.#generation === this.ring.generation) return before;
    this.#generation = this.ring.generation;
    return this.find();
  }
}
