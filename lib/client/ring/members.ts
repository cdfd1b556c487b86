import { ClosedError, OptionsError } from '../../errors.js';
import { resolveMembers } from '../../options/resolve.js';
import type { RingMemberOptions } from '../../options/ring.js';
import type { Arg } from '../../protocol/command-spec.js';
import { prefixKey } from '../../routing/keys/key-prefix.js';
import type { RingSlotting } from '../../routing/keys/ring-slotting.js';
import type { Client } from '../client.js';
import type { RingPlace, View } from '../view.js';

/** Name of the member that has a key of this view. */
export function memberOf(client: Client, view: View, key: Arg): string {
  const ring = ringOf(client, 'memberOf(key)');
  return ring.nameOf(ring.slotOf(view.prefix === null ? key : prefixKey(view.prefix, key)));
}

/** Where a view of one member sends its calls. */
export function placeOfMember(client: Client, name: unknown): RingPlace {
  const ring = ringOf(client, 'member(name)');
  const names = ring.topology.members.map((member) => member.name);
  if (typeof name !== 'string' || !names.includes(name))
    throw new OptionsError('member(name)', `the name of a member: ${list(names)}`, name);
  return { name, slot: ring.slotOfMember(name) };
}

/** Gives a ring other members. */
export function setMembers(client: Client, members: readonly RingMemberOptions[] | Readonly<Record<string, RingMemberOptions>>): void {
  const ring = ringOf(client, 'setMembers(members)');
  if (client.isClosed) throw new ClosedError('setMembers(members): the client is closed');
  client.sharding.setTopology(resolveMembers(client.options, ring.topology, members));
}

function ringOf(client: Client, what: string): RingSlotting {
  if (client.sharding.ring !== null) return client.sharding.ring;
  throw new OptionsError(what, `expected a client of a ring; this one's topology is ${client.options.topology.kind}`);
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => JSON.stringify(name));
  return `${shown.join(', ')}${names.length > shown.length ? ' …' : ''}`;
}
