import { ArgumentError, NoNodeError } from '../../errors.js';
import type { Arg, CommandSpec } from '../../protocol/command-spec.js';
import { prefixKey } from '../../routing/keys/key-prefix.js';
import type { RingSlotting } from '../../routing/keys/ring-slotting.js';
import type { Client } from '../client.js';
import type { View } from '../view.js';

/**
 * Rule for the keys of what is sent on a lease of a ring. Its connection leads to one member, whose server takes any key: nobody would find
 * what a lease of another key's member wrote.
 */
export class LeaseKeys {
  /** `key`: that of the lease, with its prefix; null: it is of any member. */
  constructor(
    private readonly ring: RingSlotting,
    private readonly key: Arg | null,
    private readonly slot: number,
  ) {}

  /** Throws for a command whose keys are not on the member. `args`: with their prefix. */
  check(spec: CommandSpec, args: readonly Arg[]): void {
    const touched = this.ring.touched(spec, args);
    if (touched.length === 0) return;
    if (this.key === null) {
      const why = 'a lease without a key is of any member of the ring: use lease(use, { key }), or member(name).lease(use)';
      throw new ArgumentError(`${spec.name}: ${why}`, { command: spec.name });
    }
    const slot = this.ring.commonSlot(spec.name, [this.key, ...touched]);
    if (slot === this.slot) return;
    const why = `the lease is of member ${this.ring.nameOf(this.slot)}, which its keys have left for ${this.ring.nameOf(slot)}`;
    throw new NoNodeError(`${spec.name}: ${why}`, { command: spec.name });
  }
}

/** Rule for the keys of what a lease of this slot sends; null: there is none. */
export function leaseKeysOf(client: Pick<Client, 'sharding'>, { member, prefix }: View, key: Arg | null, slot: number): LeaseKeys | null {
  const { ring } = client.sharding;
  if (ring === null || member !== null) return null;
  return new LeaseKeys(ring, key === null || prefix === null ? key : prefixKey(prefix, key), slot);
}
